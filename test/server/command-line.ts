import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { runCommandLine } from '../../server/cli.ts'
import { commandsIn, whyNot } from '../hints.ts'

const configuration = `company: { name: Example Ltd, time_zone: Europe/London, reporting_currency: GBP }
calendar: { from: 2026-01 }
connections: {}
owners: { default: ana }
`

/** What a command line came to: its exit code, and what it wrote to each stream. */
export type Said = { code: number; out: string; notes: string }

/** The command line in this process, on a project in a folder of its own. `project(env)` writes tieout.yml and .env. */
export function commandLine() {
	const folder = mkdtempSync(path.join(tmpdir(), 'tieout-command-'))
	const project = (environment: string, text = configuration) => {
		mkdirSync(folder, { recursive: true })
		writeFileSync(path.join(folder, 'tieout.yml'), text)
		writeFileSync(path.join(folder, '.env'), environment)
	}
	const tieout = (...words: string[]): Promise<Said> => runWords(words, folder)
	const remove = () => rmSync(folder, { recursive: true, force: true })
	return { folder, tieout, project: Object.assign(project, { folder }), remove }
}

/** Runs `tieout <words>` in `folder`, without an environment unless one is given. */
export async function runWords(
	words: string[],
	folder: string,
	{ environment = {} }: { environment?: NodeJS.ProcessEnv } = {},
): Promise<Said> {
	const written = { out: '', notes: '' }
	const stream = (name: 'out' | 'notes') => ({
		write: (text: string) => {
			written[name] += text
		},
	})
	const signal = new AbortController().signal
	const code = await runCommandLine(words, {
		environment,
		out: stream('out'),
		notes: stream('notes'),
		signal,
		folder,
	})
	await refuseHints(written.notes)
	return { code, ...written }
}

/** A step that can't be typed as it is told fails the test, whatever it is about. */
async function refuseHints(notes: string): Promise<void> {
	for (const line of notes.split('\n').filter((one) => one.startsWith('next: ')))
		for (const { text, words } of commandsIn(line)) {
			const why = await whyNot(words)
			if (why) throw new Error(`"${line}" can't be typed: ${text}: ${why}`)
		}
}
