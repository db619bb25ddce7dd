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
import { lateTurnsText, wholeReads } from '../whole-reads.ts'

/** `tieout status`: whether the month can be trusted, in ten lines. Ends with 1 when it can't, or when there is no data. */
export const status: Command = async (context, { flags }) => {
	const config = await loadProject(context.folder, context)
	const said = await statusDocument(config, typeof flags['period'] === 'string' ? flags['period'] : undefined)
	const { budgets, quarantine, whole_reads, now } = await stateOf(config, context)
	if (context.isJson) document(context.out, { ...said, budgets, quarantine, whole_reads })
	else {
		for (const text of statusLines(said, context.outStyle)) line(context.out, context.hint(text))
		for (const { share, text } of usageLines(budgets))
			line(context.out, `  ${share >= 80 ? context.outStyle.yellow(context.outStyle.warn) : ' '} budget     ${text}`)
		const waiting = quarantineLine(quarantine, now)
		if (waiting)
			line(context.out, `  ${context.outStyle.yellow(context.outStyle.warn)} quarantine ${context.hint(waiting)}`)
		const late = lateTurnsText(whole_reads)
		if (late) line(context.out, `  ${context.outStyle.yellow(context.outStyle.warn)} reconcile  ${context.hint(late)}`)
		line(context.notes, `next: ${said.next}`)
	}
	return said.verdict === 'trusted' || said.verdict === 'trusted with warnings' ? exitCodes.fine : exitCodes.notTrusted
}

/** What is left of each quota, what waits in quarantine, and when each stream was read whole; nothing, with a note, while the state can't be read: the month is judged by what is published. */
async function stateOf(config: Config, { notes, environment }: CommandContext) {
	const { project } = config
	const now = companyClock(environmentOf(project.folder, environment)).now()
	try {
		const state = await openState(project.state)
		try {
			const [budgets, quarantine] = [await apiUsage(state.db), await quarantineGroups(state.db, now)]
			return { now, budgets, quarantine, whole_reads: await wholeReads(state.db, config, now) }
		} finally {
			await state.close()
		}
	} catch (error) {
		line(notes, `budgets and quarantine are not known: ${(error as Error).message}`)
		return { now, budgets: [], quarantine: [], whole_reads: [] }
	}
}
