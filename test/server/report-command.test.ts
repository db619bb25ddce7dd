import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '../../models/warehouse.ts'
import type { Manifest } from '../../server/query/file-export.ts'
import { publishSample } from '../reports/sample.ts'
import { commandLine } from './command-line.ts'

const { folder, project, tieout, remove } = commandLine()
beforeAll(async () => {
	project('')
	const published = path.join(folder, 'data', 'published')
	mkdirSync(published, { recursive: true })
	await publishSample(undefined, undefined, published)
})
afterAll(remove)

test('a filter that fits nothing is named, with what is there without it: it says nothing of the books', async () => {
	const { code, notes } = await tieout('report', 'breaks', 'period_id=2026-13', 'code=timing')
	expect(code).toBe(0)
	expect(notes).not.toContain('agree to the cent')
	expect(notes).toMatch(/^no rows match period_id=2026-13 code=timing$/m)
	expect(notes).toMatch(/^without period_id: [1-9]\d* rows?$/m)
	expect(notes).toMatch(/^without code: 0 rows$/m)
	expect(notes).not.toContain('next: tieout export')
})

test('the totals of a file are in the currency that each amount is in, as the page’s manifest has them', async () => {
	const file = path.join(folder, 'chain.csv')
	expect((await tieout('export', 'chain', '--out', file)).code).toBe(0)
	const { totals, rows } = JSON.parse(readFileSync(`${file}.manifest.json`, 'utf8')) as Manifest
	const rowsOf = (name: string, currency: string) =>
		totals.find((total) => total.column === name && total.currency === currency)?.rows
	// Every fourth deal has no order, and an invoice is in the order's currency.
	expect(rowsOf('invoiced_amount', '')).toBe(Math.ceil(rows / 4))
	expect(rowsOf('booked_amount', 'USD')).toBe(rows)
})

test('a folder that is not there is said before anything is written', async () => {
	const { code, notes } = await tieout('export', 'breaks', '--out', path.join(folder, 'nowhere', 'breaks.csv'))
	expect(code).toBe(2)
	expect(notes).toContain('nowhere')
	expect(notes).toMatch(/next: make the folder/)
})

test('moments in a document say that they are UTC, as in a file', async () => {
	const { out } = await tieout('report', 'freshness', '--json')
	const { rows } = JSON.parse(out) as { rows: { watermark: string | null }[] }
	const moments = rows.map(({ watermark }) => watermark)
	expect(moments).toContain('2026-11-04T08:30:00Z')
	expect(moments).toContain(null)
	const file = path.join(folder, 'freshness.csv')
	await tieout('export', 'freshness', '--out', file)
	expect(readFileSync(file, 'utf8')).toContain('2026-11-04T08:30:00Z')
})

test('a generation that another release published is told, not the engine’s words', async () => {
	const other = commandLine()
	other.project('')
	const published = path.join(other.folder, 'data', 'published')
	mkdirSync(published, { recursive: true })
	await publishSample(undefined, undefined, published)
	const database = await openDatabase(path.join(published, '142.duckdb'))
	await database.run('drop table marts.computed_revenue; alter table marts.breaks drop column explanation')
	await database.checkpoint()
	await database.close()
	for (const words of [
		['report', 'computed-revenue'],
		['export', 'computed-revenue'],
		['export', 'breaks'],
	]) {
		const { code, notes } = await other.tieout(...words)
		expect(code, notes).toBe(3)
		expect(notes).toContain('it was published by another release of tieout')
		expect(notes).toContain('next: tieout run')
	}
	other.remove()
})
