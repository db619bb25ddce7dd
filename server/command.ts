import { zonedMoments } from '../reports/zoned-moments.ts'
import type { Logger } from './log.ts'
import type { Style, TextStream } from './terminal.ts'

/** What a command works with. Data goes to `out`, progress, notes and errors to `notes`. */
export type CommandContext = {
	/** The project's folder, from `--project` or the current one. */
	folder: string
	isJson: boolean
	isVerbose: boolean
	environment: NodeJS.ProcessEnv
	out: TextStream
	notes: TextStream
	outStyle: Style
	notesStyle: Style
	/** Aborted by the first Ctrl-C or SIGTERM. */
	signal: AbortSignal
	log: Logger
	/** A text for a person, its commands as they have to be typed here. `notes` does it by itself; `out` is data, and doesn't. */
	hint: (text: string) => string
}

/** A parsed command line: names given, and flags. */
export type CommandInput = { names: string[]; flags: Record<string, unknown> }

/** A command: does its work and gives the exit code. */
export type Command = (context: CommandContext, input: CommandInput) => Promise<number>

/** What `--help`, completion and the parser need of a command, without loading it. */
export type CommandDeclaration = {
	name: string
	group: 'start' | 'every day' | 'look' | 'serve'
	summary: string
	/** As commander writes them: `[streams...]`. */
	names?: string
	flags?: { flag: string; text: string; isHidden?: boolean }[]
	examples: string[]
	/** What may stand at the place of a name, for completion: one of the lists that `tieout completion` knows. */
	completes?: 'streams' | 'connections' | 'reports' | 'shells' | 'folders'
	/** Written to the notes at once, before anything is loaded, when it takes longer than a moment; not with `--json`. */
	begins?: string
	load: () => Promise<Command>
}

/** Writes one line. */
export function line(stream: TextStream, text = ''): void {
	stream.write(`${text}\n`)
}

/** Writes one JSON document: amounts in it are text, moments say their zone. */
export function document(stream: TextStream, value: { schema: string; [name: string]: unknown }): void {
	stream.write(`${JSON.stringify(value, zonedMoments, '\t')}\n`)
}
