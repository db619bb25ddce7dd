import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { runStreams } from '../../../extract/run.ts'
import { files, filesTransport } from '../../../extract/sources/files/files.ts'
import { type FilesOptions, filesOptions } from '../../../extract/sources/files/options.ts'
import type { StreamOutcome } from '../../../extract/stream-run.ts'
import { warehouseAt } from '../../../extract/warehouse-turn.ts'
import { openDatabase } from '../../../models/warehouse.ts'
import { extractState } from '../../../server/extract-state.ts'
import { openState } from '../../../server/state.ts'

/** What a mapping may leave out in a test. */
export type Mapping = Record<string, unknown> & { entities: Record<string, unknown> }

/** A folder of files that is read as a connection called `erp`, with a warehouse and a state of its own. */
export type Folder = {
	folder: string
	/** Writes a file of the folder. */
	put(name: string, content: string | Uint8Array, modifiedAt?: Date): void
	/** Reads the streams of the mapping; outcomes by stream. */
	run(mapping: Mapping, at?: string): Promise<Record<string, StreamOutcome>>
	all<T = Record<string, unknown>>(sql: string): Promise<T[]>
	quarantined(): Promise<{ stream: string; key: string | null; code: string; reason: string }[]>
	held(): Promise<{ runId: string; reason: string }[]>
	certificates(): Promise<Record<string, unknown>[]>
	close(): void
}

/** A new empty folder. The caller closes it. */
export function newFolder(): Folder {
	const root = mkdtempSync(path.join(tmpdir(), 'tieout-files-'))
	const folder = path.join(root, 'export')
	const warehouse = path.join(root, 'warehouse.duckdb')
	mkdirSync(folder)
	const withState = async <T>(work: (state: Awaited<ReturnType<typeof openState>>) => Promise<T>): Promise<T> => {
		const state = await openState(path.join(root, 'state.sqlite'))
		return await work(state).finally(() => state.close())
	}
	return {
		folder,
		put(name, content, modifiedAt) {
			writeFileSync(path.join(folder, name), content)
			if (modifiedAt) utimesSync(path.join(folder, name), modifiedAt, modifiedAt)
		},
		run: (mapping, at = '2026-07-12T12:00:00Z') =>
			withState(async (state) => {
				const { streams } = await readConnection({ name: 'erp', options: optionsOf(mapping, folder), root, at }, state)
				return Object.fromEntries(streams.map((stream) => [stream.stream, stream]))
			}),
		async all<T>(sql: string) {
			const database = await openDatabase(warehouse, { readOnly: true })
			return await database.all<T>(sql).finally(() => database.close())
		},
		quarantined: () => withState((state) => extractState(state.db).quarantined({})),
		held: () => withState((state) => extractState(state.db).heldRuns()),
		certificates: () => withState((state) => state.db.selectFrom('certificates').selectAll().execute()),
		close: () => rmSync(root, { recursive: true, force: true }),
	}
}

/** The options of a mapping, as the configuration gives them. */
export function optionsOf(mapping: Mapping, folder: string): FilesOptions {
	return filesOptions.parse({ folder, ...mapping })
}

/** Reads a connection to files into `root`'s warehouse, whole. */
export async function readConnection(
	{ name, options, root, at }: { name: string; options: FilesOptions; root: string; at: string },
	state: Awaited<ReturnType<typeof openState>>,
) {
	return await runStreams(
		{ connections: [{ name, kind: 'mapped', options, streams: Object.keys(options.entities) }], full: true },
		{
			state: extractState(state.db),
			warehouse: warehouseAt(path.join(root, 'warehouse.duckdb')),
			landing: path.join(root, 'landing'),
			sources: [{ ...files, kind: 'mapped' }],
		},
		{ now: () => Date.parse(at), transport: filesTransport(options) },
	)
}
