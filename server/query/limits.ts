import { availableParallelism } from 'node:os'

/** What a kind of query process may use. Memory in megabytes, time in seconds. */
export type ProcessLimits = {
	/** DuckDB's own limit: joins, sorts and aggregates spill to disk or fail above it. */
	engineMemory: number
	/** What is sorted or grouped for an export, and did not fit, is tried once more with this. */
	moreMemory: number
	/** The process's resident memory: above it the process is killed (text is outside the engine's limit). */
	processMemory: number
	threads: number
	/** A statement is interrupted after this, and the process killed 5 s later if that did not help. */
	seconds: number
	/** Statements at once; more wait their turn. */
	concurrency: number
	/** How many may wait; more are refused as `busy`. */
	queue: number
	/** Unix niceness: other people's work gives way to reports. */
	niceness: number
}

export type QueryKind = 'reports' | 'exports' | 'sql'

const half = Math.max(1, Math.floor(availableParallelism() / 2))

/** Every limit of the query processes, in one place. Where a page or a message names a limit, the number comes from here. */
export const processLimits: Readonly<Record<QueryKind, ProcessLimits>> = {
	reports: {
		engineMemory: 768,
		moreMemory: 768,
		processMemory: 2048,
		threads: half,
		seconds: 60,
		concurrency: 4,
		queue: 500,
		niceness: 0,
	},
	exports: {
		engineMemory: 256,
		moreMemory: 1024,
		processMemory: 1536,
		threads: Math.max(2, half),
		seconds: 1800,
		concurrency: 1,
		queue: 50,
		niceness: 5,
	},
	sql: {
		engineMemory: 512,
		moreMemory: 512,
		processMemory: 1024,
		threads: half,
		seconds: 60,
		concurrency: 2,
		queue: 20,
		niceness: 10,
	},
}

/** What an answer to other people's SQL may hold; more is cut and says so. */
export const answerLimits = { rows: 10_000, bytes: 16_000_000 } as const

/** Seconds between the polite interrupt and the kill. */
export const graceSeconds = 5

/** Milliseconds between two looks at a busy process's memory. */
export const watchInterval = 250
