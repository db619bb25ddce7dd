import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import pino from 'pino'
import { afterAll, expect, test } from 'vitest'
import { companyClock } from '../../server/clock.ts'
import { loadProject } from '../../server/load-project.ts'
import { pagesUrl, servedAt } from '../../server/served-at.ts'
import { startServing } from '../../server/serving.ts'
import { openState } from '../../server/state.ts'
import { commandLine } from './command-line.ts'
import { publishFixture } from './query/published.ts'

const { folder, tieout, project, remove } = commandLine()
afterAll(remove)

async function started() {
	const config = await loadProject(folder, { environment: {} })
	const state = await openState(config.project.state)
	const log = pino({ level: 'silent' })
	const serving = await startServing(
		{ config, state, bind: '127.0.0.1', port: 0, hasSchedule: false },
		{ clock: companyClock({}), log, environment: {} },
	)
	const close = async () => {
		await serving.close()
		await state.close()
	}
	return { serving, config, close }
}

test('a second server that starts and stops takes nothing from the first', { timeout: 30_000 }, async () => {
	project('')
	mkdirSync(path.join(folder, 'data', 'published'), { recursive: true })
	await publishFixture(path.join(folder, 'data', 'published'), '1', 'create table marts.rows as select 7 as seven')
	const first = await started()
	const exported = async () => {
		const { stream, manifest } = await first.serving.queries.exportFile('select seven from marts.rows')
		const chunks: Buffer[] = []
		for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array))
		await manifest
		return Buffer.concat(chunks).toString()
	}
	expect(await exported()).toContain('seven\r\n7\r\n')
	const second = await started()
	expect(await exported()).toContain('seven\r\n7\r\n')
	await second.close()
	expect(await exported()).toContain('seven\r\n7\r\n')
	await first.close()
	expect(readdirSync(path.join(folder, 'data', 'spool'))).toEqual([])
})

test('links lead to where a server listens, and to the configured address when there is none', async () => {
	const { serving, config, close } = await started()
	expect(pagesUrl(config)).toBe(serving.url)
	expect(serving.url).not.toContain(':4000')
	const { out } = await tieout('alerts', '--json')
	expect(JSON.parse(out).alerts).toEqual([])
	expect(pagesUrl({ ...config, alerts: { ...config.alerts, base_url: 'https://tieout.example' } })).toBe(
		'https://tieout.example',
	)
	await close()
	expect(servedAt(config.project)).toBeUndefined()
	expect(pagesUrl(config)).toBe('http://127.0.0.1:4000')
	const dead = { url: serving.url, host: 'other', pid: process.pid, started: null }
	writeFileSync(path.join(folder, 'data', 'serving.json'), JSON.stringify(dead))
	expect(pagesUrl(config)).toBe('http://127.0.0.1:4000')
})
