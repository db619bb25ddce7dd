import { TieoutError } from '../../../models/error.ts'
import { sha256 } from '../../close/canonical-json.ts'
import { type ChangesView, readChanges } from '../../close/changes.ts'
import { restatement } from '../../close/restatement.ts'
import { acceptChanges } from '../../close/sign.ts'
import { document, line } from '../../command.ts'
import { exitCodes } from '../../errors.ts'
import { type Job, paperOf, snakeCase, table, tellDone, textFlag } from './job.ts'

/** What changed since a paper was signed: records, cells, and what was cleared. */
export async function tellChanges(job: Job): Promise<number> {
	const { context, closing } = job
	const paper = paperOf(job)
	const view = await readChanges(closing, paper)
	if (context.isJson) {
		const { signature, generation, records, earlier, cells, cleared, otherwise, unaccepted } = view
		document(context.out, {
			schema: 'tieout.changes/1',
			paper,
			signed_at: signature.at,
			signed_generation: signature.generation,
			generation,
			digest: digestOf(view),
			records,
			earlier,
			cells,
			cleared,
			otherwise,
			unaccepted,
		})
		return exitCodes.fine
	}
	for (const text of view.otherwise) line(context.out, `otherwise ${text}`)
	for (const change of view.records)
		line(
			context.out,
			`${change.acceptedBy ? 'accepted' : 'changed '}  ${change.kind.padEnd(7)} ${change.object} ${change.source_id} (${change.document_number ?? '-'}, ${change.source}, ${change.period_id}) ${change.fields.map(({ field, from, to }) => `${field} ${from ?? '-'} → ${to ?? '-'}`).join('; ')}${change.changed_at ? `; ${change.changed_at} UTC` : ''}${change.changed_by ? ` by ${change.changed_by}` : ''}`,
		)
	for (const cell of view.cells)
		line(
			context.out,
			`${cell.acceptedBy ? 'accepted' : 'changed '}  cell    ${cell.customer_name} ${cell.currency} ${cell.legal_entity}: ${cell.figures.map(({ measure, is_reporting, from, to }) => `${measure.replace('_', ' ')}${is_reporting && measure !== 'reporting_currency' ? ` (${cell.reporting_currency})` : ''} ${from ?? '-'} → ${to ?? '-'}`).join('; ')}`,
		)
	if (view.earlier.length > 0)
		line(context.notes, `${view.earlier.length} more in earlier periods that are signed themselves`)
	line(
		context.notes,
		`${view.unaccepted.length} changes to accept, ${view.cleared.length} items cleared since ${view.signature.at}`,
	)
	if (view.unaccepted.length > 0)
		line(context.notes, `next: tieout close accept ${paper} --changes ${digestOf(view).slice(0, 16)} --reason "..."`)
	return exitCodes.fine
}

/** Accepts all changes that were looked at, named by their digest. */
export async function accept(job: Job): Promise<number> {
	const { closing, person, flags, now } = job
	const paper = paperOf(job)
	const asked = textFlag(flags, 'changes') ?? ''
	const view = await readChanges(closing, paper)
	if (asked.length < 12 || !digestOf(view).startsWith(asked))
		throw new TieoutError('refused', 'close.changes_moved', 'these are not the changes that are there now', {
			where: '--changes',
			next: `look at them: tieout close changes ${paper}`,
		})
	await acceptChanges(
		closing,
		{ paper, person, reason: textFlag(flags, 'reason') ?? '', changes: view.unaccepted },
		{ now },
	)
	return await tellDone(job, paper, `${view.unaccepted.length} changes are accepted`)
}

/** What late changes did to signed periods. */
export async function tellRestatement({ context, closing }: Job): Promise<number> {
	const rows = await restatement(closing)
	if (context.isJson) document(context.out, { schema: 'tieout.restatement/1', rows: rows.map(snakeCase) })
	else {
		const columns = ['paper', 'cause', 'measure', 'currency', 'signed', 'now', 'difference', 'records', 'accepted']
		table(
			context,
			columns,
			rows.map((row) => [
				row.paper,
				row.cause,
				row.measure,
				row.currency,
				row.from,
				row.to,
				row.difference,
				String(row.records),
				row.isAccepted ? 'yes' : 'no',
			]),
		)
	}
	return exitCodes.fine
}

/** Stands for all changes that wait to be accepted, so that others than those looked at are not accepted with them. */
function digestOf({ unaccepted }: ChangesView): string {
	return sha256([...unaccepted].sort().join('\n'))
}
