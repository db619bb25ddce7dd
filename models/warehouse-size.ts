import { existsSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** Above so many bytes of raw records a table is large enough for several threads to work on it together, and the disk matters more than the time. */
export const largeWarehouse = 256 * 2 ** 20

/** A warehouse, or a build, of less than this is small: most of its tables have fewer rows than a block of DuckDB's own size holds. */
const smallFile = 32 * 2 ** 20

/** Above so many bytes of raw records a build fills the memory that it may have, and what is freed beside it counts. */
const fillsMemory = 64 * 2 ** 20

/** Whether what stands on a warehouse is made with as little memory as there can be, at a tenth more CPU. */
export function isFrugal(warehouse: string): boolean {
	return existsSync(warehouse) && statSync(warehouse).size > fillsMemory
}

/** Whether there are so many raw records that one table is work for several threads, and that the disk they take matters. */
export function isLarge(warehouse: string): boolean {
	return existsSync(warehouse) && statSync(warehouse).size > largeWarehouse
}

/**
 * How many threads build and check what stands on a warehouse: one, unless it is large (then half of the cores). DuckDB's caller turns in
 * a loop while another thread works alone, which it often does: at the sample's size one thread takes two thirds of the CPU of two, and
 * at a million lines a third of the CPU of two went into that loop.
 */
export function usualThreads(warehouse: string, cores = availableParallelism()): number {
	return isLarge(warehouse) ? Math.max(1, Math.floor(cores / 2)) : 1
}

/**
 * The size of blocks, in bytes, of a file that is made from what lies in `file`: DuckDB's own (undefined), unless there is little. Small
 * blocks then make a third of the file and save a tenth of the time; of a whole company's tables they would cost a tenth.
 */
export function usualBlocks(file: string): number | undefined {
	const isSmall = existsSync(file) && statSync(file).size < smallFile
	return isSmall ? 16_384 : undefined
}
