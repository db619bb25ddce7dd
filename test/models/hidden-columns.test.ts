import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { rawColumns } from '../../extract/registry.ts'
import { build } from '../../models/build.ts'
import { type Model, ownModels, readModels } from '../../models/model.ts'
import { projectFiles } from '../../models/project-files.ts'
import { type Database, openDatabase } from '../../models/warehouse.ts'
import { isThorough } from '../thorough.ts'

/**
 * `select x.*, ... as total` beside an `x.total` keeps both, and the next step reads the older one without a word. DuckDB shows it only in
 * the names of what comes out of the step: `total` and `total_1`.
 */
test.runIf(isThorough)(
	'no step of a model hides a new column behind an old one of the same name',
	async () => {
		const project = mkdtempSync(path.join(tmpdir(), 'tieout-columns-'))
		try {
			const files = projectFiles(project)
			const warehouse = await openDatabase(files.warehouse)
			await warehouse.run('create schema if not exists raw')
			await warehouse.close()
			await build({ project, kinds: ['salesforce', 'netsuite'], rawColumns: rawColumns() })
			const database = await openDatabase(files.build, { readOnly: true })
			try {
				await database.attach(files.warehouse, 'warehouse')
				// Only names are asked for.
				await database.run('pragma disable_optimizer')
				const models = await readModels([ownModels], database)
				const hidden: string[] = []
				for (const model of models.filter(({ name }) => !name.includes('mapped')))
					hidden.push(...(await hiddenIn(database, model)))
				expect(hidden).toEqual([])
			} finally {
				await database.close()
			}
		} finally {
			rmSync(project, { recursive: true, force: true })
		}
	},
	60_000,
)

async function hiddenIn(database: Database, model: Model): Promise<string[]> {
	const body = model.sql.replace(/select \* from \w+\s*;?\s*$/, '')
	const starts = [...body.matchAll(/(?:^with |^)(\w+) as \(/gm)]
	const textOf = (at: number) => body.slice(starts[at]!.index, starts[at + 1]?.index)
	const found: string[] = []
	for (const [at, [, step]] of starts.entries()) {
		// Only a star beside named columns can bring a name twice.
		if (!/\*\s*,|,\s*(?:\w+\.)?\*/.test(textOf(at))) continue
		const { columns } = await database.describe(`${body} select * from ${step}`)
		const names = new Set(columns.map(({ name }) => name))
		const doubled = [...names].filter((name) => /[_:]1$/.test(name) && names.has(name.slice(0, -2)))
		found.push(...doubled.map((name) => `${model.name}, step ${step}: ${name.slice(0, -2)}`))
	}
	return found
}
