// A query process: opens one published file read-only, locks every setting, answers requests over IPC until it is killed.
// It is started by process-handle.ts, with an empty environment and folder.
import { TieoutError } from '../../models/error.ts'
import { type Database, openDatabase, type Session } from '../../models/warehouse.ts'
import type { Room } from '../../models/with-room.ts'
import { passGate } from '../sql-gate/gate.ts'
import { exportRows } from './export.ts'
import type { Answer, OpenMessage, Request, WireError } from './messages.ts'
import { runSql } from './run-sql.ts'
import { statementError } from './statement-error.ts'

type OwnSession = Session & { close(): void }

/** `writers`: how many slices of an export are written at once. */
type Open = { database: Database; tables: Set<string>; idle: OwnSession[]; writers: number; memory: Room }

/** More would outrun the one thread that hashes and sends what they write. */
const mostWriters = 4

let open: Promise<Open> | undefined
const running = new Map<number, readonly Session[]>()

process.on('message', (message: OpenMessage | Request) => {
	if (message.type === 'open') {
		open = openLocked(message)
		open.then(
			({ tables }) => send({ type: 'ready', tables: [...tables] }),
			(error) => send({ type: 'failed', id: null, error: wireError(error) }),
		)
	} else if (message.type === 'cancel') for (const session of running.get(message.id) ?? []) session.interrupt()
	else void answer(message)
})
// The parent died: nobody is left to answer.
process.on('disconnect', () => process.exit(0))

async function answer(request: Exclude<Request, { type: 'cancel' }>): Promise<void> {
	const { database, tables, idle, writers, memory } = await open!
	const sessions: OwnSession[] = []
	while (sessions.length < (request.type === 'export' ? writers : 1))
		sessions.push(idle.pop() ?? (await database.session()))
	running.set(request.id, sessions)
	try {
		send({ type: 'done', id: request.id, value: await work(sessions, request, { tables, memory }) })
		idle.push(...sessions)
	} catch (error) {
		for (const session of sessions) session.close()
		send({
			type: 'failed',
			id: request.id,
			error: wireError(request.type === 'rows' ? error : statementError(error, request.sql)),
		})
	} finally {
		running.delete(request.id)
	}
}

async function work(
	sessions: readonly Session[],
	request: Exclude<Request, { type: 'cancel' }>,
	{ tables, memory }: Pick<Open, 'tables' | 'memory'>,
) {
	const session = sessions[0]!
	switch (request.type) {
		case 'rows':
			return await session.all(request.sql, request.parameters)
		case 'gate':
			return await passGate(session, request.sql, tables)
		case 'sql':
			await passGate(session, request.sql, tables)
			return await runSql(session, request.sql, request)
		case 'export':
			return await exportRows(sessions, { ...request, memory }, (value) =>
				send({ type: 'part', id: request.id, value }),
			)
	}
}

/** The order of the settings matters: what may be written is said before the outside is closed, the lock comes last. */
async function openLocked({ file, kind, spool, engineMemory, moreMemory, threads }: OpenMessage): Promise<Open> {
	const memory = { usual: `${engineMemory}MB`, more: `${moreMemory}MB` }
	const database = await openDatabase(file, { readOnly: true, memoryLimit: memory.usual, threads })
	const folder = spool.replaceAll("'", "''")
	await database.run(`
		set temp_directory = '${folder}/temp-${process.pid}';
		set max_temp_directory_size = '${kind === 'sql' ? '2GB' : '20GB'}';
		${kind === 'exports' ? `set allowed_directories = ['${folder}'];` : ''}
		set enable_external_access = false;
		set allow_community_extensions = false;
		set allowed_configs = [${kind === 'exports' ? `'TimeZone', 'threads', 'memory_limit'` : `'TimeZone'`}];
		set lock_configuration = true`)
	const rows = await database.all<{ name: string }>(`
		select lower(table_schema || '.' || table_name) as name from information_schema.tables
		where table_schema in ('marts', 'tieout') order by name`)
	return {
		database,
		tables: new Set(rows.map((row) => row.name)),
		idle: [],
		writers: Math.min(threads, mostWriters),
		memory,
	}
}

function send(answer: Answer): void {
	process.send?.(answer)
}

function wireError(error: unknown): WireError {
	if (!(error instanceof TieoutError))
		return { kind: 'broken', code: 'query.broken', message: (error as Error).message, isFatal: true }
	const { kind, code, message, where, allowed, next } = error
	return {
		kind,
		code,
		message,
		...(where !== undefined && { where }),
		...(allowed !== undefined && { allowed }),
		...(next !== undefined && { next }),
		isFatal: code === 'duckdb.fatal',
	}
}
