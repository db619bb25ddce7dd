import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { BuildOptions } from '../../models/build.ts'
import { projectFiles } from '../../models/project-files.ts'
import { openDatabase } from '../../models/warehouse.ts'

/** The models of the tests' little shop: one stream, people, and their mail hosts. */
export const shopModels = path.join(import.meta.dirname, 'shop')

export const shopColumns = { shop__people: ['id', 'name', 'email'] }

export type Person = { id: string; name?: string | null; email: string; loadedAt?: string; isDeleted?: boolean }

/** A project folder with nothing in it, and how it is built. `remove` it at the end. */
export function shopProject() {
	const project = mkdtempSync(path.join(tmpdir(), 'tieout-shop-'))
	mkdirSync(path.join(project, 'data'))
	const shop = { modelFolders: [shopModels], kinds: ['shop'], rawColumns: shopColumns }
	const options: BuildOptions = { project, ...shop, compareAbove: 0 }
	return {
		project,
		options,
		load: (people: Person[]) => loadPeople(project, people),
		all: async <T>(file: string, sql: string) => {
			const database = await openDatabase(file, { readOnly: true })
			try {
				// Views of a build file read it.
				const { build, warehouse } = projectFiles(project)
				if (file === build) await database.attach(warehouse, 'warehouse')
				return await database.all<T>(sql)
			} finally {
				await database.close()
			}
		},
		remove: () => rmSync(project, { recursive: true, force: true }),
	}
}

/** Appends versions to `raw.shop__people`, as the loader does. */
async function loadPeople(project: string, people: Person[]): Promise<void> {
	const warehouse = await openDatabase(projectFiles(project).warehouse)
	await warehouse.run(`create schema if not exists raw; create table if not exists raw.shop__people (
		id varchar, name varchar, email varchar, _extra varchar, _connection varchar, _key varchar, _hash varchar, _cursor varchar,
		_run_id varchar, _extracted_at timestamp, _loaded_at timestamp, _deleted boolean)`)
	for (const { id, name = `Person ${id}`, email, loadedAt = '2026-11-01 00:00:00', isDeleted = false } of people)
		await warehouse.run(
			`insert into raw.shop__people values ($1, $2, $3, '{}', 'shop', $1, md5(concat($2, $3)), $4, 'r1', $4, $4, $5)`,
			[id, name, email, loadedAt, isDeleted],
		)
	await warehouse.close()
}
