import { statSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { TieoutError } from '../models/error.ts'
import { type Database, type OpenOptions, openDatabase } from '../models/warehouse.ts'
import { largeWarehouse } from '../models/warehouse-size.ts'
import { withRoom } from '../models/with-room.ts'

/** One turn at the warehouse: the database is open for `work`, and nobody else in this process uses it meanwhile. */
export type Warehouse = {
	<T>(work: (database: Database) => Promise<T>): Promise<T>
	/** Closes the file as soon as nobody is in line; the next turn opens it again. */
	rest(): Promise<void>
}

/** What loading may use: threads, and DuckDB's memory as it writes it (`256MB`). */
export type LoadingLimits = { threads: number; memory: string }

/**
 * What is used where nothing is configured: half of the cores and at most 4, so that pages are read beside the loading (one thread
 * loads some 100,000 records a second, more than any vendor sends); and of memory a group of rows of each thread, and room to
 * compare keys. It does not grow with the tables: what takes more is put on the disk meanwhile, beside the warehouse.
 */
export function defaultLimits(cores: number = availableParallelism(), wanted?: number): LoadingLimits {
	const threads = wanted ?? Math.max(1, Math.min(4, Math.floor(cores / 2)))
	return { threads, memory: `${128 + 128 * threads}MB` }
}

/** The file stays open this long for the next in line, so that streams that end one after the other don't open it each time. */
const lingering = 250

/**
 * What is committed stands in the log, on the disk, and is written into the file when the file is closed: once for all streams that end
 * together. A longer log than this (bytes) is written at once: what stands in it alone takes memory.
 */
const longLog = 16 << 20

/**
 * Turns at a warehouse file, one after the other. It is opened for the first in line and closed soon after the last, so that other
 * processes get their turn between loads; while one of them has it, this waits, at most `patience` milliseconds. Work for which the
 * memory is not enough is done once more with most of what the machine has.
 */
export function warehouseAt(
	file: string,
	limits: { [name in keyof LoadingLimits]?: LoadingLimits[name] | undefined } = {},
	{ patience = 120_000, sleep = delay }: { patience?: number; sleep?: (milliseconds: number) => Promise<unknown> } = {},
): Warehouse {
	let line: Promise<unknown> = Promise.resolve()
	const usual = defaultLimits(availableParallelism(), limits.threads)
	const options = { threads: usual.threads, memoryLimit: limits.memory ?? usual.memory }
	let open: Database | null = null
	let timer: NodeJS.Timeout | undefined

	function inLine<T>(work: () => Promise<T>): Promise<T> {
		clearTimeout(timer)
		const turn = line.then(work)
		line = turn.catch(() => {})
		return turn
	}

	async function close() {
		clearTimeout(timer)
		const closing = open
		open = null
		// Not done by the closing itself, which would hold up everything else. What fails now stays in the log, and is done by who opens it.
		if (closing && logBytes(file) > 0) await writeLog(closing, file).catch(() => {})
		await closing?.close()
	}

	const use = <T>(work: (database: Database) => Promise<T>): Promise<T> =>
		inLine(async () => {
			try {
				open ??= await openPatiently(file, options, patience, sleep)
				const result = await withRoom(open, { usual: options.memoryLimit, more: `${machineMemory()}MB` }, () =>
					work(open!),
				)
				if (logBytes(file) > longLog) await writeLog(open, file)
				return result
			} catch (error) {
				// After a write that failed the instance may answer nothing any more: the next in line gets a new one.
				if (isSpoilt(error)) await close().catch(() => {})
				throw error
			} finally {
				clearTimeout(timer)
				timer = setTimeout(() => void inLine(close), lingering)
			}
		})
	return Object.assign(use, { rest: () => inLine(close) })
}

/** What is not large yet is written as it is: to compress it would take longer than to load it. */
async function writeLog(database: Database, file: string): Promise<void> {
	await database.compress(bytesOf(file) + logBytes(file) > largeWarehouse ? 'smallest' : 'none')
	await database.checkpoint()
}

/** How much is committed and not yet written into the file. */
function logBytes(file: string): number {
	return bytesOf(`${file}.wal`)
}

function bytesOf(file: string): number {
	return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

/** Most of the machine's memory, or of what this process may have of it, in MB. */
function machineMemory(): number {
	const allowed = process.constrainedMemory() || Number.POSITIVE_INFINITY
	return Math.floor((Math.min(allowed, totalmem()) * 0.6) / 1e6)
}

function isSpoilt(error: unknown): boolean {
	return error instanceof TieoutError && ['duckdb.fatal', 'disk.full'].includes(error.code)
}

async function openPatiently(
	file: string,
	options: OpenOptions,
	patience: number,
	sleep: (milliseconds: number) => Promise<unknown>,
): Promise<Database> {
	for (let waited = 0; ; waited += 250) {
		try {
			const database = await openDatabase(file, options)
			// An automatic checkpoint at the commit of a load would write the same rows twice.
			await database.run("set global checkpoint_threshold = '16GB'")
			return database
		} catch (error) {
			const isBusy = error instanceof TieoutError && error.kind === 'busy'
			if (!isBusy || waited >= patience) throw error
			await sleep(250)
		}
	}
}
