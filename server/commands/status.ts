import { type Command, document, line } from '../command.ts'
import { exitCodes } from '../errors.ts'
import { loadProject } from '../load-project.ts'
import { statusDocument, statusLines } from '../month-status.ts'

/** `tieout status`: whether the month can be trusted, in ten lines. Ends with 1 when it can't, or when there is no data. */
export const status: Command = async (context, { flags }) => {
	const config = await loadProject(context.folder, context)
	const said = await statusDocument(config, typeof flags['period'] === 'string' ? flags['period'] : undefined)
	if (context.isJson) document(context.out, { ...said })
	else {
		for (const text of statusLines(said, context.outStyle)) line(context.out, text)
		line(context.notes, `next: ${said.next}`)
	}
	return said.verdict === 'trusted' || said.verdict === 'trusted with warnings' ? exitCodes.fine : exitCodes.notTrusted
}
