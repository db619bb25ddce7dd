import { expect, test } from 'vitest'
import { buildEmptyPublished, generateSchema } from '../../models/generate-schema.ts'
import { ownModels, readModels } from '../../models/model.ts'
import { requiredColumns } from '../../models/required-columns.ts'
import { openDatabase } from '../../models/warehouse.ts'

test('models/schema.ts is what the models and the history tables give', async () => {
	const database = await openDatabase(':memory:', { threads: 1 })
	await buildEmptyPublished(database, await readModels([ownModels], database))
	const text = await generateSchema(database, requiredColumns)
	await database.close()
	await expect(text).toMatchFileSnapshot('../../models/schema.ts')
})

test('every required column is a column of a published table', async () => {
	const database = await openDatabase(':memory:', { threads: 1 })
	await buildEmptyPublished(database, await readModels([ownModels], database))
	const rows = await database.all<{ name: string }>(
		`select schema_name || '.' || table_name || '.' || column_name as name from duckdb_columns() where not internal`,
	)
	await database.close()
	const known = new Set(rows.map((row) => row.name))
	const names = Object.entries(requiredColumns).flatMap(([table, columns]) =>
		columns.map((column) => `${table}.${column}`),
	)
	expect(names.filter((name) => !known.has(name))).toEqual([])
})
