import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'vitest'
import { rawColumns } from '../../../extract/registry.ts'
import { build } from '../../../models/build.ts'
import { projectFiles } from '../../../models/project-files.ts'
import { type ConfigurationRows, writeConfiguration } from '../../../models/raw-tables.ts'
import { type Database, openDatabase } from '../../../models/warehouse.ts'
import type { startProject } from '../vendor.ts'

/** Builds one system's staging models, and those of the configuration, in a project that has a warehouse; answers the build file. */
export async function buildStaging(project: string, kind: string): Promise<string> {
	const folder = path.join(project, 'models')
	for (const source of [kind, 'tieout'])
		cpSync(path.join(import.meta.dirname, '../../../models/staging', source), path.join(folder, 'staging', source), {
			recursive: true,
		})
	const { file } = await build({ project, modelFolders: [folder], kinds: [kind], rawColumns: rawColumns() })
	return file
}

/** The minor digits of currencies that have two. */
export const twoDigits = (...currencies: string[]): ConfigurationRows => ({
	name: 'currencies',
	columns: ['currency', 'minor_digits'],
	rows: currencies.map((currency) => [currency, '2']),
})

type Project = Awaited<ReturnType<typeof startProject>>

/**
 * Reads everything that a project's connections have at `now` (epoch ms), and builds one system's staging models over it, beside
 * `configuration`. `look`: at the project before it is closed. Fails where a stream does not load, or a record waits in quarantine.
 */
export async function stagingOf(
	project: Project,
	kind: string,
	{ now, configuration, look }: { now: number; configuration: ConfigurationRows[]; look?: () => Promise<void> },
): Promise<{ database: Database; close(): Promise<void> }> {
	project.clock.now = now
	const { streams } = await project.run()
	expect(streams.filter(({ outcome, quarantined }) => outcome !== 'loaded' || quarantined > 0)).toEqual([])
	await look?.()
	await project.close()
	const folder = mkdtempSync(path.join(tmpdir(), `${kind}-staging-`))
	const files = projectFiles(folder)
	mkdirSync(path.dirname(files.warehouse), { recursive: true })
	renameSync(path.join(project.folder, 'warehouse.duckdb'), files.warehouse)
	const warehouse = await openDatabase(files.warehouse)
	await writeConfiguration(warehouse, configuration)
	await warehouse.close()
	const database = await openDatabase(await buildStaging(folder, kind), { readOnly: true })
	const close = async () => {
		await database.close()
		rmSync(folder, { recursive: true, force: true })
	}
	return { database, close }
}
