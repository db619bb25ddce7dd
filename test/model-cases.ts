import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { canonical } from '../models/canonical.ts'
import { type Model, ownModels, readModels } from '../models/model.ts'
import { entityColumns, type Step } from '../models/plan.ts'
import { declaredRawTables } from '../models/raw-columns.ts'
import { asOfTable } from '../models/raw-views.ts'
import type { Session } from '../models/session.ts'
import { identifier, literal, qualifiedName } from '../models/sql-text.ts'
import { createTable, modelError } from '../models/step.ts'
import { openDatabase } from '../models/warehouse.ts'

/** The folder of the cases; its README says how one is written. */
export const casesFolder = path.join(import.meta.dirname, 'cases')

/** The names of all cases: the folders that have an `expected/`. */
export function caseNames(folder = casesFolder): string[] {
	return readdirSync(folder)
		.filter((name) => existsSync(path.join(folder, name, 'expected')))
		.sort()
}

/**
 * Runs one case: puts in the rows of `given/`, builds the models that `expected/` names and what they stand on, and gives the
 * differences, one line each ("marts.breaks: missing ..."). Empty: the case holds.
 */
export async function runCase(
	name: string,
	folder = casesFolder,
	models: readonly string[] = [ownModels],
): Promise<string[]> {
	const expected = csvFiles(path.join(folder, name, 'expected'))
	const tables = expected.map(([table]) => table)
	const given = [path.join(folder, 'given'), path.join(folder, name, 'given')]
	return buildGiven(given, tables, models, async (session) => {
		const differences: string[] = []
		for (const [table, file] of expected) differences.push(...(await compare(session, table, file)))
		return differences
	})
}

/** The tables of a company's records: a case that gives no other says nothing about the company itself. */
const records = [
	'customers',
	'opportunities',
	'opportunity_lines',
	'orders',
	'order_lines',
	'invoices',
	'invoice_lines',
	'credit_notes',
	'credit_note_lines',
	'revenue_entries',
	'stage_changes',
].map((entity) => `canonical.${entity}`)

/** Whether a case is one of many that can be built in one world: it gives records alone, and expects breaks alone. */
export function isOneOfMany(name: string): boolean {
	const given = csvFiles(path.join(casesFolder, name, 'given')).map(([table]) => table)
	const expected = csvFiles(path.join(casesFolder, name, 'expected')).map(([table]) => table)
	return given.every((table) => records.includes(table)) && expected.join() === 'marts.breaks'
}

/**
 * Runs cases in one world, each with records of its own: a mark before every id of theirs, also where another record names it. By case
 * the differences as `runCase` gives them; a break that carries no case's mark is a difference of all.
 */
export async function runTogether(names: readonly string[]): Promise<Map<string, string[]>> {
	const folder = mkdtempSync(path.join(tmpdir(), 'tieout-cases-'))
	try {
		const given = new Map(csvFiles(path.join(casesFolder, 'given')).map(([table, file]) => [table, [file]]))
		const customers = given.get('canonical.customers')![0]!
		given.delete('canonical.customers')
		const marked = names.map((name, at) => markedCase(name, `M${at}x`, customers, path.join(folder, name)))
		for (const { files } of marked)
			for (const [table, file] of files) given.set(table, [...(given.get(table) ?? []), file])
		return await buildRows(given, ['marts.breaks'], [ownModels], async (session) => {
			const found = new Map<string, string[]>()
			for (const { name, mark, expected } of marked)
				found.set(name, await compare(session, 'marts.breaks', expected, `breaks::varchar like '%${mark}%'`))
			const isMarked = marked.map(({ mark }) => `breaks::varchar like '%${mark}%'`).join(' or ')
			const strays = await session.all(`select * from marts.breaks as breaks where not (${isMarked})`)
			for (const differences of found.values())
				differences.push(...strays.map((row) => `marts.breaks: of no case ${JSON.stringify(row)}`))
			return found
		})
	} finally {
		rmSync(folder, { recursive: true, force: true })
	}
}

/** A case's files, written into `folder` with the mark before each of its ids. */
function markedCase(name: string, mark: string, customers: string, folder: string) {
	mkdirSync(folder)
	const own = csvFiles(path.join(casesFolder, name, 'given'))
	const files = own.some(([table]) => table === 'canonical.customers')
		? own
		: [...own, ['canonical.customers', customers] as [string, string]]
	const ids = new Set(files.flatMap(([, file]) => idsOf(file)))
	const words = [...ids].map((id) => id.replaceAll('.', '\\.')).join('|')
	const isId = new RegExp(`(?<![\\w.])(?:${words})(?![\\w.])`, 'g')
	const copy = (file: string, to: string) => {
		const [header, ...rows] = readFileSync(file, 'utf8').split('\n')
		const written = path.join(folder, to)
		writeFileSync(written, [header, ...rows.map((row) => row.replace(isId, (id) => `${mark}${id}`))].join('\n'))
		return written
	}
	return {
		name,
		mark,
		files: files.map(([table, file]) => [table, copy(file, path.basename(file))] as const),
		expected: copy(path.join(casesFolder, name, 'expected', 'marts.breaks.csv'), 'expected.csv'),
	}
}

/** The ids of a file's records, without their connection: the first column. */
function idsOf(file: string): string[] {
	const [, ...rows] = readFileSync(file, 'utf8').trimEnd().split('\n')
	return rows.map((row) =>
		row
			.split(',')[0]!
			.replace(/^"?[a-z]+:/, '')
			.replace(/"$/, ''),
	)
}

/** Builds tables and what they stand on from folders of given rows, a later one before an earlier, and lets them be read. */
export function buildGiven<Result>(
	folders: readonly string[],
	tables: readonly string[],
	models: readonly string[],
	use: (session: Session) => Promise<Result>,
): Promise<Result> {
	const given = new Map(folders.flatMap(csvFiles).map(([table, file]) => [table, [file]]))
	return buildRows(given, tables, models, use)
}

/** The same from the files of each table. */
async function buildRows<Result>(
	given: Given,
	tables: readonly string[],
	models: readonly string[],
	use: (session: Session) => Promise<Result>,
): Promise<Result> {
	const database = await openDatabase(':memory:', { threads: 1 })
	try {
		await database.run(
			['raw', 'staging', 'canonical', 'intermediate', 'marts', 'checks']
				.map((schema) => `create schema ${schema}`)
				.join(';'),
		)
		const world = newWorld(database, await modelsOf(models), given)
		for (const table of tables) await world.make(table)
		return await use(database)
	} finally {
		await database.close()
	}
}

/** The files whose rows a table gets. */
type Given = ReadonlyMap<string, readonly string[]>

const read = new Map<string, Promise<Model[]>>()

/** Parsed once for all cases of a test file. */
function modelsOf(folders: readonly string[]): Promise<Model[]> {
	const key = folders.join('|')
	if (!read.has(key)) read.set(key, readAll(folders))
	return read.get(key)!
}

async function readAll(folders: readonly string[]): Promise<Model[]> {
	const database = await openDatabase(':memory:', { threads: 1 })
	try {
		return await readModels(folders, database)
	} finally {
		await database.close()
	}
}

function newWorld(session: Session, models: readonly Model[], given: Given) {
	const byName = new Map(models.map((model) => [model.name, model]))
	const made = new Set<string>()

	async function make(table: string): Promise<void> {
		if (made.has(table)) return
		made.add(table)
		const [schema, name] = table.split('.') as [string, string]
		const files = given.get(table)
		if (table === 'raw.as_of') await makeClocks(session, files)
		else if (schema === 'raw') await makeRaw(session, table, files)
		else if (schema === 'canonical') await makeCanonical(name as keyof typeof canonical, files)
		else await makeModel(byName.get(table), table, files)
	}

	async function makeModel(
		model: Model | undefined,
		table: string,
		files: readonly string[] | undefined,
	): Promise<void> {
		if (!model) throw new Error(`no model makes ${table}`)
		for (const table of model.reads) await make(table)
		const step: Step = {
			name: table,
			sql: files ? `select * from (\n${model.sql}\n) limit 0` : model.sql,
			reads: model.reads,
			model,
		}
		await createTable(session, step).catch((error) => Promise.reject(modelError(model, error)))
		if (files) await insertRows(session, table, files)
	}

	async function makeCanonical(entity: keyof typeof canonical, files: readonly string[] | undefined): Promise<void> {
		const table = `canonical.${entity}`
		const staged = [...given.keys()].filter((other) => /^staging\.stg_.+?__(.+)$/.exec(other)?.[1] === entity)
		for (const other of staged) await make(other)
		const columns = entityColumns(entity)
		await session.run(
			`create table ${table} (${columns.map((column) => `${identifier(column.name)} ${column.type}`).join(', ')})`,
		)
		if (!files && staged.length === 0) return
		for (const other of staged) await session.run(`insert into ${table} by name select * from ${other}`)
		if (files) await insertRows(session, table, files)
		const id = identifier(columns[0]!.name)
		await session.run(`update ${table} set source = split_part(${id}, ':', 1) where source is null`)
		await session.run(`update ${table} set source_id = substr(${id}, length(source) + 2) where source_id is null`)
		if ('is_deleted' in canonical[entity])
			await session.run(`update ${table} set is_deleted = false where is_deleted is null`)
	}

	return { make }
}

async function makeClocks(session: Session, files: readonly string[] | undefined): Promise<void> {
	await session.run(`create table ${asOfTable}`)
	if (files) await insertRows(session, 'raw.as_of', files)
	else await session.run(`insert into raw.as_of values ('2100-01-01', '2100-01-01', '2100-01-01')`)
	await session.run('update raw.as_of set as_of_date = cast(extracted_until as date) where as_of_date is null')
}

async function makeRaw(session: Session, table: string, files: readonly string[] | undefined): Promise<void> {
	const header = files ? (await Promise.all(files.map((file) => headerOf(session, file)))).flat() : []
	const declared = declaredRawTables(table.startsWith('raw.tieout__') ? {} : { [table]: [] }).get(table) ?? {}
	const types = { ...Object.fromEntries(header.map((column) => [column, 'varchar'])), ...declared }
	await session.run(
		`create table ${qualifiedName(table)} (${Object.entries(types)
			.map(([name, type]) => `${identifier(name)} ${type}`)
			.join(', ')})`,
	)
	if (!files) return
	await insertRows(session, table, files)
	for (const stamp of ['_loaded_at', '_extracted_at'])
		if (stamp in types) await session.run(`update ${table} set ${stamp} = '2026-01-01' where ${stamp} is null`)
	if ('_deleted' in types) await session.run(`update ${table} set _deleted = false where _deleted is null`)
}

async function insertRows(session: Session, table: string, files: readonly string[]): Promise<void> {
	for (const file of files) {
		const columns = (await headerOf(session, file)).map(identifier).join(', ')
		await session.run(`insert into ${qualifiedName(table)} (${columns}) select * from ${csv(file)}`)
	}
}

/** Rows of the columns that the expected file has, cast to the types of the table, in any order. `which`: of these rows of the table. */
async function compare(session: Session, table: string, file: string, which = 'true'): Promise<string[]> {
	const columns = await headerOf(session, file)
	const list = columns.map(identifier).join(', ')
	await session.run(`create or replace temp table expected as select ${list} from ${qualifiedName(table)} limit 0`)
	await session.run(`insert into expected select * from ${csv(file)}`)
	const found = `(select * from ${qualifiedName(table)} as ${table.split('.')[1]} where ${which})`
	const rows = (from: string, other: string) =>
		session.all(`select ${list} from ${from} except all select ${list} from ${other} order by all`)
	const missing = await rows('expected', found)
	const unexpected = await rows(found, 'expected')
	return [
		...missing.map((row) => `${table}: missing ${JSON.stringify(row)}`),
		...unexpected.map((row) => `${table}: unexpected ${JSON.stringify(row)}`),
	]
}

async function headerOf(session: Session, file: string): Promise<string[]> {
	return (await session.describe(`select * from ${csv(file)}`)).columns.map((column) => column.name)
}

/** Every value as text; an empty field is null, `""` is the empty text. */
function csv(file: string): string {
	return `read_csv(${literal(file)}, header = true, all_varchar = true, delim = ',', quote = '"', escape = '"', allow_quoted_nulls = false)`
}

function csvFiles(folder: string): [string, string][] {
	if (!existsSync(folder)) return []
	const files = readdirSync(folder)
		.filter((file) => file.endsWith('.csv'))
		.sort()
	return files.map((file) => [file.slice(0, -'.csv'.length), path.join(folder, file)])
}
