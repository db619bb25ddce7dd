import { TieoutError } from '../../../models/error.ts'
import type { Closing } from '../../close/closing.ts'
import { listPapers } from '../../close/papers.ts'
import { type CommandContext, type CommandInput, document, line } from '../../command.ts'
import { exitCodes } from '../../errors.ts'
import type { Person } from '../../people/person.ts'
import { tableLines } from '../../text-table.ts'

/** What an action of `tieout close` works with. `names`: what stands behind the action. `person`: of `TIEOUT_TOKEN`. */
export type Job = {
	context: CommandContext
	closing: Closing
	person: Person | null
	names: string[]
	flags: CommandInput['flags']
	now: () => Date
}

/** Says what was done to a paper, and what comes next. */
export async function tellDone({ context, closing }: Job, paper: string, text: string, next?: string): Promise<number> {
	if (context.isJson) {
		const found = (await listPapers(closing)).find((one) => one.paper === paper)
		document(context.out, { schema: 'tieout.paper-done/1', paper, text, state: found?.state ?? null })
		return exitCodes.fine
	}
	line(context.out, `${paper}: ${text}`)
	if (next) line(context.notes, `next: ${next}`)
	return exitCodes.fine
}

/** The paper that the command names first. Throws `usage.close`. */
export function paperOf(job: Job): string {
	return nameAt(job, 0, 'a paper')
}

/** The name at a place behind the action. Throws `usage.close` when it is missing. */
export function nameAt({ names }: Job, index: number, what: string): string {
	const name = names[index]
	if (name !== undefined) return name
	throw new TieoutError('usage', 'usage.close', `${what} is missing`, {
		where: 'tieout close',
		next: 'tieout close --help',
	})
}

/** A flag with text; undefined when it was not given. */
export function textFlag(flags: CommandInput['flags'], name: string): string | undefined {
	const value = flags[name]
	return typeof value === 'string' ? value : undefined
}

/** Rows as a table on standard output. */
export function table(context: CommandContext, columns: readonly string[], rows: string[][]): void {
	for (const text of tableLines(columns, rows, context.outStyle, context.out.columns)) line(context.out, text)
}

/** Names in JSON are in snake case. */
export function snakeCase(row: object): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(row).map(([name, value]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]),
	)
}
