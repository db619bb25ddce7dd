import { journalLines } from '../../close/journal.ts'
import { verifyDecisions } from '../../close/verify.ts'
import { document, line } from '../../command.ts'
import { exitCodes } from '../../errors.ts'
import type { Job } from './job.ts'

/** The lines of the journal, of one paper or of all, and whether all of it holds. */
export async function tellJournal({ context, closing, names }: Job): Promise<number> {
	const { config, state } = closing
	const verdict = await verifyDecisions({ state, project: config.project })
	const lines = await journalLines(state.db, { ...(names[0] !== undefined && { paper: names[0] }) })
	if (context.isJson) {
		const { lines: count, head, documents, attachments, problems } = verdict
		document(context.out, { schema: 'tieout.journal/1', count, head, documents, attachments, problems, lines })
	} else {
		for (const one of lines)
			line(
				context.out,
				[one.seq, one.at, one.kind, one.paper ?? '-', one.item ?? '-', one.actor_name, one.body].join('\t'),
			)
		for (const problem of verdict.problems) line(context.notes, `broken: ${problem}`)
		if (verdict.problems.length === 0)
			line(
				context.notes,
				`whole: ${verdict.lines} lines, ${verdict.documents} documents, ${verdict.attachments} attachments; head ${verdict.head}`,
			)
	}
	return verdict.problems.length === 0 ? exitCodes.fine : exitCodes.notTrusted
}
