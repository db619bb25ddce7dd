import { existsSync, mkdirSync, realpathSync, renameSync } from 'node:fs'
import { totalmem } from 'node:os'
import path from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { duckdbError, isPoisonedLog } from './duckdb-error.ts'
import { TieoutError } from './error.ts'

/**
 * How a file is opened. `memoryLimit` as DuckDB writes it (`2GB`): above it, it works on disk; default `defaultMemoryLimit`.
 * `threads` at least 1, and `checkpointThreshold` (how long the log grows before it is written into the file): defaults are DuckDB's.
 */
export type OpenOptions = { readOnly?: boolean; memoryLimit?: string; threads?: number; checkpointThreshold?: string }

/** An open file. `setAside` is where a write-ahead log went that could not be replayed: its commits must be loaded again. */
export type OpenFile = { instance: DuckDBInstance; setAside: string | undefined; release: () => void }

/** The files open in this process. POSIX locks are per process: DuckDB itself would let a second opener write beside the first. */
const open = new Set<string>()

/**
 * Opens a DuckDB file, the only place that does. `:memory:` opens a database of its own each time.
 * Throws `busy` when this process or another has it open, `not_found` when it is to be read and isn't there.
 */
export async function openFile(file: string, options: OpenOptions, now: () => Date): Promise<OpenFile> {
	const release = claimFile(file)
	try {
		if (file !== ':memory:' && !options.readOnly) mkdirSync(path.dirname(path.resolve(file)), { recursive: true })
		if (options.readOnly && !existsSync(file)) throw missing(file)
		return { ...(await openOrSetAside(file, options, now)), release }
	} catch (error) {
		release()
		throw duckdbError(error, file)
	}
}

/** Notes that this process uses `file` until the returned function is called. Throws `busy` when it does already. */
export function claimFile(file: string): () => void {
	if (file === ':memory:') return () => {}
	const key = canonicalPath(file)
	if (open.has(key))
		throw new TieoutError('busy', 'warehouse.open_twice', `${file} is open in this process already`, {
			where: file,
			next: 'close it first, or share the opened one',
		})
	open.add(key)
	return () => {
		open.delete(key)
	}
}

async function openOrSetAside(file: string, options: OpenOptions, now: () => Date) {
	try {
		return { instance: await createInstance(file, options), setAside: undefined }
	} catch (error) {
		const log = `${file}.wal`
		if (options.readOnly || !isPoisonedLog(error) || !existsSync(log)) throw error
		const setAside = `${log}.bad-${now().toISOString().replaceAll(/[:.]/g, '-')}`
		renameSync(log, setAside)
		return { instance: await createInstance(file, options), setAside }
	}
}

function createInstance(file: string, options: OpenOptions): Promise<DuckDBInstance> {
	return DuckDBInstance.create(file, {
		access_mode: options.readOnly ? 'READ_ONLY' : 'AUTOMATIC',
		autoinstall_known_extensions: 'false',
		autoload_known_extensions: 'false',
		allow_community_extensions: 'false',
		memory_limit: options.memoryLimit ?? defaultMemoryLimit(),
		...(options.threads && { threads: String(options.threads) }),
		...(options.checkpointThreshold && { checkpoint_threshold: options.checkpointThreshold }),
	})
}

/** Half of the memory that this process may have (a container's limit counts), 4 GB at most: DuckDB itself would take 80 % of the machine. */
export function defaultMemoryLimit(
	available = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY),
): string {
	return `${Math.min(4000, Math.floor(available / 2e6))}MB`
}

/** The path by which the file is known, links resolved, whether it exists yet or not. */
function canonicalPath(file: string): string {
	const resolved = path.resolve(file)
	if (existsSync(resolved)) return realpathSync(resolved)
	const folder = path.dirname(resolved)
	return existsSync(folder) ? path.join(realpathSync(folder), path.basename(resolved)) : resolved
}

function missing(file: string): TieoutError {
	return new TieoutError('not_found', 'warehouse.missing', `${file} does not exist`, {
		where: file,
		next: 'run `tieout run` to load and build it',
	})
}
