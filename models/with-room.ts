import { TieoutError } from './error.ts'
import { defaultMemoryLimit } from './open-file.ts'

/** Whatever takes statements: settings of the instance hold for all its connections. */
type Runs = { run(sql: string): Promise<unknown> }

/** Memory as DuckDB writes it (`4096MB`): what is used, and what where that does not suffice. */
export type Room = { usual: string; more: string }

/**
 * What builds and their checks use: what is asked for and no more, else 800 MB at first, to which the process adds some 400 of its own. With
 * 4 GB a million lines took as long: DuckDB only keeps more of what it has read and written.
 */
export function roomOf({ memoryLimit }: { memoryLimit?: string | undefined }, most = defaultMemoryLimit()): Room {
	if (memoryLimit) return { usual: memoryLimit, more: memoryLimit }
	return { usual: Number.parseInt(most, 10) < 800 ? most : '800MB', more: most }
}

/**
 * Work at a database, once more with more memory where the usual did not suffice. What `work` did before it failed must not matter.
 */
export async function withRoom<T>(database: Runs, { usual, more }: Room, work: () => Promise<T>): Promise<T> {
	try {
		return await work()
	} catch (error) {
		if (!(error instanceof TieoutError) || error.code !== 'duckdb.out_of_memory' || usual === more) throw error
	}
	await database.run(`set global memory_limit = '${more}'`)
	try {
		return await work()
	} finally {
		// What lies in memory and can't be put aside keeps the larger limit until the next time.
		await database.run(`set global memory_limit = '${usual}'`).catch(() => {})
	}
}
