import { AsyncLocalStorage } from 'node:async_hooks'
import {
	type DuckDBConnection,
	type DuckDBPreparedStatement,
	type DuckDBTimestampTZValue,
	DuckDBTimestampValue,
	DuckDBTypeId,
	type DuckDBValueConverter,
	type Json,
	JsonDuckDBValueConverter,
	LIST,
	listValue,
	StatementType,
	VARCHAR,
} from '@duckdb/node-api'
import { duckdbError } from './duckdb-error.ts'
import { TieoutError } from './error.ts'
import { boundValue } from './parameter.ts'

/** A result column: its name and DuckDB's name of its type, such as `DECIMAL(38,4)`. */
export type ResultColumn = { name: string; type: string }

/** A result read in batches of up to 2,048 rows, values as `all` gives them. Leaving the loop early ends the query. */
export type ResultStream = { columns: ResultColumn[]; batches: AsyncIterable<unknown[][]> }

/**
 * One connection. Its statements run one after the other; another caller's wait while a transaction is open.
 * Parameters are `$1`, `$2`, ...; see `boundValue` for what may be bound (an array becomes a list of text).
 */
export type Session = {
	/** Runs every statement of `sql`; with parameters exactly one. */
	run(sql: string, parameters?: readonly unknown[]): Promise<void>
	/** All rows. Decimals, bigints, dates and timestamps (UTC) are text; NULL is null. */
	all<T = Record<string, unknown>>(sql: string, parameters?: readonly unknown[]): Promise<T[]>
	/** Rows in batches, on this connection: drain it before the next statement. It holds a snapshot open until then. */
	stream(sql: string, parameters?: readonly unknown[]): Promise<ResultStream>
	/** Parses and binds one statement without running it: its kind (`SELECT`, `INSERT`, ...) and its columns. */
	describe(sql: string): Promise<{ kind: string; columns: ResultColumn[] }>
	/** `begin`, work, `commit`; `rollback` when the work throws. Nesting throws. */
	transaction<T>(work: () => Promise<T>): Promise<T>
	/** Stops the statement that is running: it throws with code `duckdb.interrupt`. */
	interrupt(): void
}

/** Wraps a connection to the file `where`, which errors name. */
export function sessionOn(connection: DuckDBConnection, where: string): Session {
	const inTransaction = new AsyncLocalStorage<true>()
	let turn: Promise<unknown> = Promise.resolve()

	function inTurn<T>(work: () => Promise<T>): Promise<T> {
		if (inTransaction.getStore()) return named(where, work)
		const result = turn.then(() => named(where, work))
		turn = result.catch(() => {})
		return result
	}

	return {
		run: (sql, parameters = []) => inTurn(() => runAll(connection, sql, parameters)),
		all: <T>(sql: string, parameters: readonly unknown[] = []) =>
			inTurn(async () => {
				const result = await runOne(connection, sql, parameters)
				return (await result.convertRowObjects(exactJson)) as T[]
			}),
		stream: (sql, parameters = []) => inTurn(() => openStream(connection, sql, parameters, where)),
		describe: (sql) => inTurn(() => describeStatement(connection, sql)),
		transaction: <T>(work: () => Promise<T>) => {
			if (inTransaction.getStore())
				throw new TieoutError('broken', 'warehouse.nested', 'a transaction inside a transaction')
			return inTurn(() => inTransaction.run(true, () => inOneTransaction(connection, work)))
		},
		interrupt: () => connection.interrupt(),
	}
}

async function inOneTransaction<T>(connection: DuckDBConnection, work: () => Promise<T>): Promise<T> {
	await connection.run('begin transaction')
	try {
		const result = await work()
		await connection.run('commit')
		return result
	} catch (error) {
		// A failed commit has rolled back already, and a dead instance cannot: the first error is the one to tell.
		await connection.run('rollback').catch(() => {})
		throw error
	}
}

async function runAll(connection: DuckDBConnection, sql: string, parameters: readonly unknown[]): Promise<void> {
	if (parameters.length > 0) await runOne(connection, sql, parameters)
	else await connection.run(sql)
}

async function runOne(connection: DuckDBConnection, sql: string, parameters: readonly unknown[]) {
	if (parameters.length === 0 && isOne(sql)) return await connection.run(sql)
	const statement = await prepareOne(connection, sql)
	try {
		bindAll(statement, parameters)
		return await statement.run()
	} finally {
		statement.destroySync()
	}
}

async function openStream(connection: DuckDBConnection, sql: string, parameters: readonly unknown[], where: string) {
	const statement = await prepareOne(connection, sql)
	bindAll(statement, parameters)
	const result = await statement.stream()
	const types = result.columnTypes()
	const columns = result.columnNames().map((name, index) => ({ name, type: String(types[index]) }))
	async function* batches() {
		try {
			for await (const rows of result.yieldConvertedRows(exactJson)) yield rows
		} catch (error) {
			throw duckdbError(error, where)
		} finally {
			statement.destroySync()
		}
	}
	return { columns, batches: batches() }
}

async function describeStatement(connection: DuckDBConnection, sql: string) {
	const statement = await prepareOne(connection, sql)
	try {
		const columns = Array.from({ length: statement.columnCount }, (_, index) => ({
			name: statement.columnName(index),
			type: String(statement.columnType(index)),
		}))
		return { kind: StatementType[statement.statementType], columns }
	} finally {
		statement.destroySync()
	}
}

/** Without a semicolon there can't be two statements: then nobody need take the text apart first. */
function isOne(sql: string): boolean {
	return !sql.includes(';')
}

/** DuckDB would run every statement of the text but the last while preparing it: there must be one. */
async function prepareOne(connection: DuckDBConnection, sql: string) {
	if (isOne(sql)) return await connection.prepare(sql)
	const statements = await connection.extractStatements(sql)
	if (statements.count !== 1)
		throw new TieoutError(
			'broken',
			'warehouse.statements',
			`one SQL statement was expected, ${statements.count} came`,
			{
				where: sql.slice(0, 200),
			},
		)
	return await statements.prepare(0)
}

/** A list is typed: the binding would take the type of its first element, and a leading null would make all of them null. */
function bindAll(statement: DuckDBPreparedStatement, parameters: readonly unknown[]): void {
	const values = parameters.map((value) => (Array.isArray(value) ? listValue(value.map(listItem)) : boundValue(value)))
	const types = parameters.map((value) => (Array.isArray(value) ? LIST(VARCHAR) : undefined))
	for (const [index, value] of values.entries()) statement.bindValue(index + 1, value, types[index])
}

function listItem(value: unknown): string | null {
	const bound = boundValue(value)
	return bound === null ? null : String(bound)
}

/** The binding prints a timestamp with time zone in the zone of the process: here it is UTC, like all others. */
const exactJson: DuckDBValueConverter<Json> = (value, type, converter) => {
	if (value !== null && type.typeId === DuckDBTypeId.TIMESTAMP_TZ) return instantText(value as DuckDBTimestampTZValue)
	return JsonDuckDBValueConverter(value, type, converter)
}

function instantText({ micros }: DuckDBTimestampTZValue): string {
	const text = String(new DuckDBTimestampValue(micros))
	return text.endsWith('infinity') ? text : `${text}+00`
}

async function named<T>(where: string, work: () => Promise<T>): Promise<T> {
	try {
		return await work()
	} catch (error) {
		if (error instanceof Error && isDuckdbMessage(error.message)) throw duckdbError(error, where)
		throw error
	}
}

/** DuckDB's messages begin with their kind; what a transaction's own work throws passes as it is. */
function isDuckdbMessage(message: string): boolean {
	return /^[A-Z][A-Za-z ]* Error: |^Failed to /.test(message)
}
