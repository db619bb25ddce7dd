import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { fileStreams } from '../../extract/sources/files/streams.ts'
import { canonical, type Entity } from '../../models/canonical.ts'
import { configurationSets } from '../../models/configuration-sets.ts'
import { ownModels } from '../../models/model.ts'
import { entityColumns } from '../../models/plan.ts'
import { rawStandardColumns } from '../../models/raw-columns.ts'
import { asOfTable } from '../../models/raw-views.ts'
import { identifier } from '../../models/sql-text.ts'
import { openDatabase } from '../../models/warehouse.ts'

test('every canonical entity has a staging model of mapped sources with exactly its columns, in order and of its types', async () => {
	const database = await openDatabase(':memory:')
	try {
		await database.run('create schema raw; create schema staging')
		await database.run(`create table ${asOfTable}`)
		const periods = configurationSets.periods.map((column) => `${column} varchar`).join(', ')
		await database.run(`create table raw.tieout__periods (${periods}, _set varchar, _loaded_at timestamp)`)
		await database.run(`create view staging.stg_tieout__periods as ${sqlOf('tieout/stg_tieout__periods')}`)
		for (const { name, columns } of fileStreams) {
			const declared = Object.keys(columns).map((column) => `${identifier(column)} varchar`)
			const standard = Object.entries(rawStandardColumns).map(([column, type]) => `${column} ${type}`)
			await database.run(`create table raw.mapped__${name} (${[...declared, ...standard].join(', ')})`)
			const { columns: found } = await database.describe(sqlOf(`mapped/stg_mapped__${name}`))
			const wanted = entityColumns(name as Entity).map((column) => `${column.name} ${column.type}`.replace(', ', ','))
			expect(found.map((column) => `${column.name} ${column.type.toLowerCase()}`)).toEqual(wanted)
		}
		expect(fileStreams.map(({ name }) => name)).toEqual(Object.keys(canonical))
	} finally {
		await database.close()
	}
})

function sqlOf(model: string): string {
	return readFileSync(path.join(ownModels, 'staging', `${model}.sql`), 'utf8')
}
