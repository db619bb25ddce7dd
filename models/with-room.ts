import { TieoutError } from './error.ts'

/** Whatever takes statements: settings of the instance hold for all its connections. */
type Runs = { run(sql: string): Promise<unknown> }

/**
 * Work at a database, once more with more memory (`more`, as DuckDB writes it: `4096MB`) where the usual did not suffice. What
 * `work` did before it failed must not matter.
 */
export async function withRoom<T>(
	database: Runs,
	{ usual, more }: { usual: string; more: string },
	work: () => Promise<T>,
): Promise<T> {
	try {
		return await work()
	} catch (error) {
		if (!(error instanceof TieoutError) || error.code !== 'duckdb.out_of_memory') throw error
	}
	await database.run(`set global memory_limit = '${more}'`)
	try {
		return await work()
	} finally {
		// What lies in memory and can't be put aside keeps the larger limit until the next time.
		await database.run(`set global memory_limit = '${usual}'`).catch(() => {})
	}
}
