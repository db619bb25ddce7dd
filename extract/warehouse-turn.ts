import { setTimeout as delay } from 'node:timers/promises'
import { TieoutError } from '../models/error.ts'
import { type Database, type OpenOptions, openDatabase } from '../models/warehouse.ts'

/** One turn at the warehouse: the database is open for `work`, and nobody else in this process uses it meanwhile. */
export type Warehouse = {
	<T>(work: (database: Database) => Promise<T>): Promise<T>
	/** Closes the file as soon as nobody is in line; the next turn opens it again. */
	rest(): Promise<void>
}

/** The file stays open this long for the next in line, so that streams that end one after the other don't open it each time. */
const lingering = 250

/**
 * Turns at a warehouse file, one after the other. It is opened for the first in line and closed soon after the last, so that other
 * processes get their turn between loads; while one of them has it, this waits, at most `patience` milliseconds.
 */
export function warehouseAt(
	file: string,
	options: OpenOptions = {},
	{ patience = 120_000, sleep = delay }: { patience?: number; sleep?: (milliseconds: number) => Promise<unknown> } = {},
): Warehouse {
	let line: Promise<unknown> = Promise.resolve()
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
		await closing?.close()
	}

	const use = <T>(work: (database: Database) => Promise<T>): Promise<T> =>
		inLine(async () => {
			try {
				open ??= await openPatiently(file, options, patience, sleep)
				return await work(open)
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

/** Turns at a database that somebody else opened and closes. */
export function warehouseOf(database: Database): Warehouse {
	let line: Promise<unknown> = Promise.resolve()
	const use = <T>(work: (database: Database) => Promise<T>): Promise<T> => {
		const turn = line.then(() => work(database))
		line = turn.catch(() => {})
		return turn
	}
	return Object.assign(use, { rest: async () => {} })
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
			return await openDatabase(file, options)
		} catch (error) {
			const isBusy = error instanceof TieoutError && error.kind === 'busy'
			if (!isBusy || waited >= patience) throw error
			await sleep(250)
		}
	}
}
