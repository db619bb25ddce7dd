import { setTimeout as delay } from 'node:timers/promises'
import { TieoutError } from '../models/error.ts'
import { type Database, type OpenOptions, openDatabase } from '../models/warehouse.ts'

/** One turn at the warehouse: the database is open for `work`, and nobody else in this process uses it meanwhile. */
export type Warehouse = <T>(work: (database: Database) => Promise<T>) => Promise<T>

/**
 * Turns at a warehouse file, one after the other. The file is opened for the first in line and closed when the line is empty, so that
 * other processes get their turn between loads; while one of them has it, this waits, at most `patience` milliseconds.
 */
export function warehouseAt(
	file: string,
	options: OpenOptions = {},
	{ patience = 120_000, sleep = delay }: { patience?: number; sleep?: (milliseconds: number) => Promise<unknown> } = {},
): Warehouse {
	let line: Promise<unknown> = Promise.resolve()
	let waiting = 0
	let open: Database | null = null
	return (work) => {
		waiting++
		const turn = line.then(async () => {
			try {
				open ??= await openPatiently(file, options, patience, sleep)
				return await work(open)
			} finally {
				waiting--
				if (waiting === 0 && open) {
					const closing = open
					open = null
					await closing.close()
				}
			}
		})
		line = turn.catch(() => {})
		return turn
	}
}

/** Turns at a database that somebody else opened and closes. */
export function warehouseOf(database: Database): Warehouse {
	let line: Promise<unknown> = Promise.resolve()
	return (work) => {
		const turn = line.then(() => work(database))
		line = turn.catch(() => {})
		return turn
	}
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
