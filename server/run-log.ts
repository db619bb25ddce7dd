import type { Kysely } from 'kysely'
import { countText } from '../reports/format.ts'
import { errorDocument } from './errors.ts'
import { type Logger, redact } from './log.ts'
import type { PipelineProgress } from './pipeline.ts'
import type { StateSchema } from './state.ts'

/** Lines that are kept of one run: the first ones, and where there are more, a count of what is left out. */
const keptLines = 2000

/** Of so many runs, the newest, the lines are kept. */
const keptRuns = 500

/** Milliseconds after which a line is in the state at the latest. */
const writeEvery = 1000

/** What a run says while it works: `log` and `progress` write beside where they wrote before. `end` writes the rest. */
export type RunLog = {
	log: Logger
	progress(event: PipelineProgress): void
	note(text: string): void
	error(error: unknown): void
	end(): Promise<void>
}

type Line = { level: string; text: string; said_at: string }

/** Keeps what a run says, for its page: steps, each stream's end, warnings, errors. Secrets are redacted; writing never fails the run. */
export async function startRunLog(
	db: Kysely<StateSchema>,
	runId: string,
	{ log, progress, stamp }: { log: Logger; progress?: (event: PipelineProgress) => void; stamp: () => Date },
): Promise<RunLog> {
	await forgetOldest(db)
	const waiting: Line[] = []
	let position = 0
	let writing = Promise.resolve()
	const timer = setInterval(write, writeEvery)
	timer.unref()

	function say(level: string, text: string): void {
		waiting.push({ level, text: redact(text), said_at: stamp().toISOString() })
	}

	function write(): Promise<void> {
		const lines = waiting.splice(0)
		writing = writing
			.then(() => keep(lines))
			.catch((error) => log.error({ error }, 'the log of a run could not be kept'))
		return writing
	}

	async function keep(lines: Line[]): Promise<void> {
		const rows = lines.map((line) => ({ ...line, run_id: runId, position: position++ }))
		const kept = rows.filter((row) => row.position < keptLines)
		for (let from = 0; from < kept.length; from += 500)
			await db
				.insertInto('run_log')
				.values(kept.slice(from, from + 500))
				.execute()
	}

	return {
		log: speaking(log, say),
		progress: (event) => {
			const line = progressLine(event)
			if (line) say(line.level, line.text)
			if (event.type === 'step') void write()
			progress?.(event)
		},
		note: (text) => say('info', text),
		error: (error) => {
			const { message, next } = errorDocument(error).error
			say('error', next ? `${message}; next: ${next}` : message)
		},
		end: async () => {
			clearInterval(timer)
			await write()
		},
	}
}

/** The same logger, whose notes, warnings and errors are also said to `say`. */
function speaking(log: Logger, say: (level: string, text: string) => void): Logger {
	const levels = ['info', 'warn', 'error'] as const
	const also = levels.map((level) => [
		level,
		(...words: Parameters<Logger['info']>) => {
			say(level, textOf(words))
			log[level](...words)
		},
	])
	return Object.assign(Object.create(log) as Logger, Object.fromEntries(also))
}

/** pino takes a text, or fields and then a text; an error among the fields says why. */
function textOf(words: readonly unknown[]): string {
	const text = words.find((word) => typeof word === 'string') ?? ''
	const error = (words[0] as { error?: unknown } | undefined)?.error
	return error === undefined ? text : `${text}: ${errorDocument(error).error.message}`
}

function progressLine(event: PipelineProgress): { level: string; text: string } | undefined {
	if (event.type === 'step') return { level: 'info', text: event.name }
	if (event.type !== 'end') return undefined
	const name = `${event.connection}.${event.stream}`
	const parts = [
		`${countText(event.landed)} landed`,
		`${countText(event.appended)} new versions`,
		...(event.deleted > 0 ? [`${countText(event.deleted)} deleted`] : []),
		...(event.quarantined > 0 ? [`${countText(event.quarantined)} in quarantine`] : []),
		`${countText(event.pages)} ${event.pages === 1 ? 'page' : 'pages'}`,
	]
	const why = event.error ? `; ${event.error.message}` : ''
	const level = event.error ? 'error' : event.outcome === 'loaded' && event.quarantined === 0 ? 'info' : 'warn'
	return { level, text: `${name} ${event.outcome}: ${parts.join(', ')}${why}` }
}

async function forgetOldest(db: Kysely<StateSchema>): Promise<void> {
	const newest = db.selectFrom('runs').select('run_id').orderBy('sequence', 'desc').limit(keptRuns)
	await db.deleteFrom('run_log').where('run_id', 'not in', newest).execute()
}
