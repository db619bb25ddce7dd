import { CommanderError, Option, Command as Parser } from 'commander'
import { TieoutError } from '../models/error.ts'
import type { CommandContext, CommandDeclaration, CommandInput } from './command.ts'
import { commands } from './command-table.ts'
import { asStarted, startOf } from './hint.ts'
import { nearestName } from './nearest.ts'
import { styleOf, type TextStream } from './terminal.ts'

/** What the command line runs in. `signal` is aborted by the first Ctrl-C or SIGTERM. */
export type CommandLineEffects = {
	environment: NodeJS.ProcessEnv
	out: TextStream
	notes: TextStream
	signal: AbortSignal
	folder: string
}

/** Runs `tieout <words>` and gives the exit code; writes what went wrong, as text or as the one JSON document. */
export async function runCommandLine(words: readonly string[], effects: CommandLineEffects): Promise<number> {
	let exitCode = 0
	const parser = commandParser(effects.out, async (declaration, { names, flags }) => {
		if (declaration.begins && flags['json'] !== true) effects.notes.write(`${declaration.begins}\n`)
		const run = await declaration.load()
		exitCode = await run(await contextOf(flags, words, effects), { names, flags })
	})
	try {
		if (words.length === 0) {
			effects.notes.write(parser.helpInformation())
			return 2
		}
		await parser.parseAsync(words, { from: 'user' })
		return exitCode
	} catch (error) {
		return await explain(usageError(error, words), words, effects)
	}
}

/** The parser of every command line: `act` is told which command came with what. Throws commander's error for a line that is none. */
export function commandParser(
	out: TextStream,
	act: (declaration: CommandDeclaration, input: CommandInput) => Promise<void>,
): Parser {
	const parser = new Parser('tieout')
		.description('Proves, to the cent, what lies between a company’s CRM and its ERP.')
		.usage('<command> [names] [--flags]')
		.option('--project <folder>', 'the project’s folder (default: the current one)')
		.option('--json', 'one JSON document instead of text')
		.option('--no-color', 'no colours')
		.option('--verbose', 'more notes')
		.version('0.1.0', '--version', 'the version')
		.helpOption('--help', 'how to use it')
		.helpCommand(false)
		.exitOverride()
		.showSuggestionAfterError(false)
		.configureOutput({ writeOut: (text) => out.write(text), writeErr: () => {} })
		.addHelpText('beforeAll', '')
	parser.addHelpText(
		'before',
		'Examples:\n  tieout demo\n  tieout init acme, then: tieout doctor, tieout run, tieout serve\n  tieout status\n',
	)
	for (const declaration of commands) addCommand(parser, declaration, act)
	return parser
}

function addCommand(
	parser: Parser,
	declaration: CommandDeclaration,
	act: (declaration: CommandDeclaration, input: CommandInput) => Promise<void>,
): void {
	const command = parser
		.command(`${declaration.name}${declaration.names ? ` ${declaration.names}` : ''}`)
		.helpGroup(`${declaration.group[0]!.toUpperCase()}${declaration.group.slice(1)}:`)
		.description(declaration.summary)
		.helpOption('--help', 'how to use it')
		.exitOverride()
		.showSuggestionAfterError(false)
		.addHelpText('before', `Examples:\n${declaration.examples.map((example) => `  ${example}`).join('\n')}\n`)
	for (const { flag, text, isHidden } of declaration.flags ?? []) {
		const option = new Option(flag, text)
		command.addOption(isHidden ? option.hideHelp() : option)
	}
	command.action(async () => {
		const names = command.processedArgs.flat().filter((name): name is string => typeof name === 'string')
		await act(declaration, { names, flags: command.optsWithGlobals<Record<string, unknown>>() })
	})
}

async function contextOf(
	flags: Record<string, unknown>,
	words: readonly string[],
	effects: CommandLineEffects,
): Promise<CommandContext> {
	const { environment, out, signal, folder } = effects
	const noColor = flags['color'] === false
	const { createLog } = await import('./log.ts')
	const start = startOf(words, environment, folder)
	const hint = (text: string) => asStarted(text, start, commands)
	const notes: TextStream = {
		write: (text) => effects.notes.write(hint(text)),
		get isTTY() {
			return effects.notes.isTTY === true
		},
		get columns() {
			return effects.notes.columns ?? 80
		},
	}
	return {
		folder: typeof flags['project'] === 'string' ? flags['project'] : folder,
		isJson: flags['json'] === true,
		isVerbose: flags['verbose'] === true,
		environment,
		out,
		notes,
		outStyle: styleOf(out, environment, { noColor }),
		notesStyle: styleOf(notes, environment, { noColor }),
		signal,
		log: createLog({ level: flags['verbose'] === true ? 'debug' : (environment['TIEOUT_LOG'] ?? 'error') }),
		hint,
	}
}

/** The parser's own complaints in our shape, with the nearest name. Help and version are no errors. */
function usageError(error: unknown, words: readonly string[]): unknown {
	if (!(error instanceof CommanderError)) return error
	if (error.exitCode === 0) return undefined
	const message = error.message.replace(/^error: /, '')
	const unknown = /^unknown (command|option) '([^']+)'/.exec(message) ?? /^(too many arguments|excess)/.exec(message)
	if (unknown?.[1] === 'command')
		return unknownWord(
			'command',
			unknown[2]!,
			commands.map((command) => command.name),
		)
	if (unknown?.[1] === 'option') return unknownWord('flag', unknown[2]!.split('=')[0]!, flagsFor(words))
	return new TieoutError('usage', 'usage', message, {
		next: `tieout ${commandOf(words) ?? ''} --help`.replace('  ', ' '),
	})
}

function unknownWord(what: 'command' | 'flag', word: string, allowed: string[]): TieoutError {
	const nearest = nearestName(word, allowed)
	return new TieoutError('usage', `usage.unknown_${what}`, `there is no ${what} ${word}`, {
		allowed,
		next: nearest ? `write ${nearest}` : 'tieout --help',
	})
}

function flagsFor(words: readonly string[]): string[] {
	const command = commands.find((candidate) => candidate.name === commandOf(words))
	const own = (command?.flags ?? []).filter((flag) => !flag.isHidden).map((flag) => flag.flag.split(' ')[0]!)
	return [...own, '--project', '--json', '--no-color', '--verbose', '--help']
}

function commandOf(words: readonly string[]): string | undefined {
	return words.find((word) => commands.some((command) => command.name === word))
}

async function explain(
	error: unknown,
	words: readonly string[],
	{ notes, out, environment, signal, folder }: CommandLineEffects,
): Promise<number> {
	if (error === undefined) return 0
	const { errorDocument, errorLines, exitCodeOf, exitCodes } = await import('./errors.ts')
	if (words.includes('--json')) out.write(`${JSON.stringify(errorDocument(error), null, '\t')}\n`)
	else {
		const style = styleOf(notes, environment, { noColor: words.includes('--no-color') })
		const [first, ...rest] = errorLines(error)
		const start = startOf(words, environment, folder)
		const more = rest.map((text) => `${asStarted(text, start, commands)}\n`)
		notes.write(`${style.red(`${style.bad} error`)} ${first}\n${more.join('')}`)
		if (words.includes('--verbose') && error instanceof Error) notes.write(`${style.dim(error.stack ?? '')}\n`)
	}
	return signal.aborted ? exitCodes.interrupted : exitCodeOf(error)
}
