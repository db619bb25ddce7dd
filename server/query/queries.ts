import { Kysely } from 'kysely'
import { duckdbDialect } from '../../models/dialect.ts'
import { TieoutError } from '../../models/error.ts'
import { generations } from '../../models/generation.ts'
import type { Schema } from '../../models/schema.ts'
import type { ResultColumn } from '../../models/warehouse.ts'
import { type ExportOptions, type FileExport, startExport } from './file-export.ts'
import { type OpenGeneration, openGeneration, publishedGeneration } from './generation.ts'
import { generationInService } from './in-service.ts'
import { answerLimits, type ProcessLimits, processLimits, type QueryKind } from './limits.ts'
import type { SqlAnswer } from './messages.ts'
import { claimSpool } from './spool.ts'

/** The answer to somebody's SQL: columns in order, values as exact text. `isCut`: the limit ended it, there is more. */
export type UserAnswer = {
	columns: ResultColumn[]
	rows: (string | null)[][]
	isCut: boolean
	milliseconds: number
	generation: string
}

/** What is written down about every statement of other people. `outcome` is `answered`, or the code of what refused or stopped it. */
export type QueryAudit = {
	user: string
	sql: string
	milliseconds: number
	rows: number
	generation: string
	outcome: string
}

/** Reads one generation, the same until `release` is called, whatever is published meanwhile. */
export type PinnedQueries = {
	generation: string
	reports: Kysely<Schema>
	/** The published tables, `schema.name`: what other people's SQL may read. */
	tables(): Promise<string[]>
	/** Somebody's SQL: passes the gate, runs in a process of its own under the limits. Throws `refused`, `usage` or `busy`. */
	userSql(sql: string, options?: UserOptions): Promise<UserAnswer>
	/** The whole result of a trusted SELECT as a file: CSV, unless the options name another format. */
	exportFile(sql: string, parameters?: readonly unknown[], options?: ExportOptions): Promise<FileExport>
	/** The whole result of somebody's SQL as a file, after the gate. */
	exportUserSql(sql: string, options?: ExportOptions): Promise<FileExport>
	release(): void
}

export type UserOptions = { user?: string; rows?: number; seconds?: number; signal?: AbortSignal }

/** The published warehouse, through query processes. */
export type Queries = Omit<PinnedQueries, 'generation' | 'release'> & {
	/** The newest generation's name, or undefined before the first publish. */
	generation(): string | undefined
	/** Every generation that is kept, the newest first. */
	kept(): string[]
	/**
	 * The newest generation, or the kept one of that name, for one request. Throws `not_found`: `query.nothing_published` before the
	 * first publish, `query.generation_gone` for one that is not kept.
	 */
	pin(name?: string): PinnedQueries
	/** Process ids of the newest generation, by kind. */
	pids(): Partial<Record<QueryKind, number>>
	/** Ends every query process. */
	close(): Promise<void>
}

/** Earlier generations that stay open at once: each has a process of its own. */
const earlierOpen = 2

/**
 * Opens the published warehouse of a project. A newly published generation is noticed at the next question (the pointer is looked
 * at); what runs goes on with its own. In `spool` each opener has a folder of its own. `audit` is told about every statement of other
 * people.
 */
export function openQueries(
	{
		published,
		spool: spoolFolder,
		limits = processLimits,
	}: { published: string; spool: string; limits?: Readonly<Record<QueryKind, ProcessLimits>> },
	{
		audit = () => {},
		warn = () => {},
		now = performance.now.bind(performance),
	}: {
		audit?: (entry: QueryAudit) => void
		warn?: (message: string, error: unknown) => void
		now?: () => number
	} = {},
): Queries {
	const { folder: spool, release: releaseSpool } = claimSpool(spoolFolder)
	/** Earlier generations that somebody looks at, the last one asked for at the end. */
	const earlier = new Map<string, OpenGeneration>()
	const all = new Set<OpenGeneration>()
	const { current, newest } = generationInService({
		published: () => publishedGeneration(published),
		open: opened,
		refused: (generation, inService, error) => {
			warn(`generation ${generation.name} can't be opened; generation ${inService?.name} stays in service`, error)
			all.delete(generation)
			generation.retire()
		},
	})

	return {
		reports: kyselyOver((sql, parameters) => withPin((pinned) => pinned.rows(sql, parameters))),
		generation: () => newest()?.name,
		tables: () => withPin((pinned) => pinned.tables()),
		userSql: (sql, options) => withPin((pinned) => pinned.userSql(sql, options)),
		exportFile: (sql, parameters, options) =>
			exportThenRelease((pinned) => pinned.exportFile(sql, parameters, options)),
		exportUserSql: (sql, options) => exportThenRelease((pinned) => pinned.exportUserSql(sql, options)),
		kept: () => keptGenerations().map((one) => one.name),
		pin: (name) => pin(name),
		pids: () => current()?.pids() ?? {},
		close: async () => {
			await Promise.all([...all].map((generation) => generation.close()))
			releaseSpool()
		},
	}

	function opened(found: { name: string; file: string }): OpenGeneration {
		const generation = openGeneration(found, { spool, limits })
		all.add(generation)
		return generation
	}

	function keptGenerations(): { name: string; file: string }[] {
		return generations(published)
			.reverse()
			.map(({ generation, file }) => ({ name: String(generation), file }))
	}

	/** A kept generation, opened when it is first asked for; the one that was longest not asked for makes room. */
	function earlierGeneration(name: string): OpenGeneration {
		const open = earlier.get(name) ?? openEarlier(name)
		earlier.delete(name)
		earlier.set(name, open)
		const [oldest] = earlier.keys()
		if (earlier.size > earlierOpen && oldest !== undefined) {
			earlier.get(oldest)?.retire()
			earlier.delete(oldest)
		}
		return open
	}

	function openEarlier(name: string): OpenGeneration {
		const kept = keptGenerations()
		const found = kept.find((one) => one.name === name)
		if (!found)
			throw new TieoutError('not_found', 'query.generation_gone', `generation "${name}" is not kept`, {
				where: `generation=${name}`,
				allowed: kept.map((one) => one.name),
				next: 'open one of these, or build that moment again: tieout build --as-of <moment>',
			})
		return opened(found)
	}

	function pin(name?: string) {
		const inService = newest()
		const generation = name === undefined || name === inService?.name ? inService : earlierGeneration(name)
		if (!generation)
			throw new TieoutError('not_found', 'query.nothing_published', 'nothing has been published yet', {
				where: published,
				next: 'tieout run',
			})
		const rows = async (sql: string, parameters: readonly unknown[]) =>
			(await generation.ask('reports', { type: 'rows', sql, parameters })) as Record<string, unknown>[]
		return {
			generation: generation.name,
			rows,
			reports: kyselyOver(rows),
			tables: () => generation.tables(),
			userSql: (sql: string, options: UserOptions = {}) => userSql(generation, sql, options),
			exportFile: (sql: string, parameters: readonly unknown[] = [], options: ExportOptions = {}) =>
				startExport(generation, { sql, parameters, spool }, options),
			exportUserSql: async (sql: string, options: ExportOptions = {}) => {
				await generation.ask('sql', { type: 'gate', sql })
				return await startExport(generation, { sql, parameters: [], spool }, options)
			},
			release: generation.use(),
		}
	}

	async function withPin<T>(work: (pinned: ReturnType<typeof pin>) => Promise<T>): Promise<T> {
		const pinned = pin()
		try {
			return await work(pinned)
		} finally {
			pinned.release()
		}
	}

	async function exportThenRelease(work: (pinned: ReturnType<typeof pin>) => Promise<FileExport>): Promise<FileExport> {
		const pinned = pin()
		try {
			const started = await work(pinned)
			started.manifest.catch(() => {}).finally(pinned.release)
			return started
		} catch (error) {
			pinned.release()
			throw error
		}
	}

	async function userSql(generation: OpenGeneration, sql: string, options: UserOptions): Promise<UserAnswer> {
		const started = now()
		const entry = (rows: number, outcome: string): QueryAudit => ({
			user: options.user ?? 'local',
			sql,
			milliseconds: Math.round(now() - started),
			rows,
			generation: generation.name,
			outcome,
		})
		try {
			const question = { type: 'sql' as const, sql, rows: options.rows ?? answerLimits.rows, bytes: answerLimits.bytes }
			const answer = (await generation.ask('sql', question, askOptions(options))) as SqlAnswer
			audit(entry(answer.rows.length, 'answered'))
			return { ...answer, milliseconds: Math.round(now() - started), generation: generation.name }
		} catch (error) {
			audit(entry(0, error instanceof TieoutError ? error.code : 'broken'))
			throw error
		}
	}
}

function askOptions({ seconds, signal }: UserOptions) {
	return { ...(seconds !== undefined && { seconds }), ...(signal && { signal }) }
}

function kyselyOver(rows: (sql: string, parameters: readonly unknown[]) => Promise<Record<string, unknown>[]>) {
	return new Kysely<Schema>({
		dialect: duckdbDialect(async (sql, parameters) => ({ rows: await rows(sql, parameters) })),
	})
}
