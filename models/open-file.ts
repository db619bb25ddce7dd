import { existsSync, mkdirSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs'
import { totalmem } from 'node:os'
import path from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { duckdbError, isCutShort, isPoisonedLog } from './duckdb-error.ts'
import { TieoutError } from './error.ts'
import { identifier, literal } from './sql-text.ts'

/**
 * How a file is opened. `memoryLimit` as DuckDB writes it (`2GB`): above it, it works on disk; default `defaultMemoryLimit`.
 * `threads` at least 1: default is DuckDB's. `hasLog: false` writes no log: what is committed is in the file after the next checkpoint
 * (closing makes one); killed before, the file is as at the last one. `blockBytes`: the least that a column takes in a file that is made
 * here, a power of 2 from 16,384; default is DuckDB's 262,144. A file keeps what it was made with. `isFrugal`: what DuckDB frees goes back to
 * the machine at once, not when 512 MB have come together, which stand beside the limit; that takes a tenth more CPU.
 */
export type OpenOptions = {
	readOnly?: boolean
	memoryLimit?: string
	threads?: number
	hasLog?: boolean
	blockBytes?: number | undefined
	isFrugal?: boolean
}

/** An open file; `name` in its instance, where it is not the main one. `setAside` is where a write-ahead log went that could not be replayed: its commits must be loaded again. */
export type OpenFile = {
	instance: DuckDBInstance
	name: string | undefined
	setAside: string | undefined
	release: () => void
}

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

/** DuckDB writes three headers of 4,096 bytes each before anything else. */
const headerBytes = 3 * 4096

/** Whether the file is missing, or so short that nothing was ever committed to it: whoever made it was killed meanwhile. */
export function holdsNothing(file: string): boolean {
	return bytesOf(file) < headerBytes
}

function bytesOf(file: string): number {
	return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

async function openOrSetAside(file: string, options: OpenOptions, now: () => Date) {
	try {
		return { ...(await createInstance(file, options)), setAside: undefined }
	} catch (error) {
		const log = `${file}.wal`
		if (!options.readOnly && isCutShort(error, bytesOf(file)) && holdsNothing(file) && !existsSync(log)) {
			rmSync(file, { force: true })
			return { ...(await createInstance(file, options)), setAside: undefined }
		}
		if (options.readOnly || !isPoisonedLog(error) || !existsSync(log)) throw error
		const setAside = `${log}.bad-${now().toISOString().replaceAll(/[:.]/g, '-')}`
		renameSync(log, setAside)
		return { ...(await createInstance(file, options)), setAside }
	}
}

async function createInstance(file: string, options: OpenOptions) {
	const settings = {
		autoinstall_known_extensions: 'false',
		autoload_known_extensions: 'false',
		allow_community_extensions: 'false',
		memory_limit: options.memoryLimit ?? defaultMemoryLimit(),
		...(options.isFrugal && { allocator_bulk_deallocation_flush_threshold: '4MB' }),
		...(options.threads && { threads: String(options.threads) }),
		...(options.blockBytes && { default_block_size: String(options.blockBytes) }),
	}
	if (options.hasLog === false && file !== ':memory:' && !options.readOnly) return openWithoutLog(file, settings)
	const access = { access_mode: options.readOnly ? 'READ_ONLY' : 'AUTOMATIC' }
	return { instance: await DuckDBInstance.create(file, { ...access, ...settings }), name: undefined }
}

/** Only an attached file can be without a log. One that an earlier process left beside it is read, and written into the file at once. */
async function openWithoutLog(file: string, settings: Record<string, string>) {
	const never = { checkpoint_threshold: '1TB' }
	const instance = await DuckDBInstance.create(':memory:', { ...settings, ...never, temp_directory: `${file}.tmp` })
	const name = path.basename(file, '.duckdb')
	try {
		const connection = await instance.connect()
		await connection.run(`attach ${literal(file)} as ${identifier(name)} (recovery_mode no_wal_writes)`)
		if (existsSync(`${file}.wal`)) await connection.run(`force checkpoint ${identifier(name)}`)
		connection.closeSync()
		return { instance, name }
	} catch (error) {
		instance.closeSync()
		throw error
	}
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
