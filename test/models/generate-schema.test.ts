import { expect, test } from 'vitest'
import { generateSchema, schemaDifferences } from '../../models/generate-schema.ts'
import { openDatabase } from '../../models/warehouse.ts'

async function fixture() {
	const database = await openDatabase(':memory:')
	await database.run(`create schema marts; create schema tieout; create schema staging;
		create table marts.bookings_vs_revenue (period_id varchar, variance_amount decimal(38, 4), count bigint, minor integer, is_validated boolean, codes varchar[]);
		create table tieout.generation (generation bigint, built_at timestamp);
		create table tieout.contents (name varchar);
		create table staging.x (a varchar)`)
	return database
}

test('the types of the published tables are those of the values that a query gives', async () => {
	const database = await fixture()
	expect(
		await generateSchema(database),
	).toBe(`// Generated from a built file by models/generate-schema.ts; \`test/models/schema.test.ts\` fails when it is stale.

/** The tables of a published generation, as Kysely reads them. Columns and their meaning: docs/architecture.md, "marts". */
export type Schema = {
	'marts.bookings_vs_revenue': BookingsVsRevenueTable
	'tieout.generation': GenerationTable
}

/** \`marts.bookings_vs_revenue\`. */
export type BookingsVsRevenueTable = {
	period_id: string | null
	variance_amount: string | null
	count: string | null
	minor: number | null
	is_validated: boolean | null
	codes: string[] | null
}

/** \`tieout.generation\`. */
export type GenerationTable = {
	generation: string | null
	built_at: string | null
}
`)
	await database.close()
})

test('a column that is only listed or only built is told', async () => {
	const database = await fixture()
	const differences = await schemaDifferences(database, {
		'marts.bookings_vs_revenue': ['period_id', 'variance_amount', 'gone'],
		'marts.breaks': ['x'],
	})
	expect(differences).toEqual([
		'marts.bookings_vs_revenue.gone: listed, not built',
		'marts.bookings_vs_revenue.count: built, not listed',
		'marts.bookings_vs_revenue.minor: built, not listed',
		'marts.bookings_vs_revenue.is_validated: built, not listed',
		'marts.bookings_vs_revenue.codes: built, not listed',
		'marts.breaks: listed, not built',
		'tieout.generation: built, not listed',
	])
	await database.close()
})
