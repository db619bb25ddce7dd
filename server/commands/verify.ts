import path from 'node:path'
import { TieoutError } from '../../models/error.ts'
import { verdictLines, verifyBundle } from '../close/bundle/verify.mjs'
import { verifyDecisions } from '../close/verify.ts'
import { type Command, type CommandContext, document, line } from '../command.ts'
import { exitCodes } from '../errors.ts'
import { loadProject } from '../load-project.ts'
import { openState } from '../state.ts'

/** `tieout verify`: an evidence bundle, which needs no project; without one the project's own journal and all that it names. */
export const verify: Command = async (context, { names: [file, ...more], flags }) => {
	const content = typeof flags['content'] === 'string' ? flags['content'].toLowerCase() : undefined
	if (more.length > 0 || (content !== undefined && (!file || !/^[0-9a-f]{16,64}$/.test(content))))
		throw new TieoutError(
			'usage',
			'usage.verify',
			'tieout verify takes one bundle, and --content the hash of its content',
			{
				where: '--content',
				allowed: ['16 to 64 digits, 0-9 a-f'],
				next: 'tieout verify tieout-2026-10-line-42.zip --content <sha256>',
			},
		)
	if (!file) return await verifyProject(context)
	const verdict = await verifyBundle(path.resolve(file), content === undefined ? {} : { content })
	if (context.isJson) document(context.out, { schema: 'tieout.verify/1', file, ...verdict })
	else for (const text of verdictLines(verdict)) line(context.out, text)
	return verdict.isIntact ? exitCodes.fine : exitCodes.notTrusted
}

async function verifyProject(context: CommandContext): Promise<number> {
	const { project } = await loadProject(context.folder, context)
	const state = await openState(project.state)
	try {
		const { lines, head, documents, attachments, problems } = await verifyDecisions({ state, project })
		if (context.isJson)
			document(context.out, { schema: 'tieout.verify.project/1', lines, head, documents, attachments, problems })
		else if (problems.length > 0) for (const problem of problems) line(context.out, `✗ ${problem}`)
		else
			line(
				context.out,
				`✓ the journal's ${lines} lines, ${documents} documents and ${attachments} attachments hold; head ${head}`,
			)
		return problems.length === 0 ? exitCodes.fine : exitCodes.notTrusted
	} finally {
		await state.close()
	}
}
