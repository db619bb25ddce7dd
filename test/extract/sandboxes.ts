import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { sources } from '../../extract/registry.ts'
import type { Sandboxes } from '../../extract/sandbox/sandbox.ts'
import { valuesOf } from '../../extract/sandbox/system.ts'
import type { Connection } from '../../extract/source.ts'
import type { StreamOutcome } from '../../extract/stream-run.ts'
import { openDatabase } from '../../models/warehouse.ts'

/** The connections that read both sandboxes. */
export function sandboxConnections(sandboxes: Sandboxes): Connection[] {
	return sandboxes.connections().map((connection) => ({
		name: connection.name,
		kind: connection.source,
		options: valuesOf(connection),
		...(connection.fields && { fields: connection.fields }),
	}))
}

/** Raw tables of what is only told of records that changed while somebody looked: a fresh read has seen no change. */
export const tablesOfChanges = new Set(
	sources.flatMap(({ kind, tables, streams }) =>
		streams.filter(({ follows }) => follows?.isOfChanges).map(({ name }) => `${tables ?? kind}__${name}`),
	),
)

/** An empty folder for a project's state, landing archive and warehouse. */
export function emptyFolder(): string {
	return mkdtempSync(path.join(tmpdir(), 'extract-'))
}

/** What `extract-once.ts` is to read, and when it kills itself: so many milliseconds after the n-th event (`page`, `load`). */
export type Once = {
	folder: string
	connections: Connection[]
	now: number
	partBytes?: number
	sliceBytes?: { enough: number; most: number }
	full?: boolean
	kill?: [event: string, number: number, delay: number]
}

/** Runs `extract-once.ts`; answers its outcomes, or null when it was killed first. */
export async function extractOnce(job: Once): Promise<StreamOutcome[] | null> {
	const script = path.join(import.meta.dirname, 'extract-once.ts')
	const child: ChildProcess = spawn(
		process.execPath,
		['--disable-warning=ExperimentalWarning', script, JSON.stringify(job)],
		{
			stdio: ['ignore', 'pipe', 'inherit'],
			env: { ...process.env, UV_THREADPOOL_SIZE: '32' },
		},
	)
	let outcome: StreamOutcome[] | null = null
	for await (const line of createInterface({ input: child.stdout! })) {
		if (line.startsWith('outcome ')) outcome = JSON.parse(line.slice(8))
	}
	return outcome
}

/** Rows and a fingerprint of every raw table, but for run ids and times of loading. */
export async function warehouseFingerprint(folder: string): Promise<Record<string, string>> {
	const database = await openDatabase(path.join(folder, 'warehouse.duckdb'))
	try {
		const tables = await database.all<{ name: string }>(
			`select table_name as name from duckdb_tables() where schema_name = 'raw' order by 1`,
		)
		const prints: Record<string, string> = {}
		for (const { name } of tables) {
			const [row] = await database.all<{ print: string }>(
				`select count(*) || ' ' || coalesce(sum(cast(hash(record) as hugeint)), 0) as print
				from (select * exclude (_run_id, _loaded_at) from raw."${name}") as record`,
			)
			prints[name] = row!.print
		}
		return prints
	} finally {
		await database.close()
	}
}
