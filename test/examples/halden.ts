import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { rawColumns } from '../../extract/registry.ts'
import { files } from '../../extract/sources/files/files.ts'
import type { FilesOptions } from '../../extract/sources/files/options.ts'
import { build } from '../../models/build.ts'
import { writeConfiguration } from '../../models/raw-tables.ts'
import { openDatabase } from '../../models/warehouse.ts'
import { type Config, loadConfig } from '../../server/config.ts'
import { configurationTables } from '../../server/configuration/tables.ts'
import { sourceSummaries } from '../../server/sources.ts'
import { openState } from '../../server/state.ts'
import { readConnection } from '../extract/sources/folder.ts'

/** The example project's folder. */
export const haldenFolder = path.join(import.meta.dirname, '../../examples/halden')

/** The example as built: queries over it, and how its streams were proved. The caller closes it. */
export type Halden = {
	all<T = Record<string, unknown>>(sql: string): Promise<T[]>
	certificates: { connection: string; stream: string; verdict: string; source_rows: number; loaded_rows: number }[]
	close(): Promise<void>
}

const readAt = '2026-07-12T12:00:00Z'

/** Reads, loads and builds the example in a folder of its own, with the real models. */
export async function buildHalden(): Promise<Halden> {
	const root = mkdtempSync(path.join(tmpdir(), 'tieout-halden-'))
	const data = path.join(root, 'data')
	const config = loadConfig(haldenFolder, sourceSummaries([files]))
	const state = await openState(path.join(data, 'state.sqlite'))
	for (const connection of config.connections) {
		const given = connection.options as FilesOptions
		const options = { ...given, folder: path.resolve(haldenFolder, given.folder) }
		const { streams } = await readConnection({ name: connection.name, options, root: data, at: readAt }, state)
		const failed = streams.filter(({ outcome, quarantined }) => outcome !== 'loaded' || quarantined > 0)
		if (failed.length > 0) throw new Error(`not read: ${JSON.stringify(failed)}`)
	}
	const certificates = await state.db
		.selectFrom('certificates')
		.select(['connection', 'stream', 'verdict', 'source_rows', 'loaded_rows'])
		.orderBy('connection')
		.orderBy('stream')
		.execute()
	await state.close()
	await configure(config, path.join(data, 'warehouse.duckdb'))
	const mapped = new Set(config.connections.flatMap(({ options }) => Object.keys((options as FilesOptions).entities)))
	const streams = files.streams.filter(({ name }) => mapped.has(name))
	await build({ project: root, kinds: ['mapped'], rawColumns: rawColumns([{ ...files, kind: 'mapped', streams }]) })
	const database = await openDatabase(path.join(data, 'build.duckdb'), { readOnly: true })
	return {
		all: (sql) => database.all(sql),
		certificates: certificates as Halden['certificates'],
		async close() {
			await database.close()
			rmSync(root, { recursive: true, force: true })
		},
	}
}

async function configure(config: Config, warehouse: string): Promise<void> {
	const facts = config.connections.map(({ name, options }) => {
		const { ids, time_zone } = options as FilesOptions
		return [name, { referenceForm: ids, timeZone: time_zone, recordUrl: undefined }] as const
	})
	const now = new Date(readAt)
	const database = await openDatabase(warehouse)
	const tables = configurationTables(config, [], Object.fromEntries(facts), { now })
	await writeConfiguration(database, tables, { now: () => now }).finally(() => database.close())
}
