import { Kysely } from 'kysely'
import { expect, test } from 'vitest'
import { duckdbDialect } from '../../models/dialect.ts'
import { openDatabase } from '../../models/warehouse.ts'

type Schema = {
	'marts.breaks': {
		break_id: string
		amount: string
		currency: string
		opened_date: string | null
		is_carried: boolean
	}
}

async function openReports() {
	const database = await openDatabase(':memory:')
	await database.run('create schema marts')
	await database.run(`create table marts.breaks as
		select 'b1' as break_id, 90071992547409.93::decimal(38, 4) as amount, 'USD' as currency, date '2026-10-03' as opened_date, true as is_carried
		union all select 'b2', -5, 'JPY', null, false`)
	const sent: { sql: string; parameters: readonly unknown[] }[] = []
	const reports = new Kysely<Schema>({
		dialect: duckdbDialect(async (sql, parameters) => {
			// As an IPC channel would: JSON there and back.
			sent.push({ sql, parameters: JSON.parse(JSON.stringify(parameters)) })
			return { rows: await database.all(sql, sent.at(-1)!.parameters) }
		}),
	})
	return { database, reports, sent }
}

test('a Kysely query runs with its parameters as text, and amounts come back exact', async () => {
	const { database, reports, sent } = await openReports()
	const rows = await reports
		.selectFrom('marts.breaks')
		.select(['break_id', 'amount', 'opened_date'])
		.where('amount', '>', '90071992547409.9299')
		.where('opened_date', '=', new Date('2026-10-03T00:00:00Z') as never)
		.where('currency', 'in', ['USD', 'EUR'])
		.where('is_carried', '=', true)
		.orderBy('amount', 'desc')
		.limit(5)
		.execute()
	expect(rows).toEqual([{ break_id: 'b1', amount: '90071992547409.9300', opened_date: '2026-10-03' }])
	expect(sent[0]).toEqual({
		sql: 'select "break_id", "amount", "opened_date" from "marts"."breaks" where "amount" > $1 and "opened_date" = $2 and "currency" in ($3, $4) and "is_carried" = $5 order by "amount" desc limit $6',
		parameters: ['90071992547409.9299', '2026-10-03 00:00:00.000', 'USD', 'EUR', true, 5],
	})
	await database.close()
})

test('sums, groups and null comparisons work, and a float parameter is refused', async () => {
	const { database, reports } = await openReports()
	const rows = await reports
		.selectFrom('marts.breaks')
		.select(({ fn }) => ['currency', fn.sum('amount').as('amount'), fn.countAll().as('count')])
		.where('opened_date', 'is', null)
		.groupBy('currency')
		.execute()
	expect(rows).toEqual([{ currency: 'JPY', amount: '-5.0000', count: '1' }])
	await expect(
		reports
			.selectFrom('marts.breaks')
			.selectAll()
			.where('amount', '>', 0.1 as never)
			.execute(),
	).rejects.toThrow('the number 0.1')
	await expect(reports.transaction().execute(async () => 1)).rejects.toThrow('only reads')
	await database.close()
})

test('the introspector lists tables with their columns and comments', async () => {
	const { database, reports } = await openReports()
	await database.run(`comment on column marts.breaks.amount is 'what it is worth'`)
	expect((await reports.introspection.getSchemas()).map(({ name }) => name)).toContain('marts')
	const [table] = await reports.introspection.getTables()
	expect(table).toMatchObject({ schema: 'marts', name: 'breaks', isView: false })
	expect(table?.columns[1]).toMatchObject({ name: 'amount', dataType: 'DECIMAL(38,4)', comment: 'what it is worth' })
	await database.close()
})
