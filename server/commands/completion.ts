import { TieoutError } from '../../models/error.ts'
import { type Command, line } from '../command.ts'
import { commands } from '../command-table.ts'
import { exitCodes } from '../errors.ts'
import { projectIn } from '../project.ts'

const shells: Record<string, () => string> = { bash, zsh, fish }

/** `tieout completion`: a script for a shell; with `--` words of a line, what may come next (the scripts ask so). */
export const completion: Command = async (context, { names }) => {
	const [shell = '', ...words] = names
	if (shell === 'words') {
		for (const candidate of await candidates(words, context.folder, context.environment)) line(context.out, candidate)
		return exitCodes.fine
	}
	const script = shells[shell]
	if (!script)
		throw new TieoutError('usage', 'usage.shell', `there is no completion for "${shell}"`, {
			allowed: Object.keys(shells),
			next: 'tieout completion bash',
		})
	context.out.write(script())
	return exitCodes.fine
}

/** What may stand where the last of `words` stands. Reads the project for streams, reports, checks and periods; without one, none. */
export async function candidates(
	words: readonly string[],
	folder: string,
	environment: NodeJS.ProcessEnv,
): Promise<string[]> {
	const [name, ...rest] = words
	const begun = words.at(-1) ?? ''
	if (rest.length === 0)
		return matching(
			commands.map((command) => command.name),
			name ?? '',
		)
	const command = commands.find((candidate) => candidate.name === name)
	if (!command) return []
	const before = rest.at(-2)
	if (before === '--source') return matching(await connectionNames(folder, environment), begun)
	if (before === '--period') return matching(await periods(folder, environment), begun)
	if (begun.startsWith('-'))
		return matching(
			[
				...(command.flags ?? []).filter((flag) => !flag.isHidden).map((flag) => flag.flag.split(' ')[0]!),
				'--project',
				'--json',
				'--help',
			],
			begun,
		)
	if (command.completes === 'shells') return matching(Object.keys(shells), begun)
	if (command.completes === 'connections') return matching(await connectionNames(folder, environment), begun)
	if (command.completes === 'streams') return matching(await streams(folder, environment), begun)
	return command.completes === 'reports' ? matching(await reports(folder), begun) : []
}

async function project(folder: string, environment: NodeJS.ProcessEnv) {
	const [{ loadProject }, sources] = await Promise.all([import('../load-project.ts'), import('../sources.ts')])
	return { config: await loadProject(folder, { environment }), sources }
}

async function connectionNames(folder: string, environment: NodeJS.ProcessEnv): Promise<string[]> {
	return quietly(async () =>
		(await project(folder, environment)).config.connections.map((connection) => connection.name),
	)
}

async function streams(folder: string, environment: NodeJS.ProcessEnv): Promise<string[]> {
	return quietly(async () => {
		const { config, sources } = await project(folder, environment)
		return sources.connectionsOf(config).flatMap((one) => (one.streams ?? []).map((stream) => `${one.name}.${stream}`))
	})
}

async function reports(folder: string): Promise<string[]> {
	return quietly(async () =>
		[...(await (await import('../project-reports.ts')).projectReports(projectIn(folder))).keys()].sort(),
	)
}

async function periods(folder: string, environment: NodeJS.ProcessEnv): Promise<string[]> {
	return quietly(async () => {
		const { config } = await project(folder, environment)
		const published = await (await import('../published.ts')).openPublished(config.project)
		try {
			const rows = await published.db
				.selectFrom('marts.cells')
				.select('period_id')
				.distinct()
				.orderBy('period_id')
				.execute()
			return rows.map((row) => row.period_id)
		} finally {
			await published.close()
		}
	})
}

/** A shell that completes shows no errors. */
async function quietly(work: () => Promise<string[]>): Promise<string[]> {
	try {
		return await work()
	} catch {
		return []
	}
}

function matching(names: readonly string[], begun: string): string[] {
	return names.filter((name) => name.startsWith(begun))
}

function bash(): string {
	return `_tieout() {
	local IFS=$'\\n'
	COMPREPLY=($(tieout completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _tieout tieout
`
}

function zsh(): string {
	return `#compdef tieout
_tieout() {
	local -a found
	found=("\${(@f)$(tieout completion words -- "\${words[@]:1:$((CURRENT - 1))}" 2>/dev/null)}")
	compadd -a found
}
compdef _tieout tieout
`
}

function fish(): string {
	return `complete -c tieout -f -a '(tieout completion words -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`
}
