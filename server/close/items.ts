import { TieoutError } from '../../models/error.ts'
import { absoluteDecimal, addDecimals, compareDecimals } from '../../reports/decimal.ts'
import { type Item, type ItemStatus, itemStatuses } from '../../reports/pages/close/item-data.ts'
import type { Person } from '../people/person.ts'
import { assignmentOf } from './assignment.ts'
import { type Certification, certifiedRule, certifyCells } from './certify.ts'
import { type CloseEffects, type Closing, withGeneration } from './closing.ts'
import { keptDocument } from './documents.ts'
import { eventOf, type ItemEvent, type ItemLife, itemLives, itemName, untouched } from './item-life.ts'
import { appendJournal, type JournalLine } from './journal.ts'
import { type PaperState, paperLives } from './life.ts'
import { dueDateOf } from './papers.ts'
import { findScope, type PaperScope, paperScopes, type Rows } from './scope.ts'
import { activePerson } from './sign.ts'
import { itemsTable } from './tables.ts'

/** An item of a paper in one cell, with what was decided about it. An item of several cells has a row for each. */
export type PaperItem = Item & {
	/** The deal's owner in the CRM. */
	owner_name: string | null
	opportunity_id: string | null
	order_id: string | null
	document_id: string | null
}

/** Which items: all that is given must fit. `due`: overdue on that date. `search`: in names and numbers. */
export type ItemFilter = {
	owner?: string
	status?: ItemStatus | 'unsettled'
	code?: string
	entity?: string
	customer?: string
	due?: string
	search?: string
}

/** Every item of a paper that fits, the largest first. */
export async function listItems(closing: Closing, paper: string, filter: ItemFilter = {}): Promise<PaperItem[]> {
	const { config, state } = closing
	const { scope, rows, dueDate, certification } = await withGeneration(closing, async (source) => {
		const scopes = await paperScopes(source.rows, { perEntity: config.close.per_entity })
		const scope = findScope(scopes, paper, (await paperLives(state.db)).lives)
		const { sql, parameters } = itemsTable(scope)
		const [rows, certification] = await Promise.all([
			source.rows(sql, parameters),
			certificationOf(closing, source.rows, scope),
		])
		return { scope, rows, certification, dueDate: dueDateOf(config, scope) }
	})
	const lines = await state.db
		.selectFrom('journal')
		.selectAll()
		.where('paper', '=', paper)
		.where('item', 'is not', null)
		.orderBy('seq')
		.execute()
	const lives = itemLives(lines)
	const ruleOf = certifiedRule(certification, scope)
	return rows
		.map((row) =>
			itemOf(row, lives.get(itemName(row as never)) ?? untouched, {
				assigned: (item) => assignmentOf(config, item, { ...scope, paperDue: dueDate }),
				ruleOf,
			}),
		)
		.filter((item) => isWanted(item, filter))
		.sort(largestFirst)
}

/** What was certified with the last preparation; in an open paper what a preparation would certify now. */
async function certificationOf({ config, state }: Closing, rows: Rows, scope: PaperScope): Promise<Certification> {
	const { lives } = await paperLives(state.db)
	const hash = lives.get(scope.paper)?.preparer?.certifiedHash
	const signed = hash ? ((await keptDocument(state.db, hash)) as Certification | undefined) : undefined
	return signed ?? (await certifyCells(rows, scope, config.close.certify))
}

/** How many items have each status, and what those that are not settled come to in the reporting currency. */
export function itemCounts(items: readonly PaperItem[]): {
	counts: Record<ItemStatus, number>
	unsettledAmount: string
} {
	const counts = Object.fromEntries(
		itemStatuses.map((status) => [status, items.filter((item) => item.status === status).length]),
	)
	const unsettled = items.filter((item) => !isSettled(item.status)).flatMap((item) => item.reporting_amount ?? [])
	return { counts: counts as Record<ItemStatus, number>, unsettledAmount: addDecimals(unsettled.map(absoluteDecimal)) }
}

/** One item: its rows in this paper, and all that was ever said about it, in this paper and in others, the oldest first. Throws `close.unknown_item`. */
export async function readItem(
	closing: Closing,
	paper: string,
	item: string,
): Promise<{ rows: PaperItem[]; events: ItemEvent[] }> {
	const rows = (await listItems(closing, paper)).filter((one) => one.item === item)
	const lines = await closing.state.db
		.selectFrom('journal')
		.selectAll()
		.where('item', '=', item)
		.orderBy('seq')
		.execute()
	if (rows.length === 0 && lines.length === 0) throw unknownItems(paper, [item])
	return { rows, events: lines.map(eventOf) }
}

/** What is to be done to items; what is absent stays. `reason`: why a status was given; wanted for `accepted`. */
export type ItemChange = { owner?: string; status?: ItemStatus; reason?: string; dueDate?: string; comment?: string }

/**
 * Changes items, one or many, in one transaction: a line of the journal for each change of each. Throws `close.locked` for a locked
 * paper, `close.unknown_item`, `close.item_value`, `close.reason`.
 */
export async function changeItems(
	closing: Closing,
	{
		paper,
		items,
		person,
		change,
	}: { paper: string; items: readonly string[]; person: Person | null; change: ItemChange },
	{ now }: CloseEffects = {},
): Promise<JournalLine[]> {
	const entries = entriesOf(change)
	await requireItems(closing, paper, items)
	return await closing.state.db.transaction().execute(async (transaction) => {
		const actor = await activePerson(transaction, person, 'preparer')
		refuseLocked(paper, (await paperLives(transaction)).lives.get(paper)?.state)
		const lines: JournalLine[] = []
		for (const item of items)
			for (const { kind, body } of entries)
				lines.push(await appendJournal(transaction, { kind, paper, item, actor, body }, { ...(now && { now }) }))
		return lines
	})
}

/** Throws `close.unknown_item` for what is no item of the paper now. */
export async function requireItems(closing: Closing, paper: string, items: readonly string[]): Promise<void> {
	const known = new Set((await listItems(closing, paper)).map(({ item }) => item))
	const unknown = items.filter((item) => !known.has(item))
	if (unknown.length > 0 || items.length === 0) throw unknownItems(paper, unknown)
}

/** Throws `close.locked`: what was locked stays as it is. */
export function refuseLocked(paper: string, state: PaperState | undefined): void {
	if (state !== 'locked') return
	throw new TieoutError('refused', 'close.locked', `${paper} is locked: its items stay as they are`, {
		where: paper,
		next: `open it again: tieout close reopen ${paper} --reason "..."`,
	})
}

/** Text of a comment or reason: long enough for a page of mail. */
const longestText = 20_000

function entriesOf({ owner, status, reason, dueDate, comment }: ItemChange) {
	const entries: { kind: string; body: Record<string, string | null> }[] = []
	if (owner !== undefined) entries.push({ kind: 'item.assigned', body: { owner: text(owner, 'the owner', 200) } })
	if (status !== undefined) {
		if (!itemStatuses.includes(status)) throw wrongValue('the status', status, [...itemStatuses])
		if (status === 'accepted' && !reason?.trim()) throw noReason()
		entries.push({
			kind: 'item.status',
			body: { status, reason: reason?.trim() ? text(reason, 'the reason', longestText) : null },
		})
	}
	if (dueDate !== undefined) {
		if (!/^\d{4}-\d{2}-\d{2}$/.test(dueDate) || Number.isNaN(Date.parse(dueDate)))
			throw wrongValue('the date', dueDate, ['2026-11-09'])
		entries.push({ kind: 'item.due', body: { due_date: dueDate } })
	}
	if (comment !== undefined)
		entries.push({ kind: 'item.commented', body: { text: text(comment, 'the comment', longestText) } })
	if (entries.length > 0) return entries
	throw new TieoutError('usage', 'close.item_value', 'nothing was said about the items', {
		allowed: ['owner', 'status', 'due date', 'comment'],
		next: 'give at least one of these',
	})
}

function text(value: string, what: string, most: number): string {
	const trimmed = value.trim()
	if (trimmed.length > 0 && trimmed.length <= most) return trimmed
	throw new TieoutError(
		'usage',
		'close.item_value',
		trimmed === '' ? `${what} is empty` : `${what} has ${trimmed.length} characters`,
		{
			where: what,
			allowed: [`1 to ${most} characters`],
			next: trimmed === '' ? 'write something' : 'shorten it, or attach it as a file',
		},
	)
}

function wrongValue(what: string, value: string, allowed: string[]): TieoutError {
	return new TieoutError('usage', 'close.item_value', `${what} is "${value}"`, {
		where: what,
		allowed,
		next: 'choose one of these',
	})
}

function noReason(): TieoutError {
	return new TieoutError('usage', 'close.reason', 'an item is accepted with a reason', {
		where: 'reason',
		next: 'say why it may stay as it is',
	})
}

function unknownItems(paper: string, items: readonly string[]): TieoutError {
	const named = items.slice(0, 5).join(', ')
	return new TieoutError(
		'not_found',
		'close.unknown_item',
		items.length === 0
			? 'no item was named'
			: `${paper} has no item ${named}${items.length > 5 ? `, and ${items.length - 5} more` : ''}`,
		{
			where: paper,
			next: `see what there is: tieout close items ${paper}`,
		},
	)
}

function itemOf(
	row: Record<string, unknown>,
	life: ItemLife,
	{
		assigned,
		ruleOf,
	}: {
		assigned: (item: PaperItem) => ReturnType<typeof assignmentOf>
		ruleOf: ReturnType<typeof certifiedRule>
	},
): PaperItem {
	const plain = { ...row, item: itemName(row as never) } as PaperItem
	const { owner, dueDate, rule } = assigned(plain)
	return {
		...plain,
		...life,
		owner: life.owner ?? owner,
		ownerRule: life.owner === null ? rule : null,
		dueDate: life.dueDate ?? dueDate,
		certifiedBy: ruleOf(plain),
	}
}

function isWanted(item: PaperItem, { owner, status, code, entity, customer, due, search }: ItemFilter): boolean {
	const words = [item.customer_name, item.deal_name, item.document_number, item.item_id, item.explanation]
		.join('\n')
		.toLowerCase()
	return (
		(owner === undefined || item.owner === owner) &&
		(status === undefined || (status === 'unsettled' ? !isSettled(item.status) : item.status === status)) &&
		(code === undefined || item.code === code) &&
		(entity === undefined || item.legal_entity === entity) &&
		(customer === undefined || item.customer_id === customer) &&
		(due === undefined || (!isSettled(item.status) && item.dueDate !== null && item.dueDate < due)) &&
		(search === undefined || words.includes(search.toLowerCase()))
	)
}

function isSettled(status: ItemStatus): boolean {
	return status === 'cleared' || status === 'accepted'
}

function largestFirst(a: PaperItem, b: PaperItem): number {
	const size = ({ reporting_amount }: PaperItem) =>
		reporting_amount === null ? null : absoluteDecimal(reporting_amount)
	const [left, right] = [size(a), size(b)]
	if (left === null || right === null) return left === right ? 0 : left === null ? -1 : 1
	return compareDecimals(right, left) || (a.item < b.item ? -1 : 1)
}
