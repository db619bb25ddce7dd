import { afterAll, beforeAll, expect, test } from 'vitest'
import { recordVersions } from '../extract/sandbox/world/world.ts'
import { currentGeneration } from '../models/generation.ts'
import { openDatabase } from '../models/warehouse.ts'
import { statusDocument } from '../server/month-status.ts'
import { changedRecords, reportingFigures } from './records-of-company.ts'
import { type SampleProject, startSampleProject } from './sample-project.ts'
import { isThorough } from './thorough.ts'
import { differences, foundFigures, scores, scoreTable, truthFigures } from './truth-comparison.ts'

// The whole road: both vendors' sandboxes with one request in twenty going wrong, the pipeline, the marts; measured by the truth file.
const scale = isThorough ? 0.2 : 0.14
const day = 86_400_000
const versions = [...recordVersions({ scale })]
let project: SampleProject

beforeAll(async () => {
	project = await startSampleProject({ scale, faultRate: 0.05 })
})
afterAll(() => project.close())

function servedFile() {
	return currentGeneration(project.config().project.published)!.file
}

/** The breaks and cells in service equal the truth at the company's moment; answers the score of each code. */
async function expectTruth() {
	const truth = truthFigures({ scale }, project.sandboxes.now())
	const found = await foundFigures(servedFile())
	const list = scores(truth.breaks, found.breaks)
	console.log(scoreTable(list))
	expect(differences(truth.breaks, found.breaks)).toEqual([])
	expect(differences(truth.cells, found.cells)).toEqual([])
	return list
}

/** Decimal text with the two places of a cent. */
function plainCents(amount: string) {
	return amount.replace(/(\.\d\d)0+$/, '$1')
}

/** The keys of what the runs appended, by raw table, tombstones included. */
async function loadedKeys(runIds: string[]) {
	const database = await openDatabase(project.config().project.warehouse, { readOnly: true })
	try {
		const tables = await database.all<{ name: string }>(
			`select table_name as name from duckdb_tables() where schema_name = 'raw' and table_name not like 'tieout%' order by 1`,
		)
		const keys = new Map<string, string[]>()
		for (const { name } of tables) {
			const rows = await database.all<{ _key: string }>(
				`select distinct _key from raw."${name}" where list_contains($1, _run_id)`,
				[runIds],
			)
			if (rows.length > 0) keys.set(name, rows.map((row) => row._key).sort())
		}
		return keys
	} finally {
		await database.close()
	}
}

test('a first run finds every break of the truth file, to the cent, and nothing else', {
	timeout: 240_000,
}, async () => {
	const result = await project.run()
	expect(result.extracted).toMatchObject({ failed: [], held: [] })
	expect(result.extracted!.totals).toMatchObject({ quarantined: 0 })
	const list = await expectTruth()
	expect(list).toHaveLength(21)
	expect(list.every((score) => score.truth > 0)).toBe(true)
	const { salesforce, netsuite } = project.sandboxes.requests()
	expect(Object.keys({ ...salesforce.faults, ...netsuite.faults }).length).toBeGreaterThan(5)
	expect([...salesforce.writes, ...netsuite.writes]).toEqual([])
})

test('the summary says what the vendors’ records add up to, in the reporting currency', async () => {
	const { month } = await statusDocument(project.config())
	const records = reportingFigures(versions, project.sandboxes.now(), month!.periodId)
	expect(month).toMatchObject({ periodId: '2026-10', unvalidatedCells: 0 })
	expect({ bookings: plainCents(month!.bookings), revenue: plainCents(month!.revenue) }).toEqual(records)
	const truth = truthFigures({ scale }, project.sandboxes.now())
	const ofMonth = [...truth.breaks.keys()].filter((key) => key.split('|')[2] === month!.periodId)
	const counts = Object.fromEntries(month!.breaks.map(({ code, count }) => [code, count]))
	for (const { code, truth: expected } of scores(new Map(ofMonth.map((key) => [key, ''])), new Map()))
		if (code !== 'exchange_rate' && code !== 'rounding') expect([code, counts[code]]).toEqual([code, expected])
})

test('a second run changes nothing', { timeout: 180_000 }, async () => {
	const result = await project.run()
	expect(result).toMatchObject({
		isUnchanged: true,
		built: { built: [] },
		extracted: { totals: { loaded: 0, deleted: 0 } },
	})
})

test('the company’s clock moved on by a day shows exactly that day’s changes', { timeout: 180_000 }, async () => {
	const before = project.sandboxes.now()
	project.setClock(before + day)
	const result = await project.run()
	const loaded = await loadedKeys(result.extracted!.streams.flatMap(({ runId }) => runId ?? []))
	expect(loaded.size).toBeGreaterThan(5)
	// What a system adds up itself is no record: it changes with the records.
	const totals = [...loaded.keys()].filter((table) => table.endsWith('_totals'))
	expect(totals).toEqual(['netsuite__receivable_totals', 'netsuite__revenue_totals', 'salesforce__booking_totals'])
	for (const table of totals) loaded.delete(table)
	// What was noted of a transaction is asked for once it has changed since it was first read.
	const changed = changedRecords(versions, before, before + day)
	const notes = 'netsuite__system_notes'
	const noted = new Set(loaded.get(notes)!.map((id) => String(Math.floor(Number(id) / 10_000))))
	expect([...noted].filter((id) => !changed.get('netsuite__transactions')!.includes(id))).toEqual([])
	for (const records of [loaded, changed]) records.delete(notes)
	expect(loaded).toEqual(changed)
	await expectTruth()
})
