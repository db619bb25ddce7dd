import { TieoutError } from './error.ts'

/**
 * DuckDB's error as a TieoutError. Code `duckdb.<kind>` by the first words of its message, such as
 * `duckdb.binder` or `duckdb.out_of_memory`. A locked file is
 * `busy` and names the holder's process id, a full disk says so, and an INTERNAL or FATAL one has code `duckdb.fatal`: the
 * instance is unusable and its process must be replaced.
 */
export function duckdbError(cause: unknown, where: string): TieoutError {
	if (cause instanceof TieoutError) return cause
	const message = cause instanceof Error ? cause.message : String(cause)
	return (
		lockError(message, where, cause) ??
		diskError(message, where, cause) ??
		new TieoutError('broken', errorCode(message), message, { where, cause, ...nextStep(message) })
	)
}

/** True when the failure is a write-ahead log that cannot be replayed, which leaves the file itself readable. */
export function isPoisonedLog(cause: unknown): boolean {
	return cause instanceof Error && /replaying WAL/i.test(cause.message)
}

/** Whether the file is DuckDB's own and ends too early, or is empty. DuckDB says of an empty one that it is none of its own. */
export function isCutShort(cause: unknown, bytes: number): boolean {
	if (!(cause instanceof Error)) return false
	return bytes === 0
		? /not a valid DuckDB database/i.test(cause.message)
		: /Could not read enough bytes/i.test(cause.message)
}

function lockError(message: string, where: string, cause: unknown): TieoutError | undefined {
	const lock = /Could not set lock on file "?([^"]*?)"?:/.exec(message)
	if (!lock) return undefined
	const holder = /\(PID (\d+)\)/.exec(message)?.[1]
	const who = holder ? `process ${holder}` : 'another process'
	// The file that is locked need not be the one that was opened: a build attaches others to it.
	return new TieoutError('busy', 'warehouse.locked', `${lock[1] || where} is in use by ${who}`, {
		where: lock[1] || where,
		next: holder ? `wait for process ${holder} to end, or stop it` : 'wait until it is free',
		cause,
	})
}

function diskError(message: string, where: string, cause: unknown): TieoutError | undefined {
	if (!/No space left|ENOSPC|disk full|Disk quota exceeded|File too large/i.test(message)) return undefined
	return new TieoutError('broken', 'disk.full', `no space left on the disk of ${where}`, {
		where,
		next: 'free space, then run again: what was published before stays in service',
		cause,
	})
}

function errorCode(message: string): string {
	if (/^(INTERNAL|FATAL) Error|database has been invalidated/i.test(message)) return 'duckdb.fatal'
	const kind = /^([A-Za-z ]+?)( Error)?:/.exec(message)?.[1]
	return `duckdb.${(kind ?? 'error').trim().toLowerCase().replaceAll(' ', '_')}`
}

function nextStep(message: string): { next?: string } {
	if (/not a valid DuckDB database file|corrupt/i.test(message))
		return {
			next: 'move the file away, then tieout run: raw records come back from the landing archive, the rest is built from them',
		}
	if (/^Out of Memory/i.test(message)) return { next: 'raise the memory limit, or lower the number of threads' }
	if (/^Catalog Error: Table with name .* does not exist/i.test(message))
		return { next: 'tieout run builds and publishes what the models make now; if it was run, correct the name' }
	return {}
}
