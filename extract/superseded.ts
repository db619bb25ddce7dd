import { literal } from '../models/sql-text.ts'
import type { Database } from '../models/warehouse.ts'
import { rawTable } from './raw-table.ts'
import type { QuarantinedRecord } from './state.ts'
import type { ReadRun } from './stream-load.ts'

/**
 * The records in quarantine that this run has made good, by their ids: a later version of the same key is loaded, or everything was
 * read and proved (`isWhole`), so that what waits from earlier runs is not how the source has it any more.
 */
export async function supersededRecords(read: ReadRun, isWhole: boolean): Promise<number[]> {
	const { state, connection, stream, run, warehouse } = read
	const all = await state.quarantined({ connection: connection.name, stream: stream.name })
	const waiting = all.filter((record) => record.runId !== run.runId)
	if (isWhole) return waiting.map(({ id }) => id)
	if (waiting.every(({ key }) => key === null)) return []
	const loaded = await warehouse((database) => keysOfRun(database, read, waiting))
	return waiting.filter(({ key }) => key !== null && loaded.has(key)).map(({ id }) => id)
}

async function keysOfRun(
	database: Database,
	{ source, stream, run }: ReadRun,
	waiting: readonly QuarantinedRecord[],
): Promise<Set<string>> {
	const keys = waiting.flatMap(({ key }) => (key === null ? [] : [literal(key)]))
	const rows = await database.all<{ key: string }>(
		`select _key as key from ${rawTable(source.tables ?? source.kind, stream)}
		where _connection = $1 and _run_id = $2 and _key in (${keys.join(', ')})`,
		[run.connection, run.runId],
	)
	return new Set(rows.map((row) => row.key))
}
