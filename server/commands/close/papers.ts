import { TieoutError } from '../../../models/error.ts'
import { signedAmountText } from '../../../reports/format.ts'
import type { Closing } from '../../close/closing.ts'
import type { SigningStep } from '../../close/life.ts'
import { listPapers, type PaperView, readPaper, signedAndGone } from '../../close/papers.ts'
import { restoreGeneration } from '../../close/restore.ts'
import { periodGone } from '../../close/scope.ts'
import { lockPaper, preparePaper, reopenPaper, reviewPaper } from '../../close/sign.ts'
import { type CommandInput, document, line } from '../../command.ts'
import { knownCurrencies } from '../../configuration/schema.ts'
import { exitCodes } from '../../errors.ts'
import { type Job, paperOf, snakeCase, table, tellDone, textFlag } from './job.ts'

/** Every paper, how far it is, whose and until when. */
export async function tellPapers({ context, closing }: Job): Promise<number> {
	const papers = await listPapers(closing)
	if (context.isJson) {
		document(context.out, { schema: 'tieout.papers/1', papers: papers.map(snakeCase) })
		return exitCodes.fine
	}
	const columns = ['paper', 'state', 'preparer', 'reviewer', 'due', 'overrides', 'marks']
	const rows = papers.map((one) => [
		one.paper,
		one.state,
		one.preparer ?? '-',
		one.reviewer ?? '-',
		one.dueDate ?? '-',
		String(one.overrides),
		String(one.marks),
	])
	table(context, columns, rows)
	for (const paper of await signedAndGone(closing, papers)) line(context.notes, periodGone(paper))
	const next = papers.find((one) => one.state !== 'locked' && one.isComplete)
	if (next) line(context.notes, `next: tieout close status ${next.paper}`)
	return exitCodes.fine
}

/** One paper with its figures, signatures and what speaks against the next one. */
export async function tellPaper(job: Job): Promise<number> {
	const { context, closing } = job
	const paper = paperOf(job)
	const view = await readPaper(closing, paper)
	if (context.isJson) {
		const { content, hash, basis, scope, generation, life, dueDate, materiality, certified, next, reasons, changes } =
			view
		const facts = {
			paper: scope.paper,
			state: life.state,
			due_date: dueDate,
			generation,
			content_hash: hash,
			next,
			changes,
		}
		document(context.out, {
			schema: 'tieout.paper-status/1',
			...facts,
			reasons,
			materiality,
			certified,
			content,
			basis,
			signatures: life.signatures,
		})
		return exitCodes.fine
	}
	for (const text of paperLines(view, closing)) line(context.out, context.hint(text))
	const step = view.next && { prepared: 'prepare', reviewed: 'review', locked: 'lock' }[view.next]
	if (view.changes) line(context.notes, `next: tieout close changes ${paper}`)
	if (step) line(context.notes, `next: tieout close ${step} ${paper} --content ${view.hash.slice(0, 16)}`)
	return exitCodes.fine
}

/** Signs a step of what the person looked at. */
export async function sign(job: Job, step: SigningStep): Promise<number> {
	const { closing, person, flags, now } = job
	const paper = paperOf(job)
	const asked = textFlag(flags, 'content')
	if (!asked || !/^[0-9a-f]{12,64}$/.test(asked))
		throw new TieoutError('usage', 'usage.content', 'a signature is for what you looked at: its content is missing', {
			where: '--content',
			allowed: ['12 characters of it at least'],
			next: `tieout close status ${paper} shows it`,
		})
	const view = await readPaper(closing, paper, { step })
	const contentHash = view.hash.startsWith(asked) ? view.hash : asked
	const statement = textFlag(flags, 'statement')
	const request = { paper, person, contentHash, overrides: overridesOf(flags), ...(statement && { statement }) }
	const line = await { prepared: preparePaper, reviewed: reviewPaper, locked: lockPaper }[step](closing, request, {
		now,
	})
	const next = step === 'locked' ? `tieout bundle ${paper}` : `tieout close status ${paper}`
	return await tellDone(job, paper, `is ${step} by ${line.actor_name}; line ${line.seq} of the journal`, next)
}

/** Opens a paper again, and marks the later ones. */
export async function reopen(job: Job): Promise<number> {
	const { closing, person, flags, now } = job
	const paper = paperOf(job)
	const papers = await listPapers(closing)
	const own = papers.find((one) => one.paper === paper)
	const later = papers.filter((one) => own && one.startDate > own.startDate).map((one) => one.paper)
	await reopenPaper(closing, { paper, person, reason: textFlag(flags, 'reason') ?? '' }, later, { now })
	return await tellDone(job, paper, 'is open again', `tieout close status ${paper}`)
}

/** Builds the generation of a paper's newest signature again. */
export async function restore(job: Job): Promise<number> {
	const paper = paperOf(job)
	const { generation, hash } = await restoreGeneration(job.closing, paper, { now: job.now })
	return await tellDone(job, paper, `generation ${generation} is there again, with the signed content ${hash}`)
}

function paperLines(view: PaperView, { config }: Closing): string[] {
	const { life, content, materiality, reasons } = view
	const digits = (currency: string) => knownCurrencies(config).get(currency)
	const amount = (value: string, currency: string) => `${signedAmountText(value, digits(currency))} ${currency}`
	return [
		`${view.scope.paper} · ${life.state}${life.round > 1 ? ` (opened ${life.round} times)` : ''} · due ${view.dueDate ?? '-'} · generation ${view.generation}`,
		...content.totals
			.filter((total) => total.is_reporting)
			.map(
				(total) =>
					`  bookings ${amount(total.bookings, total.currency)}   revenue ${amount(total.revenue, total.currency)}   unexplained ${amount(total.unexplained_absolute, total.currency)}`,
			),
		...materiality.map(
			(one) =>
				`  materiality (${one.about}) ${amount(one.limit, one.currency)}, unexplained ${amount(one.unexplained, one.currency)}${one.isAbove ? ': above' : ''}`,
		),
		...life.signatures.map(
			(one) =>
				`  ${one.step} by ${one.name} ${one.at} · generation ${one.generation} · content ${one.contentHash.slice(0, 16)}`,
		),
		...life.signatures.flatMap((one) =>
			one.overrides.map((override) => `    overridden: ${override.text} — ${override.why}`),
		),
		...life.reopenings.map((one) => `  opened again by ${one.name} ${one.at}: ${one.reason}`),
		...life.marks.map((one) => `  ${one.paper} was opened again by then (${one.at}): ${one.reason}`),
		...reasons.map((reason) => `  ${reason.blocks ? 'blocks ' : 'shown  '} ${reason.id}: ${reason.text}`),
		...(view.changesProblem ? [`  changes can't be told: ${view.changesProblem}`] : []),
		`  content ${view.hash}`,
	]
}

/** `--override reason=why`, as often as wanted. */
function overridesOf(flags: CommandInput['flags']): Record<string, string> {
	const given = ([flags['override'] ?? []].flat() as string[]).map((text) => {
		const at = text.indexOf('=')
		if (at > 0) return [text.slice(0, at), text.slice(at + 1)] as const
		throw new TieoutError('usage', 'usage.override', `"${text}" gives no reason`, {
			where: '--override',
			allowed: ['certificate:erp.invoices="Counted by hand, see ticket 12"'],
			next: 'write the id of what blocks, =, and why it may',
		})
	})
	return Object.fromEntries(given)
}
