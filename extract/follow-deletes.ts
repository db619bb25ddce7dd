import path from 'node:path'
import { identifier, literal } from '../models/sql-text.ts'
import type { Database } from '../models/warehouse.ts'
import { askedColumns } from './follow.ts'
import { bury, type DeletesTarget, isMassDeletion } from './load-deletes.ts'
import { rawTable, type SliceShape, sliceQuery } from './raw-table.ts'
import type { LandedPart } from './state.ts'

/** What became of the keys that were asked for. `deleted`: tombstones. `isHeld`: so many would have been that nothing was done. */
export type Answered = { asked: number; answered: number; deleted: number; live: number; left: number; isHeld: boolean }

/**
 * Appends a tombstone for each live record of a key that was asked for, or was deleted in the stream that is followed, and did not come.
 * Doing it twice changes nothing. Of very many at once nothing is done, unless a person said so (`isConfirmed`).
 */
export async function loadUnanswered(
	database: Database,
	target: DeletesTarget,
	parts: readonly LandedPart[],
	{ isConfirmed = false, isWhole = false }: { isConfirmed?: boolean; isWhole?: boolean } = {},
): Promise<Answered> {
	const { kind, run, shape } = target
	const key = askedColumns(shape.stream)
		.map((column) => identifier(column))
		.join(" || ':' || ")
	const of = (purpose: LandedPart['purpose']) =>
		parts
			.filter((part) => part.purpose === purpose && part.file !== '')
			.map((part) => path.join(target.folder, part.file))
	await database.run(`create or replace temp table wanted as ${keysOf(of('asked'), of('gone'))}`)
	await database.run(`create or replace temp table answered as ${answers(of('records'), shape, key)}`)
	const mine = `_connection = ${literal(run.connection)} and _extracted_at <= make_timestamp(${run.window.until * 1000})`
	await database.run(
		`create or replace temp table live as select _key, asked_key from (
			select _key, ${key} as asked_key, _deleted from ${rawTable(kind, shape.stream)} where ${mine}
			qualify row_number() over (partition by _key order by _extracted_at desc, _cursor desc, _loaded_at desc) = 1
		) where not _deleted and asked_key in (select key from wanted)`,
	)
	await database.run(
		'create or replace temp table gone as select _key as key from live where _key not in (select _key from answered)',
	)
	const [counts] = await database.all<{ asked: string; answered: string; live: string; gone: string }>(
		`select (select count(*) from wanted where not is_gone) as asked,
			(select count(*) from wanted where not is_gone and key in (select asked_key from answered)) as answered,
			(select count(*) from live) as live, (select count(*) from gone where key not in (select key from wanted where is_gone)) as gone`,
	)
	const [asked, answered, live, gone] = [counts!.asked, counts!.answered, counts!.live, counts!.gone].map(Number) as [
		number,
		number,
		number,
		number,
	]
	const isHeld = !isWhole && !isConfirmed && isMassDeletion(live, live - gone)
	const only = '_key in (select key from gone)'
	const deleted =
		isHeld || isWhole ? 0 : await bury(database, target, { from: 'newest', at: 'max(newest._cursor)', only })
	await database.run('drop table if exists gone; drop table live; drop table answered; drop table wanted')
	return { asked, answered, deleted, live, left: live - gone, isHeld }
}

function keysOf(asked: string[], gone: string[]): string {
	const list = (files: string[], isGone: boolean) =>
		files.length === 0
			? `select cast(null as varchar) as key, ${isGone} as is_gone where false`
			: `select key, ${isGone} as is_gone from read_json([${files.map(literal).join(', ')}], format = 'newline_delimited', columns = {key: 'VARCHAR'})`
	return `${list(asked, false)} union all ${list(gone, true)}`
}

/** The keys of the records that came, and the keys that were asked for to get them. */
function answers(files: string[], shape: SliceShape, key: string): string {
	if (files.length === 0) return `select cast(null as varchar) as _key, cast(null as varchar) as asked_key where false`
	const names = [...new Set([...shape.stream.key, ...askedColumns(shape.stream)])]
	const columns = Object.fromEntries(names.map((name) => [name, shape.stream.columns[name]!]))
	const fields = Object.fromEntries(names.map((name) => [name, shape.fields[name] ?? null]))
	const { deletedWhen: _, ...stream } = shape.stream
	const narrow = { ...shape, fields, hasExtra: false, stream: { ...stream, columns, cursor: null } }
	return `select distinct _key, ${key} as asked_key from (${sliceQuery(files, narrow)})`
}
