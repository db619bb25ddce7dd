import { apiUsage, usageLines } from '../api-usage.ts'
import { type Command, document, line } from '../command.ts'
import { exitCodes } from '../errors.ts'
import { loadProject } from '../load-project.ts'
import { statusDocument, statusLines } from '../month-status.ts'
import { openState } from '../state.ts'

/** `tieout status`: whether the month can be trusted, in ten lines. Ends with 1 when it can't, or when there is no data. */
export const status: Command = async (context, { flags }) => {
	const config = await loadProject(context.folder, context)
	const said = await statusDocument(config, typeof flags['period'] === 'string' ? flags['period'] : undefined)
	const state = await openState(config.project.state)
	const budgets = await apiUsage(state.db).finally(() => state.close())
	if (context.isJson) document(context.out, { ...said, budgets })
	else {
		for (const text of statusLines(said, context.outStyle)) line(context.out, text)
		for (const { share, text } of usageLines(budgets))
			line(context.out, `  ${share >= 80 ? context.outStyle.yellow(context.outStyle.warn) : ' '} budget     ${text}`)
		line(context.notes, `next: ${said.next}`)
	}
	return said.verdict === 'trusted' || said.verdict === 'trusted with warnings' ? exitCodes.fine : exitCodes.notTrusted
}
