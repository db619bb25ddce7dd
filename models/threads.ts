import { existsSync, statSync } from 'node:fs'

/** Above so many bytes of raw records a table is large enough for several threads to work on it together. */
const largeWarehouse = 256 * 2 ** 20

/**
 * How many threads build and check what stands on a warehouse: one, unless it is large (then undefined: as many as DuckDB takes). Its
 * caller turns in a loop while another thread works, and most tables are too small to be shared: at the sample's size one thread takes
 * two thirds of the CPU of two.
 */
export function usualThreads(warehouse: string): number | undefined {
	return existsSync(warehouse) && statSync(warehouse).size > largeWarehouse ? undefined : 1
}
