import path from 'node:path'
import type { CommandDeclaration } from './command.ts'

/** How tieout was started: what has to be typed before a command's name, and the project that was named. */
export type Start = { word: string; project: string | undefined }

/** Commands that need no project, or make one. */
const withoutProject = new Set(['init', 'demo', 'sandbox', 'completion'])

/** How the words of a command line, typed in `folder`, were started. A project that is the current folder needs no naming. */
export function startOf(words: readonly string[], environment: NodeJS.ProcessEnv, folder: string): Start {
	const at = words.findIndex((word) => word === '--project' || word.startsWith('--project='))
	const given = at < 0 ? undefined : words[at] === '--project' ? words[at + 1] : words[at]!.slice('--project='.length)
	const isElsewhere = given !== undefined && path.resolve(folder, given) !== path.resolve(folder)
	const isByNpm = environment['npm_command'] === 'exec' || environment['npm_command'] === 'start'
	return { word: isByNpm ? 'npx tieout' : 'tieout', project: isElsewhere ? given : undefined }
}

/** A text with its commands as they have to be typed here: `tieout status` after `--project books` is `tieout status --project books`. */
export function asStarted(
	text: string,
	{ word, project }: Start,
	commands: readonly Pick<CommandDeclaration, 'name'>[],
): string {
	if (word === 'tieout' && project === undefined) return text
	const names = commands.map(({ name }) => name).join('|')
	const command = new RegExp(`(?<![\\w/.-]|npx )tieout (${names})(?![\\w-])(?<rest>[^\\n;,]*)`, 'g')
	return text.replaceAll(command, (_, name: string, rest: string) => {
		const isNamed = project === undefined || withoutProject.has(name) || rest.includes('--project')
		const more = asStarted(rest, { word, project }, commands)
		return `${word} ${name}${isNamed ? '' : ` --project ${shellWord(project)}`}${more}`
	})
}

/** A text as one word of a shell. */
export function shellWord(text: string): string {
	return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
