import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { columnReaders } from '../../models/column-reads.ts'
import { ownModels, readModels } from '../../models/model.ts'
import { openDatabase } from '../../models/warehouse.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'tieout-reads-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The models of these files, and who reads what in them: `model(name)` or, through other models, `model`. */
async function readersOf(files: Record<string, string>) {
	for (const [name, sql] of Object.entries(files)) {
		mkdirSync(path.join(folder, path.dirname(name)), { recursive: true })
		writeFileSync(path.join(folder, name), sql)
	}
	const database = await openDatabase(':memory:')
	const readers = columnReaders(await readModels([folder], database))
	await database.close()
	return (column: string) =>
		readers.get(column)?.map(({ model, by }) => (by === null ? model : `${model}(${by})`)) ?? []
}

test('a model reads what it names; what hands columns on does not; what is computed from it stands on it', async () => {
	const readers = await readersOf({
		'staging/shop/base_shop__deals.sql': `-- Deals. One row per deal.
			with versions as (select records.*, row_number() over (partition by records.id) as version from raw.shop__deals as records)
			select * from versions where version = 1`,
		'staging/shop/stg_shop__deals.sql': `-- Deals. One row per deal.
			with deals as (select * from staging.base_shop__deals)
			select deals.id as deal_id, cast(deals.close_date as date) as close_date, deals.amount as amount from deals`,
		'intermediate/int_totals.sql': `-- Totals. One row per day.
			select deals.close_date, (select max(other.amount) from staging.stg_shop__deals as other where other.deal_id = deals.deal_id) as most
			from staging.stg_shop__deals as deals`,
		'marts/days.sql': `-- Days. One row per day.
			select totals.* exclude (most) from intermediate.int_totals as totals where totals.close_date is not null`,
		'checks/days_are_set.sql': `-- Every day is set. One row per problem.
			-- owner: ana
			-- severity: error
			select * from marts.days as days where days.close_date is null`,
	})
	expect(readers('raw.shop__deals.close_date')).toEqual([
		'checks.days_are_set',
		'intermediate.int_totals',
		'marts.days',
		'staging.stg_shop__deals(close_date)',
	])
	expect(readers('raw.shop__deals.amount')).toEqual(['intermediate.int_totals', 'staging.stg_shop__deals(amount)'])
	expect(readers('raw.shop__deals.id')).toEqual([
		'intermediate.int_totals',
		'staging.base_shop__deals(id)',
		'staging.stg_shop__deals(id)',
	])
	expect(readers('raw.shop__deals.unread')).toEqual([])
})

test('the product’s own models: staging names the column, through the union of the sources marts and checks stand on it', async () => {
	const database = await openDatabase(':memory:')
	const readers = columnReaders(await readModels([ownModels], database))
	await database.close()
	const found = readers.get('raw.salesforce__opportunities.close_date')!
	expect(found.filter(({ by }) => by !== null)).toEqual([
		{ model: 'staging.stg_salesforce__opportunities', by: 'close_date', isCheck: false },
	])
	expect(found.map(({ model }) => model)).toEqual(
		expect.arrayContaining(['marts.breaks', 'checks.breaks_add_up_to_the_variance']),
	)
	expect(found.map(({ model }) => model).filter((model) => /hubspot|netsuite/.test(model))).toEqual([])
})
