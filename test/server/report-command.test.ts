import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
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
