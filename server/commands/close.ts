import { createReadStream, statSync } from 'node:fs'
import path from 'node:path'
import { TieoutError } from '../../models/error.ts'
import { signedAmountText } from '../../reports/format.ts'
import { companyClock } from '../clock.ts'
import { attachFile } from '../close/attachments.ts'
import { sha256 } from '../close/canonical-json.ts'
import { type ChangesView, readChanges } from '../close/changes.ts'
import type { Closing } from '../close/closing.ts'
import { type ItemStatus, itemStatuses } from '../close/item-life.ts'
import { changeItems, type ItemChange, type ItemFilter, listItems, readItem } from '../close/items.ts'
import { journalLines } from '../close/journal.ts'
import type { SigningStep } from '../close/life.ts'
import { listPapers, type PaperView, readPaper } from '../close/papers.ts'
import { restatement } from '../close/restatement.ts'
import { restoreGeneration } from '../close/restore.ts'
import { acceptChanges, lockPaper, preparePaper, reopenPaper, reviewPaper } from '../close/sign.ts'
import { verifyDecisions } from '../close/verify.ts'
import { type Command, type CommandContext, type CommandInput, document, line } from '../command.ts'
import { commandQueries } from '../command-queries.ts'
import { knownCurrencies } from '../configuration/schema.ts'
import { environmentOf } from '../configuration/secrets.ts'
import { exitCodes } from '../errors.ts'
import { loadProject } from '../load-project.ts'
import type { Person } from '../people/person.ts'
import { personOfToken } from '../people/tokens.ts'
import { openState } from '../state.ts'
import { tableLines } from '../text-table.ts'

/** What may stand behind `tieout close`. */
const actions = [
	'status',
	'prepare',
	'review',
	'lock',
	'reopen',
	'changes',
	'accept',
	'restatement',
	'items',
	'item',
	'journal',
	'restore',
] as const
type Action = (typeof actions)[number]

type Job = {
	context: CommandContext
	closing: Closing
	person: Person | null
	/** What stands behind the action. */
	names: string[]
	flags: CommandInput['flags']
	now: () => Date
}

/** `tieout close`: papers, signatures, items and what changed since. Acts as the person of `TIEOUT_TOKEN`. */
export const close: Command = async (context, { names: [action = 'status', ...names], flags }) => {
	if (!actions.includes(action as Action))
		throw new TieoutError('usage', 'usage.close', `tieout close knows no "${action}"`, {
			where: 'tieout close',
			allowed: [...actions],
			next: 'tieout close --help',
		})
	const config = await loadProject(context.folder, context)
	const environment = environmentOf(config.project.folder, context.environment)
	const { stamp: now } = companyClock(environment)
	const state = await openState(config.project.state, { now: () => now().getTime() })
	const queries = commandQueries(config)
	try {
		const person = await whoAsks(state, environment['TIEOUT_TOKEN'], now)
		return await work[action as Action]({ context, closing: { config, state, queries }, person, names, flags, now })
	} finally {
		await queries.close()
		await state.close()
	}
}

async function whoAsks(state: Closing['state'], token: string | undefined, now: () => Date): Promise<Person | null> {
	if (!token) return null
	const person = await personOfToken(state, token, { now: () => now().getTime() })
	if (person) return person
	throw new TieoutError(
		'refused',
		'people.token',
		'TIEOUT_TOKEN is nobody’s: it ended, was revoked, or its person was disabled',
		{
			where: 'TIEOUT_TOKEN',
			next: 'make another: tieout user token',
		},
	)
}

const work: Record<Action, (job: Job) => Promise<number>> = {
	status: async (job) => (job.names.length === 0 ? await tellPapers(job) : await tellPaper(job)),
	prepare: async (job) => await sign(job, 'prepared'),
	review: async (job) => await sign(job, 'reviewed'),
	lock: async (job) => await sign(job, 'locked'),
	reopen: async (job) => {
		const { closing, person, flags, now } = job
		const paper = paperOf(job)
		const papers = await listPapers(closing)
		const own = papers.find((one) => one.paper === paper)
		const later = papers.filter((one) => own && one.startDate > own.startDate).map((one) => one.paper)
		await reopenPaper(closing, { paper, person, reason: textFlag(flags, 'reason') ?? '' }, later, { now })
		return await tellDone(job, paper, 'is open again', `tieout close status ${paper}`)
	},
	changes: tellChanges,
	accept: accept,
	restatement: tellRestatement,
	items: async (job) => (changeOf(job) ? await changeMany(job) : await tellItems(job)),
	item: async (job) =>
		changeOf(job) || job.flags['attach'] !== undefined ? await changeNamed(job) : await tellItem(job),
	journal: tellJournal,
	restore: async (job) => {
		const paper = paperOf(job)
		const restored = await restoreGeneration(job.closing, paper, { now: job.now })
		return await tellDone(
			job,
			paper,
			`generation ${restored.generation} is there again, with the signed content ${restored.hash}`,
		)
	},
}

async function tellPapers({ context, closing }: Job): Promise<number> {
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
	const next = papers.find((one) => one.state !== 'locked' && one.isComplete)
	if (next) line(context.notes, `next: tieout close status ${next.paper}`)
	return exitCodes.fine
}

async function tellPaper(job: Job): Promise<number> {
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
	for (const text of paperLines(view, closing)) line(context.out, text)
	const step = view.next && { prepared: 'prepare', reviewed: 'review', locked: 'lock' }[view.next]
	if (view.changes) line(context.notes, `next: tieout close changes ${paper}`)
	if (step) line(context.notes, `next: tieout close ${step} ${paper} --content ${view.hash.slice(0, 16)}`)
	return exitCodes.fine
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

async function sign(job: Job, step: SigningStep): Promise<number> {
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

async function tellChanges(job: Job): Promise<number> {
	const { context, closing } = job
	const paper = paperOf(job)
	const view = await readChanges(closing, paper)
	if (context.isJson) {
		const { signature, generation, records, earlier, cells, cleared, unaccepted } = view
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
			unaccepted,
		})
		return exitCodes.fine
	}
	for (const change of view.records)
		line(
			context.out,
			`${change.acceptedBy ? 'accepted' : 'changed '}  ${change.kind.padEnd(7)} ${change.object} ${change.source_id} (${change.document_number ?? '-'}, ${change.source}, ${change.period_id}) ${change.fields.map(({ field, from, to }) => `${field} ${from ?? '-'} → ${to ?? '-'}`).join('; ')}${change.changed_at ? `; ${change.changed_at} UTC` : ''}${change.changed_by ? ` by ${change.changed_by}` : ''}`,
		)
	for (const cell of view.cells)
		line(
			context.out,
			`${cell.acceptedBy ? 'accepted' : 'changed '}  cell    ${cell.customer_name} ${cell.currency} ${cell.legal_entity}: ${cell.figures.map(({ measure, is_reporting, from, to }) => `${measure}${is_reporting ? ` (${cell.reporting_currency})` : ''} ${from ?? '-'} → ${to ?? '-'}`).join('; ')}`,
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

/** Stands for all changes that wait to be accepted, so that others than those looked at are not accepted with them. */
function digestOf({ unaccepted }: ChangesView): string {
	return sha256([...unaccepted].sort().join('\n'))
}

async function accept(job: Job): Promise<number> {
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

async function tellRestatement({ context, closing }: Job): Promise<number> {
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

async function tellItems(job: Job): Promise<number> {
	const { context, closing } = job
	const items = await listItems(closing, paperOf(job), filterOf(job.names.slice(1)))
	if (context.isJson) {
		document(context.out, { schema: 'tieout.items/1', items: items.map(snakeCase) })
		return exitCodes.fine
	}
	const columns = ['item', 'customer', 'entity', 'amount', 'currency', 'age', 'status', 'owner', 'due']
	const rows = items.map((one) => [
		one.item,
		one.customer_name,
		one.legal_entity,
		one.amount,
		one.currency,
		one.age_days ?? '-',
		one.status,
		one.owner,
		one.dueDate ?? '-',
	])
	table(context, columns, rows)
	return exitCodes.fine
}

async function tellItem(job: Job): Promise<number> {
	const { context, closing } = job
	const { rows, events } = await readItem(closing, paperOf(job), nameAt(job, 1, 'an item'))
	if (context.isJson) {
		document(context.out, { schema: 'tieout.item/1', rows: rows.map(snakeCase), events: events.map(snakeCase) })
		return exitCodes.fine
	}
	for (const row of rows)
		line(
			context.out,
			`${row.item}\t${row.customer_name}\t${row.amount} ${row.currency}\t${row.status}\t${row.owner}\t${row.explanation ?? ''}`,
		)
	for (const event of events)
		line(
			context.out,
			`${event.at}\t${event.paper}\t${event.name}\t${event.kind}\t${event.text}${event.reason ? ` (${event.reason})` : ''}`,
		)
	return exitCodes.fine
}

/** Every item that the filters find. */
async function changeMany(job: Job): Promise<number> {
	const { closing, person, now } = job
	const paper = paperOf(job)
	const items = [...new Set((await listItems(closing, paper, filterOf(job.names.slice(1)))).map(({ item }) => item))]
	await changeItems(closing, { paper, items, person, change: changeOf(job)! }, { now })
	return await tellDone(job, paper, `${items.length} items are changed`)
}

async function changeNamed(job: Job): Promise<number> {
	const { closing, person, flags, now } = job
	const paper = paperOf(job)
	const items = job.names.slice(1)
	const change = changeOf(job)
	if (change) await changeItems(closing, { paper, items, person, change }, { now })
	const attached = textFlag(flags, 'attach')
	if (attached !== undefined)
		for (const item of items) {
			const file = path.resolve(attached)
			if (!statSync(file, { throwIfNoEntry: false })?.isFile())
				throw new TieoutError('usage', 'usage.attach', `there is no file ${file}`, {
					where: '--attach',
					next: 'name a file',
				})
			const incoming = {
				name: path.basename(file),
				mediaType: 'application/octet-stream',
				stream: createReadStream(file),
			}
			await attachFile(closing, { paper, item, person, file: incoming }, { now })
		}
	return await tellDone(job, paper, `${items.length === 1 ? items[0] : `${items.length} items`} changed`)
}

function changeOf({ flags }: Job): ItemChange | undefined {
	const [owner, status, reason, dueDate, comment] = ['owner', 'status', 'reason', 'due', 'comment'].map((name) =>
		textFlag(flags, name),
	)
	if (owner === undefined && status === undefined && dueDate === undefined && comment === undefined) return undefined
	return {
		...(owner !== undefined && { owner }),
		...(status !== undefined && { status: status as ItemStatus }),
		...(reason !== undefined && { reason }),
		...(dueDate !== undefined && { dueDate }),
		...(comment !== undefined && { comment }),
	}
}

/** `name=value` filters. */
function filterOf(names: readonly string[]): ItemFilter {
	const allowed = ['owner', 'status', 'code', 'entity', 'customer', 'due', 'search']
	const pairs = names.map((text) => [text.split('=')[0]!, text.slice(text.indexOf('=') + 1)] as const)
	const wrong = pairs.find(([name], index) => !allowed.includes(name) || !names[index]!.includes('='))
	if (wrong)
		throw new TieoutError('usage', 'usage.filter', `items have no filter "${wrong[0]}"`, {
			where: 'tieout close items',
			allowed: [...allowed.map((name) => `${name}=...`), `status: ${[...itemStatuses, 'unsettled'].join(', ')}`],
			next: 'tieout close items 2026-10 code=timing status=open',
		})
	return Object.fromEntries(pairs)
}

async function tellJournal({ context, closing, names }: Job): Promise<number> {
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

async function tellDone({ context, closing }: Job, paper: string, text: string, next?: string): Promise<number> {
	if (context.isJson) {
		const found = (await listPapers(closing)).find((one) => one.paper === paper)
		document(context.out, { schema: 'tieout.paper-done/1', paper, text, state: found?.state ?? null })
		return exitCodes.fine
	}
	line(context.out, `${paper}: ${text}`)
	if (next) line(context.notes, `next: ${next}`)
	return exitCodes.fine
}

function paperOf(job: Job): string {
	return nameAt(job, 0, 'a paper')
}

function nameAt({ names }: Job, index: number, what: string): string {
	const name = names[index]
	if (name !== undefined) return name
	throw new TieoutError('usage', 'usage.close', `${what} is missing`, {
		where: 'tieout close',
		next: 'tieout close --help',
	})
}

function textFlag(flags: CommandInput['flags'], name: string): string | undefined {
	const value = flags[name]
	return typeof value === 'string' ? value : undefined
}

function table(context: CommandContext, columns: readonly string[], rows: string[][]): void {
	for (const text of tableLines(columns, rows, context.outStyle, context.out.columns)) line(context.out, text)
}

/** Names in JSON are in snake case. */
function snakeCase(row: object): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(row).map(([name, value]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]),
	)
}
