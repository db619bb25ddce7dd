import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { canonical } from '../models/canonical.ts'
import { type Model, ownModels, readModels } from '../models/model.ts'
import { entityColumns, type Step } from '../models/plan.ts'
import { declaredRawTables } from '../models/raw-columns.ts'
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

/** Builds tables and what they stand on from folders of given rows, a later one before an earlier, and lets them be read. */
export async function buildGiven<Result>(
	folders: readonly string[],
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
		const world = newWorld(database, await modelsOf(models), new Map(folders.flatMap(csvFiles)))
		for (const table of tables) await world.make(table)
		return await use(database)
	} finally {
		await database.close()
	}
}

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

function newWorld(session: Session, models: readonly Model[], given: ReadonlyMap<string, string>) {
	const byName = new Map(models.map((model) => [model.name, model]))
	const made = new Set<string>()

	async function make(table: string): Promise<void> {
		if (made.has(table)) return
		made.add(table)
		const [schema, name] = table.split('.') as [string, string]
		const file = given.get(table)
		if (table === 'raw.as_of') await makeClocks(session, file)
		else if (schema === 'raw') await makeRaw(session, table, file)
		else if (schema === 'canonical') await makeCanonical(name as keyof typeof canonical, file)
		else await makeModel(byName.get(table), table, file)
	}

	async function makeModel(model: Model | undefined, table: string, file: string | undefined): Promise<void> {
		if (!model) throw new Error(`no model makes ${table}`)
		for (const table of model.reads) await make(table)
		const step: Step = {
			name: table,
			sql: file ? `select * from (\n${model.sql}\n) limit 0` : model.sql,
			reads: model.reads,
			model,
		}
		await createTable(session, step).catch((error) => Promise.reject(modelError(model, error)))
		if (file) await insertRows(session, table, file)
	}

	async function makeCanonical(entity: keyof typeof canonical, file: string | undefined): Promise<void> {
		const table = `canonical.${entity}`
		const staged = [...given.keys()].filter((other) => /^staging\.stg_.+?__(.+)$/.exec(other)?.[1] === entity)
		for (const other of staged) await make(other)
		const columns = entityColumns(entity)
		await session.run(
			`create table ${table} (${columns.map((column) => `${identifier(column.name)} ${column.type}`).join(', ')})`,
		)
		if (!file && staged.length === 0) return
		for (const other of staged) await session.run(`insert into ${table} by name select * from ${other}`)
		if (file) await insertRows(session, table, file)
		const id = identifier(columns[0]!.name)
		await session.run(`update ${table} set source = split_part(${id}, ':', 1) where source is null`)
		await session.run(`update ${table} set source_id = substr(${id}, length(source) + 2) where source_id is null`)
		if ('is_deleted' in canonical[entity])
			await session.run(`update ${table} set is_deleted = false where is_deleted is null`)
	}

	return { make }
}

async function makeClocks(session: Session, file: string | undefined): Promise<void> {
	await session.run('create table raw.as_of (loaded_until timestamp, extracted_until timestamp)')
	if (file) await insertRows(session, 'raw.as_of', file)
	else await session.run(`insert into raw.as_of values ('2100-01-01', '2100-01-01')`)
}

async function makeRaw(session: Session, table: string, file: string | undefined): Promise<void> {
	const header = file ? await headerOf(session, file) : []
	const declared = declaredRawTables(table.startsWith('raw.tieout__') ? {} : { [table]: [] }).get(table) ?? {}
	const types = { ...Object.fromEntries(header.map((column) => [column, 'varchar'])), ...declared }
	await session.run(
		`create table ${qualifiedName(table)} (${Object.entries(types)
			.map(([name, type]) => `${identifier(name)} ${type}`)
			.join(', ')})`,
	)
	if (!file) return
	await insertRows(session, table, file)
	for (const stamp of ['_loaded_at', '_extracted_at'])
		if (stamp in types) await session.run(`update ${table} set ${stamp} = '2026-01-01' where ${stamp} is null`)
	if ('_deleted' in types) await session.run(`update ${table} set _deleted = false where _deleted is null`)
}

async function insertRows(session: Session, table: string, file: string): Promise<void> {
	const columns = (await headerOf(session, file)).map(identifier).join(', ')
	await session.run(`insert into ${qualifiedName(table)} (${columns}) select * from ${csv(file)}`)
}

/** Rows of the columns that the expected file has, cast to the types of the table, in any order. */
async function compare(session: Session, table: string, file: string): Promise<string[]> {
	const columns = await headerOf(session, file)
	const list = columns.map(identifier).join(', ')
	await session.run(`create or replace temp table expected as select ${list} from ${qualifiedName(table)} limit 0`)
	await session.run(`insert into expected select * from ${csv(file)}`)
	const rows = (from: string, other: string) =>
		session.all(`select ${list} from ${from} except all select ${list} from ${other} order by all`)
	const missing = await rows('expected', qualifiedName(table))
	const unexpected = await rows(qualifiedName(table), 'expected')
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
