import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { claimSpool } from '../../../server/query/spool.ts'

let folder: string
beforeEach(() => {
	folder = mkdtempSync(path.join(tmpdir(), 'tieout-spool-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('who comes and goes beside another leaves its files alone', () => {
	const server = claimSpool(folder)
	writeFileSync(path.join(server.folder, 'export'), 'half of it')
	claimSpool(folder).release()
	expect(readdirSync(server.folder)).toEqual(['export'])
	server.release()
	expect(readdirSync(folder)).toEqual([])
})

test('what a killed process left is removed by the next, also where another has its number now', () => {
	const dead = spawnSync(process.execPath, ['--version']).pid
	const left = [`${dead}-1-here-AbCdEf`, `${process.pid}-1-here-AbCdEf`, 'export-AbCdEf']
	for (const name of left) mkdirSync(path.join(folder, name, 'empty'), { recursive: true })
	const own = claimSpool(folder, { host: 'here' })
	expect(readdirSync(folder)).toEqual([path.basename(own.folder)])
})

test('what a process of another machine has is left alone until nothing came for a week', () => {
	const other = path.join(folder, '7-1-pod-tieout-6f-x-AbCdEf')
	mkdirSync(other)
	const inDays = (days: number) => () => Date.now() + days * 86_400_000
	claimSpool(folder, { host: 'here', now: inDays(6) }).release()
	expect(existsSync(other)).toBe(true)
	claimSpool(folder, { host: 'here', now: inDays(8) }).release()
	expect(existsSync(other)).toBe(false)
})
