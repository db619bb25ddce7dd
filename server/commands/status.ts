import { apiUsage, usageLines } from '../api-usage.ts'
import { companyClock } from '../clock.ts'
import { type Command, type CommandContext, document, line } from '../command.ts'
import type { Config } from '../config.ts'
import { environmentOf } from '../configuration/secrets.ts'
import { exitCodes } from '../errors.ts'
import { loadProject } from '../load-project.ts'
import { statusDocument, statusLines } from '../month-status.ts'
import { quarantineGroups, quarantineLine } from '../quarantine.ts'
import { openState } from '../state.ts'

/** `tieout status`: whether the month can be trusted, in ten lines. Ends with 1 when it can't, or when there is no data. */
export const status: Command = async (context, { flags }) => {
	const config = await loadProject(context.folder, context)
	const said = await statusDocument(config, typeof flags['period'] === 'string' ? flags['period'] : undefined)
	const { budgets, quarantine, now } = await stateOf(config, context)
	if (context.isJson) document(context.out, { ...said, budgets, quarantine })
	else {
		for (const text of statusLines(said, context.outStyle)) line(context.out, text)
		for (const { share, text } of usageLines(budgets))
			line(context.out, `  ${share >= 80 ? context.outStyle.yellow(context.outStyle.warn) : ' '} budget     ${text}`)
		const waiting = quarantineLine(quarantine, now)
		if (waiting) line(context.out, `  ${context.outStyle.yellow(context.outStyle.warn)} quarantine ${waiting}`)
		line(context.notes, `next: ${said.next}`)
	}
	return said.verdict === 'trusted' || said.verdict === 'trusted with warnings' ? exitCodes.fine : exitCodes.notTrusted
}

/** What is left of each quota, and what waits in quarantine; nothing, with a note, while the state can't be read: the month is judged by what is published. */
async function stateOf({ project }: Config, { notes, environment }: CommandContext) {
	const now = companyClock(environmentOf(project.folder, environment)).now()
	try {
		const state = await openState(project.state)
		try {
			return { now, budgets: await apiUsage(state.db), quarantine: await quarantineGroups(state.db, now) }
		} finally {
			await state.close()
		}
	} catch (error) {
		line(notes, `budgets and quarantine are not known: ${(error as Error).message}`)
		return { now, budgets: [], quarantine: [] }
	}
}
