import { claimFile, type OpenOptions, openFile } from './open-file.ts'
import { type Session, sessionOn } from './session.ts'
import { identifier, literal } from './sql-text.ts'

export type { OpenOptions } from './open-file.ts'
export type { ResultColumn, ResultStream, Session } from './session.ts'

/**
 * How columns are written. `smallest`: in the shortest of all forms. `quick`: in all but FSST, which takes half of the work of looking for
 * one and makes texts slow to read; up to twice as large. `none`: a small table takes no more, a large one four to seven times the disk.
 */
export type Compression = 'smallest' | 'quick' | 'none'

/** An open DuckDB file: a session of its own, and the file's affairs. Whoever opened it closes it. */
export type Database = Session & {
	path: string
	/** Where a write-ahead log was moved that could not be replayed; its commits must be loaded again. Else undefined. */
	setAside: string | undefined
	/** Another connection, for work beside this one (reads, streams). `close` it before the database. */
	session(): Promise<Session & { close(): void }>
	/** Attaches another file under `name`, read-only unless told; `busy` when this process has it open. */
	attach(file: string, name: string, options?: { readOnly?: boolean }): Promise<void>
	detach(name: string): Promise<void>
	/** How what is written from now on is compressed; `smallest` unless told otherwise. What is in the file stays as it is. */
	compress(how: Compression): Promise<void>
	/** Writes the log into the file and frees blocks (`force checkpoint`); without it the file grows tenfold. */
	checkpoint(): Promise<void>
	close(): Promise<void>
}

/**
 * Opens a DuckDB file: the time zone is UTC, no extension is installed or loaded by itself. Folders are made as needed.
 * A write-ahead log that cannot be replayed is moved aside (`setAside`). Throws `busy` when this process or another (named by
 * its id) has the file open, `not_found` when a file to be read isn't there.
 */
export async function openDatabase(
	path: string,
	options: OpenOptions = {},
	{ now = () => new Date() }: { now?: () => Date } = {},
): Promise<Database> {
	const { instance, name, setAside, release } = await openFile(path, options, now)
	const claims = new Map<string, () => void>()
	const connect = async () => {
		const connection = await instance.connect()
		if (name) await connection.run(`use ${identifier(name)}`)
		return connection
	}
	const connection = await connect()
	await connection.run("set global TimeZone = 'UTC'")
	const session = sessionOn(connection, path)
	return {
		...session,
		path,
		setAside,
		session: async () => {
			const other = await connect()
			return { ...sessionOn(other, path), close: () => other.closeSync() }
		},
		attach: async (file, name, { readOnly = true } = {}) => {
			const releaseOther = claimFile(file)
			try {
				await session.run(`attach ${literal(file)} as ${identifier(name)}${readOnly ? ' (read_only)' : ''}`)
				claims.set(name, releaseOther)
			} catch (error) {
				releaseOther()
				throw error
			}
		},
		detach: async (name) => {
			await session.run(`detach ${identifier(name)}`)
			claims.get(name)?.()
			claims.delete(name)
		},
		compress: (how) =>
			session.run(`set global force_compression = '${how === 'none' ? 'uncompressed' : 'auto'}';
				set global disabled_compression_methods = '${how === 'quick' ? 'fsst' : ''}'`),
		checkpoint: async () => {
			if (!options.readOnly) await session.run('force checkpoint')
		},
		close: async () => {
			connection.closeSync()
			instance.closeSync()
			for (const releaseOther of claims.values()) releaseOther()
			release()
		},
	}
}
