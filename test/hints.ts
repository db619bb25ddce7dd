import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { commandParser } from '../server/cli.ts'
import { commands } from '../server/command-table.ts'

/**
 * What stands behind each command that does several things: how many names an action needs after its own, and which flags. The list of
 * actions, and that each of these is needed, is checked on a project.
 */
export const actions: Readonly<Record<string, Readonly<Record<string, { names?: number; flags?: string[] }>>>> = {
	alerts: { list: {}, ack: { names: 1, flags: ['--reason'] }, snooze: { names: 1, flags: ['--until', '--reason'] } },
	close: {
		status: {},
		prepare: { names: 1, flags: ['--content'] },
		review: { names: 1, flags: ['--content'] },
		lock: { names: 1, flags: ['--content'] },
		reopen: { names: 1, flags: ['--reason'] },
		changes: { names: 1 },
		accept: { names: 1, flags: ['--changes', '--reason'] },
		restatement: {},
		items: { names: 1 },
		item: { names: 2 },
		journal: {},
		restore: { names: 1 },
	},
	link: {
		list: {},
		candidates: {},
		join: { names: 2, flags: ['--reason'] },
		reject: { names: 2, flags: ['--reason'] },
		withdraw: { names: 2, flags: ['--reason'] },
		import: { names: 1, flags: ['--reason'] },
	},
	schema: { save: { names: 1 }, diff: { names: 2 } },
	user: {
		list: {},
		add: { names: 1 },
		role: { names: 2 },
		disable: { names: 1 },
		enable: { names: 1 },
		password: { names: 1 },
		token: { names: 1 },
	},
}

/** Texts that speak of a command and don't tell to type it: `file: text`. One that is there no more is an error. */
export const mentions: readonly string[] = [
	'extract/sandbox/keys.ts: tieout sandbox X1',
	'extract/sources/hubspot/hubspot.ts: tieout connect',
	'extract/sources/quickbooks/quickbooks.ts: tieout connect',
	'extract/sources/salesforce/salesforce.ts: tieout connect',
	'extract/sources/xero/xero.ts: tieout connect',
	'server/commands/completion.ts: tieout completion',
	'server/commands/schema.ts: tieout schema X1',
	'server/commands/close/papers.ts: tieout close X1 X1 --content X1',
	'server/commands/link.ts: tieout link import',
]

/** Folders whose texts people read. */
const folders = ['models', 'extract', 'reports', 'server']

/** Every place of the code that names a command, with the words behind `tieout`. */
export function commandsOfTheCode(): { file: string; line: number; text: string; words: string[] }[] {
	const root = path.join(import.meta.dirname, '..')
	const files = folders.flatMap((folder) =>
		readdirSync(path.join(root, folder), { recursive: true })
			.map((name) => path.join(folder, String(name)))
			.filter((name) => /\.(ts|sql)$/.test(name) && name !== 'server/command-table.ts'),
	)
	return files.flatMap((file) =>
		withoutComments(readFileSync(path.join(root, file), 'utf8'), file)
			.split('\n')
			.flatMap((text, index) => commandsIn(text).map((one) => ({ file, line: index + 1, ...one }))),
	)
}

/** The commands that a text tells to type, as their words; a word of prose ends one. What the code fills in is one word. */
export function commandsIn(text: string): { text: string; words: string[] }[] {
	const names = commands.map(({ name }) => name).join('|')
	const starts = [...text.matchAll(new RegExp(`(?<![\\w/.-])tieout (?=(?:${names}|--project)(?![\\w-]))`, 'g'))]
	return starts.map(({ index }) => {
		const rest = text.slice(index + 'tieout '.length).replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, 'X1')
		const words = wordsOf(rest)
		return { text: `tieout ${words.join(' ')}`, words }
	})
}

/** The words of a command line that is typed whole, as a shell parts them. */
export function shellWords(text: string): string[] {
	return [...text.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)].map(([word]) => word.replaceAll(/["']/g, ''))
}

/** Why what is typed is no command, or undefined. */
export async function whyNot(words: readonly string[]): Promise<string | undefined> {
	let parsed: { name: string; names: string[]; flags: Record<string, unknown> } | undefined
	try {
		await commandParser({ write: () => {} }, async ({ name }, { names, flags }) => {
			parsed = { name, names, flags }
		}).parseAsync(words, { from: 'user' })
	} catch (error) {
		if ((error as { exitCode?: number }).exitCode === 0) return undefined
		return (error as Error).message
	}
	const { name, names, flags } = parsed!
	const own = actions[name]
	const [action, ...more] = names
	if (!own || action === undefined) return undefined
	const needs = own[action]
	if (!needs) return `${name} knows no ${action}`
	if (more.length < (needs.names ?? 0)) return `${name} ${action} needs ${needs.names} names`
	const missing = (needs.flags ?? []).filter((flag) => flags[flag.slice(2)] === undefined)
	return missing.length > 0 ? `${name} ${action} needs ${missing.join(' and ')}` : undefined
}

function wordsOf(text: string): string[] {
	const words: string[] = []
	const tokens = [...text.matchAll(/(?:\s*("[^"]*"|[^\s'`"\\]+)|\s+('[^']*'))|(.)/g)]
	for (const [whole, plain, quoted, end] of tokens) {
		const token = plain ?? quoted
		if (end !== undefined || token === '<' || whole.startsWith('   ')) break
		const word = token!.replace(/[,;:.)]+$/, '').replace(/<\/.*$/, '')
		if (!isPart(word, words)) break
		words.push(word)
		if (word !== token) break
	}
	return words
}

/** Whether a word still belongs to the command, or to the sentence around it. */
function isPart(word: string, before: readonly string[]): boolean {
	if (before.length === 0 || word.startsWith('--')) return true
	const flag = before.at(-1)!
	const declared = commands
		.flatMap(({ flags = [] }) => flags)
		.some((one) => one.flag.split(' ')[0] === flag && one.flag.includes('<'))
	if (declared || flag === '--project') return word !== ''
	if (before.length === 1 && Object.hasOwn(actions[before[0]!] ?? {}, word)) return true
	return /^"|[0-9A-Z<=/]|\w[._]\w|^[a-z]+-[a-z]+$|^(crm|erp|ana|ben|reader|preparer|reviewer|bash|breaks)$/.test(word)
}

function withoutComments(text: string, file: string): string {
	if (file.endsWith('.sql')) return text
	const blank = (comment: string) => comment.replaceAll(/[^\n]/g, '')
	return text.replaceAll(/\/\*[\s\S]*?\*\//g, blank).replaceAll(/^\s*\/\/.*$/gm, blank)
}
