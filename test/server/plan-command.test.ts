import { existsSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type SampleProject, startSampleProject } from '../sample-project.ts'
import { runWords } from './command-line.ts'

let project: SampleProject
beforeAll(async () => {
	const pair = { crm: 'espocrm', erp: 'erpnext' } as const
	project = await startSampleProject({ pair, scale: 0.02, serviceMilliseconds: 0 })
})
afterAll(() => project.close())

type Planned = {
	schema: string
	connections: { connection: string; calls: number; asked: number; streams: { stream: string; calls: number }[] }[]
}

test('run --plan --json says calls per connection and stream, and loads nothing', async () => {
	const { code, out, notes } = await runWords(['run', '--plan', '--json'], project.folder)
	expect([code, notes]).toEqual([0, ''])
	const planned = JSON.parse(out) as Planned
	expect(planned.schema).toBe('tieout.plan/1')
	expect(planned.connections.map(({ connection }) => connection)).toEqual(['crm', 'erp'])
	for (const { calls, streams } of planned.connections)
		expect(streams.reduce((sum, stream) => sum + stream.calls, 0)).toBe(calls)
	expect(existsSync(path.join(project.folder, 'data', 'landing'))).toBe(false)
	expect(existsSync(path.join(project.folder, 'data', 'warehouse.duckdb'))).toBe(false)
})

test('extract --plan of one stream is a table for people, and its number is what the extraction then asks', async () => {
	const { code, out, notes } = await runWords(['extract', 'erp.invoices', '--plan'], project.folder)
	expect(code).toBe(0)
	expect(notes).toContain('next: tieout extract; nothing was loaded')
	const [, calls] = /^erp \(erpnext\): (\d+) calls; 1 asked to plan$/m.exec(out) ?? []
	expect(out).toMatch(/^invoices\teverything\t[\d,]+\tcounted\t/m)
	const { extracted } = await project.run({ steps: ['extract'], streams: ['erp.invoices'] })
	expect(String(extracted!.totals.requests)).toBe(calls)
})

test('a stream that does not exist is refused before anything is asked', async () => {
	project.sandboxes.forgetRequests()
	const { code, notes } = await runWords(['extract', 'erp.invoises', '--plan'], project.folder)
	expect(code).toBe(2)
	expect(notes).toContain('there is no stream "erp.invoises"')
	expect(project.sandboxes.requests().erpnext.requests).toBe(0)
})
