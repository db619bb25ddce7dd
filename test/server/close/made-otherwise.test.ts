import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../../models/warehouse.ts'
import { canonicalJson, sha256 } from '../../../server/close/canonical-json.ts'
import { cellChanges } from '../../../server/close/cell-changes.ts'
import { type ChangesView, restatementOf } from '../../../server/close/changes.ts'
import { type Closing, paperSettings } from '../../../server/close/closing.ts'
import { keepDocument } from '../../../server/close/documents.ts'
import type { Signature } from '../../../server/close/life.ts'
import { madeOtherwise } from '../../../server/close/made-otherwise.ts'
import { findScope, type PaperScope, type Rows } from '../../../server/close/scope.ts'
import { stateFixture } from '../state-fixture.ts'

let fixture: Awaited<ReturnType<typeof stateFixture>>
const databases: Database[] = []
beforeEach(async () => {
	fixture = await stateFixture()
})
afterEach(async () => {
	for (const database of databases.splice(0)) await database.close()
	await fixture.remove()
})

const scope: PaperScope = {
	...{ paper: '2026-09', periodId: '2026-09', startDate: '2026-09-01', endDate: '2026-09-30' },
	...{ isComplete: true, entity: null },
}

function closingOf(changes: { currency?: string; goLive?: string; limit?: number } = {}): Closing {
	const { currency = 'USD', goLive = '2025-05-01', limit = 45 } = changes
	const config = {
		company: {
			name: 'Acme',
			time_zone: 'UTC',
			reporting_currency: currency,
			rate_policy: 'average',
			materiality: '10',
		},
		close: { materiality: [], assign: [], certify: [] },
		break_limits: { not_invoiced: limit },
		field_owners: {},
		scope: { go_live: goLive, exclude_channels: ['web'] },
	}
	return { config, state: fixture.state } as unknown as Closing
}

async function rowsOf(sql: string): Promise<Rows> {
	const database = await openDatabase(':memory:', { threads: 1 })
	databases.push(database)
	await database.run(sql)
	return (text, parameters = []) => database.all(text, parameters)
}

const models = (list: Record<string, string>) =>
	rowsOf(
		`create schema tieout; create table tieout.models as select * from (values ${Object.entries(list)
			.map(([name, sql]) => `('${name}', '${sql}')`)
			.join(', ')}) as models (name, sql)`,
	)

/** A paper signed with the settings and models of then, as an older release wrote it: without a setting that came later. */
async function signed(): Promise<Signature> {
	const { scope: ofScope, ...settings } = paperSettings(closingOf().config) as { scope: Record<string, unknown> }
	const content = canonicalJson({
		period: { id: '2026-09', start: '2026-09-01', end: '2026-09-30', is_complete: true },
		settings: { ...settings, scope: ofScope, assign_later: [] },
		models: { 'marts.breaks': sha256('select 1'), 'marts.cells': sha256('select 2'), 'marts.old': sha256('select 3') },
	})
	return { contentHash: await keepDocument(fixture.state.db, content) } as Signature
}

test('what else than records differs from what was signed is said: settings, models, the days of the period', async () => {
	const signature = await signed()
	const same = await models({ 'marts.breaks': 'select 1', 'marts.cells': 'select 2', 'marts.old': 'select 3' })
	expect(await madeOtherwise(closingOf(), same, scope, signature)).toEqual([])
	const other = await models({ 'marts.breaks': 'select 9', 'marts.cells': 'select 2', 'marts.new': 'select 4' })
	const changed = closingOf({ currency: 'EUR', goLive: '2026-09-15', limit: 30 })
	expect(await madeOtherwise(changed, other, { ...scope, endDate: '2026-10-03' }, signature)).toEqual([
		'the period was 2026-09-01 to 2026-09-30, is 2026-09-01 to 2026-10-03',
		'tieout.yml: break_limits.not_invoiced was 45, is 30',
		'tieout.yml: reporting_currency was USD, is EUR',
		'tieout.yml: scope.go_live was 2025-05-01, is 2026-09-15',
		"the models: 1 of 3 have another SQL, 1 are new, 1 are gone, by another release of tieout or the project's own (marts.breaks, marts.new, marts.old); records may differ by that alone",
	])
})

test('a content that is not kept says nothing of what it stood on', async () => {
	const rows = await models({ 'marts.breaks': 'select 1' })
	expect(await madeOtherwise(closingOf(), rows, scope, { contentHash: sha256('gone') } as Signature)).toEqual([])
})

const cells = (currency: string, rate: string, bookings: string, reporting: string) =>
	rowsOf(`create schema marts; create table marts.cells as select '2026-09' as period_id, 'acme' as customer_id, 'Acme' as customer_name,
		'GBP' as currency, 'UK' as legal_entity, '${currency}' as reporting_currency, ${rate} as policy_rate,
		${bookings} as bookings_amount, ${reporting} as bookings_reporting_amount, 0.0000 as billings_amount,
		0.0000 as billings_reporting_amount, 0.0000 as revenue_amount, 0.0000 as revenue_reporting_amount`)

test('amounts in two reporting currencies have no difference, and restate nothing; the cell’s own amounts have one', async () => {
	const then = await cells('USD', '1.2500', '100.0000', '125.0000')
	const now = await cells('EUR', '1.1500', '90.0000', '103.5000')
	const [cell, ...rest] = await cellChanges(then, now, scope)
	expect(rest).toEqual([])
	expect(cell!.figures).toEqual([
		{ measure: 'bookings', is_reporting: false, from: '100.0000', to: '90.0000', difference: '-10.0000' },
		{ measure: 'reporting_currency', is_reporting: true, from: 'USD', to: 'EUR', difference: null },
	])
	const view = { scope, records: [], cells: [{ ...cell!, acceptedBy: null }] } as unknown as ChangesView
	expect(restatementOf(view)).toEqual([])
	const atAnotherRate = await cellChanges(then, await cells('USD', '1.2000', '100.0000', '120.0000'), scope)
	expect(restatementOf({ ...view, cells: atAnotherRate.map((one) => ({ ...one, acceptedBy: null })) })).toMatchObject([
		{ cause: 'rate', currency: 'USD', from: '125.0000', to: '120.0000', difference: '-5.0000' },
	])
})

test('a signed paper whose period the calendar no longer has is not called unknown', () => {
	const lives = new Map([
		['2026-08', { signatures: ['locked'] }],
		['2026-10', { signatures: [] }],
	])
	expect(findScope([scope], '2026-09', lives)).toBe(scope)
	expect(() => findScope([scope], '2026-08', lives)).toThrow('2026-08 was signed, and by tieout.yml there is no such')
	expect(() => findScope([scope], '2026-10', lives)).toThrow('there is no paper "2026-10"')
})
