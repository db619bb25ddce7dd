import { mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openDatabase } from '../../../models/warehouse.ts'

/** A project folder of its own with a `published` folder, for query processes to open. */
export function publishedFolder(): { folder: string; published: string; spool: string } {
	const folder = mkdtempSync(path.join(tmpdir(), 'tieout-query-'))
	mkdirSync(path.join(folder, 'published'))
	return { folder, published: path.join(folder, 'published'), spool: path.join(folder, 'spool') }
}

/** Publishes a generation made by `sql` (schemas marts and tieout exist), as `models/publish.ts` does: file, then pointer. */
export async function publishFixture(published: string, generation: string, sql: string): Promise<void> {
	const file = path.join(published, `${generation}.duckdb`)
	const database = await openDatabase(file)
	await database.run(`create schema marts; create schema tieout;
		create table tieout.generation as select ${generation} as generation; ${sql}`)
	await database.checkpoint()
	await database.close()
	writeFileSync(path.join(published, 'current.new'), `${generation}.duckdb`)
	renameSync(path.join(published, 'current.new'), path.join(published, 'current'))
}
