import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { replayLanding } from '../extract/replay.ts'
import { warehouseAt } from '../extract/warehouse-turn.ts'
import { TieoutError } from '../models/error.ts'
import { currentGeneration } from '../models/generation.ts'
import { holdsNothing } from '../models/open-file.ts'
import { identifier } from '../models/sql-text.ts'
import { openDatabase } from '../models/warehouse.ts'
import type { Config } from './config.ts'
import { extractState } from './extract-state.ts'
import { connectionsOf } from './sources.ts'
import type { State } from './state.ts'

/**
 * After a crash: what stands in the warehouse's log is written into the file, which opening it does. A log that could not be read was set
 * aside by whoever opened the file; what it held is loaded again from the landing archive, where everything is that a run counts as
 * loaded. So is everything when the warehouse is gone, or has less than the generation in service was built from: what was loaded since is
 * behind the cursors, and nobody would read it again. Answers what was done, in words; undefined when there was nothing to do. Where
 * `readsAll` follows, streams that the archive does not hold whole count as never read: whoever reads them next reads everything.
 */
export async function repairWarehouse(
	config: Config,
	state: State,
	{ now, readsAll = false }: { now: () => number; readsAll?: boolean },
): Promise<string | undefined> {
	const { warehouse, landing, published } = config.project
	if (existsSync(`${warehouse}.wal`)) await openOnce(warehouse)
	const logs = logsSetAside(warehouse)
	const isLost = await noteLoss(warehouse, state)
	const isOlder = !isLost && (await isOlderThanPublished(warehouse, published))
	if (logs.length === 0 && !isLost && !isOlder) return undefined
	const resources = {
		state: extractState(state.db, { now }),
		warehouse: warehouseAt(warehouse, config.loading),
		landing,
		sources: [...config.ownSources],
	}
	const request = { connections: connectionsOf(config) }
	const { appended, lost } = await replayLanding(request, resources, { forgetsLost: readsAll }).finally(() =>
		resources.warehouse.rest(),
	)
	settleLoss(warehouse)
	for (const log of logs) renameSync(log, log.replace('.wal.bad-', '.wal.replayed-'))
	const versions = Object.values(appended).reduce((sum, one) => sum + one, 0)
	const crashed = isOlder
		? 'the warehouse is older than what is in service (restored from a backup?)'
		: "the warehouse's log could not be read after a crash"
	const what = isLost ? 'the warehouse was gone' : crashed
	return `${what}: ${versions} versions were loaded again from the landing archive${lostText(lost)}`
}

function lostText(lost: Record<string, string>): string {
	const [first] = Object.entries(lost)
	if (!first) return ''
	const names = Object.keys(lost).join(', ')
	return `; of ${names} not all of it is there (${first[0]}: ${first[1]}), so they are read from the beginning, and what their records were before is not known`
}

/**
 * Whether the warehouse is gone, or was and has not come back as a whole yet. A mark beside it says so until `settleLoss`: one that a
 * killed process had begun to fill does not pass for whole.
 */
export async function noteLoss(warehouse: string, state: State): Promise<boolean> {
	const mark = lossMark(warehouse)
	if (existsSync(mark)) return true
	if (!holdsNothing(warehouse) || !(await hasLoaded(state))) return false
	mkdirSync(path.dirname(mark), { recursive: true })
	writeFileSync(mark, '')
	return true
}

/** Everything is back. */
export function settleLoss(warehouse: string): void {
	rmSync(lossMark(warehouse), { force: true })
}

const lossMark = (warehouse: string) => `${warehouse}.lost`

/** Does a run count anything as loaded? */
async function hasLoaded({ db }: State): Promise<boolean> {
	const part = db.selectFrom('landed_parts').select('run_id').where('loaded_at', 'is not', null).limit(1)
	return (await part.executeTakeFirst()) !== undefined
}

/** Whether the generation in service knows of a later load than the warehouse does. One that can't be read says nothing. */
async function isOlderThanPublished(warehouse: string, published: string): Promise<boolean> {
	const loadedUntil = await publishedUntil(published).catch(() => undefined)
	if (!loadedUntil || !existsSync(warehouse)) return false
	const database = await openDatabase(warehouse, { readOnly: true }).catch((error) => {
		if (error instanceof TieoutError && error.kind === 'busy') return undefined
		throw error
	})
	if (!database) return false
	try {
		const tables = await database.all<{ name: string }>(
			`select table_name as name from duckdb_columns() where schema_name = 'raw' and column_name = '_loaded_at' and database_name = current_database()`,
		)
		const newest = tables.map(({ name }) => `select max(_loaded_at) as loaded from raw.${identifier(name)}`)
		const [row] = await database.all<{ is_older: boolean | null }>(
			`select max(loaded) < cast($1 as timestamp) as is_older from (${newest.join(' union all ') || 'select null as loaded'})`,
			[loadedUntil],
		)
		return row?.is_older === true
	} finally {
		await database.close()
	}
}

async function publishedUntil(published: string): Promise<string | undefined> {
	const current = currentGeneration(published)
	if (!current) return undefined
	const database = await openDatabase(current.file, { readOnly: true })
	try {
		const [row] = await database.all<{ until: string | null }>(
			'select cast(loaded_until as varchar) as until from tieout.generation',
		)
		return row?.until ?? undefined
	} finally {
		await database.close()
	}
}

/** Another process that has the file open has read its log already. */
async function openOnce(warehouse: string): Promise<void> {
	try {
		await (await openDatabase(warehouse)).close()
	} catch (error) {
		if (!(error instanceof TieoutError) || error.kind !== 'busy') throw error
	}
}

function logsSetAside(warehouse: string): string[] {
	const folder = path.dirname(warehouse)
	const begin = `${path.basename(warehouse)}.wal.bad-`
	if (!existsSync(folder)) return []
	return readdirSync(folder)
		.filter((name) => name.startsWith(begin))
		.map((name) => path.join(folder, name))
}
