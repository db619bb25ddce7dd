import { TieoutError } from '../../models/error.ts'
import { currentGeneration, leaseGeneration } from '../../models/generation.ts'
import { type ProcessLimits, processLimits, type QueryKind } from './limits.ts'
import { type AskOptions, type QueryProcess, type Question, startQueryProcess } from './process-handle.ts'

/** One published file and the query processes that have it open. It is closed when it was retired and its last user is done. */
export type OpenGeneration = {
	/** The file's name without its ending: `142`. */
	name: string
	file: string
	/** Asks the process of `kind`, which is started when first needed and replaced when it died. */
	ask(kind: QueryKind, question: Question, options?: AskOptions): Promise<unknown>
	/** The published tables, `schema.name`. */
	tables(): Promise<string[]>
	/** Keeps it open until the returned function is called. */
	use(): () => void
	/** No new users come: closes it after the last one. */
	retire(): void
	close(): Promise<void>
	/** Process ids, for tests and `status`. */
	pids(): Partial<Record<QueryKind, number>>
}

/** The newest published generation in `folder`: what its pointer names, or undefined when nothing was published yet. */
export function publishedGeneration(folder: string): { name: string; file: string } | undefined {
	const current = currentGeneration(folder)
	return current && { name: String(current.generation), file: current.file }
}

/** Opens a generation: starts its reports process at once, the others when they are needed. */
export function openGeneration(
	{ name, file }: { name: string; file: string },
	{ spool, limits = processLimits }: { spool: string; limits?: Readonly<Record<QueryKind, ProcessLimits>> },
): OpenGeneration {
	const processes = new Map<QueryKind, QueryProcess>()
	let users = 0
	let isRetired = false
	const release = leaseGeneration({ generation: Number(name), file })
	processOf('reports')

	return {
		name,
		file,
		ask,
		tables: () => processOf('reports').tables,
		use: () => {
			users += 1
			let isReleased = false
			return () => {
				if (isReleased) return
				isReleased = true
				users -= 1
				closeWhenUnused()
			}
		},
		retire: () => {
			isRetired = true
			closeWhenUnused()
		},
		close,
		pids: () =>
			Object.fromEntries([...processes].filter(([, one]) => one.isAlive()).map(([kind, one]) => [kind, one.pid])),
	}

	async function ask(kind: QueryKind, question: Question, options?: AskOptions): Promise<unknown> {
		try {
			return await processOf(kind).ask(question, options)
		} catch (error) {
			// Another statement killed the engine or the process: reading again changes nothing, so a report is simply asked again.
			if (kind !== 'reports' || !isBystander(error) || isRetired) throw error
			return await processOf(kind).ask(question, options)
		}
	}

	function processOf(kind: QueryKind): QueryProcess {
		const running = processes.get(kind)
		if (running?.isAlive()) return running
		const started = startQueryProcess({ kind, file, spool, limits: limits[kind] })
		processes.set(kind, started)
		return started
	}

	function closeWhenUnused(): void {
		if (isRetired && users === 0) void close()
	}

	async function close(): Promise<void> {
		const all = [...processes.values()]
		for (const one of all) one.kill(new TieoutError('busy', 'query.closed', 'the server is closing'))
		await Promise.all(all.map((one) => one.ended))
		release()
	}
}

/** Failures that say nothing about the statement that met them. */
function isBystander(error: unknown): boolean {
	return error instanceof TieoutError && ['query.process_died', 'duckdb.fatal', 'query.memory'].includes(error.code)
}
