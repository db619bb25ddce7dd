import { apiUsage, usageLines } from '../api-usage.ts'
import { type Command, document, line } from '../command.ts'
import type { Config } from '../config.ts'
import { exitCodes } from '../errors.ts'
import { loadProject } from '../load-project.ts'
import { statusDocument, statusLines } from '../month-status.ts'
import { openState } from '../state.ts'
import type { TextStream } from '../terminal.ts'

/** `tieout status`: whether the month can be trusted, in ten lines. Ends with 1 when it can't, or when there is no data. */
export const status: Command = async (context, { flags }) => {
	const config = await loadProject(context.folder, context)
	const said = await statusDocument(config, typeof flags['period'] === 'string' ? flags['period'] : undefined)
	const budgets = await budgetsOf(config, context.notes)
	if (context.isJson) document(context.out, { ...said, budgets })
	else {
		for (const text of statusLines(said, context.outStyle)) line(context.out, text)
		for (const { share, text } of usageLines(budgets))
			line(context.out, `  ${share >= 80 ? context.outStyle.yellow(context.outStyle.warn) : ' '} budget     ${text}`)
		line(context.notes, `next: ${said.next}`)
	}
	return said.verdict === 'trusted' || said.verdict === 'trusted with warnings' ? exitCodes.fine : exitCodes.notTrusted
}

/** What is left of each quota; nothing, with a note, while the state can't be read: the month is judged by what is published. */
async function budgetsOf({ project }: Config, notes: TextStream): ReturnType<typeof apiUsage> {
	try {
		const state = await openState(project.state)
		return await apiUsage(state.db).finally(() => state.close())
	} catch (error) {
		line(notes, `budgets are not known: ${(error as Error).message}`)
		return []
	}
}
