import type { Kysely } from 'kysely'
import { TieoutError } from '../../models/error.ts'
import { type CloseEffects, type Closing, withGeneration } from '../close/closing.ts'
import type { ContentSource } from '../close/content.ts'
import { appendJournal, type JournalLine } from '../close/journal.ts'
import type { Person } from '../people/person.ts'
import { allowed } from '../people/request.ts'
import type { StateSchema } from '../state.ts'
import { type LinkLine, refuseLines } from './file.ts'

/** What a person can say of two records: that they belong together, that they don't, or that what was said holds no more. */
export const linkVerbs = ['link', 'reject', 'withdraw'] as const
export type LinkVerb = (typeof linkVerbs)[number]

/** What two records are: a deal and its order (or the invoice that stands for one), or an account and its ERP customer. */
export type LinkSubject = 'order' | 'customer'

/** A decision as the journal keeps it. Ids are global. `decidedAt`: ISO 8601 in UTC. `line`: its line of the journal. */
export type LinkDecision = {
	subject: LinkSubject
	verb: LinkVerb
	crmId: string
	erpId: string
	reason: string
	decidedBy: string
	decidedAt: string
	line: number
}

const journalKinds: Record<LinkVerb, string> = {
	link: 'link.made',
	reject: 'link.rejected',
	withdraw: 'link.withdrawn',
}

/** Every decision about links, the oldest first. */
export async function linkHistory(db: Kysely<StateSchema>): Promise<LinkDecision[]> {
	const lines = await db
		.selectFrom('journal')
		.selectAll()
		.where('kind', 'in', Object.values(journalKinds))
		.orderBy('seq')
		.execute()
	return lines.map(decisionOf)
}

/** The decisions that hold: the newest of each pair, unless it was withdrawn. In order of their lines. */
export function decisionsInForce(history: readonly LinkDecision[]): LinkDecision[] {
	const newest = [...newestOfPairs(history).values()]
	return newest.filter(({ verb }) => verb !== 'withdraw').sort((a, b) => a.line - b.line)
}

/** By the ids of the pair. What was withdrawn stands there too: to withdraw it again changes nothing. */
function newestOfPairs(history: readonly LinkDecision[]): Map<string, LinkDecision> {
	return new Map(history.map((one) => [`${one.crmId} ${one.erpId}`, one]))
}

/** The decisions that hold, as the models read them (`raw.tieout__decisions`). */
export async function decisionRows(db: Kysely<StateSchema>) {
	return decisionsInForce(await linkHistory(db)).map((one) => ({
		kind: `${one.subject}_${one.verb}`,
		crm_id: one.crmId,
		erp_id: one.erpId,
		reason: one.reason,
		decided_by: one.decidedBy,
		decided_at: one.decidedAt,
	}))
}

/** What a person says of two records, and why. */
export type LinkRequest = { verb: LinkVerb; crmId: string; erpId: string; reason: string; person: Person | null }

/**
 * Writes a decision down; the next build goes by it. Throws `people.nobody` and `people.role` for who may not (a preparer may),
 * `links.reason`, `links.unknown` for an id that the published generation doesn't have, `links.repeated` for what holds already,
 * `links.claimed` for an ERP customer that a decision gave to another account, `links.nothing` for nothing to withdraw.
 */
export async function decideLink(
	closing: Closing,
	{ verb, reason, person, ...ids }: LinkRequest,
	{ now }: CloseEffects = {},
): Promise<LinkDecision> {
	const actor = allowed(person, 'preparer')
	const [crmId, erpId, why] = [ids.crmId.trim(), ids.erpId.trim(), reasonOf(reason)]
	const subject = await subjectOf(closing, crmId, erpId, verb)
	return await closing.state.db.transaction().execute(async (transaction) => {
		refuseConflict(heldNow(decisionsInForce(await linkHistory(transaction))), { subject, verb, crmId, erpId })
		const body = { subject, crm_id: crmId, erp_id: erpId, reason: why }
		return decisionOf(
			await appendJournal(transaction, { kind: journalKinds[verb], actor, body }, { ...(now && { now }) }),
		)
	})
}

/** What was done with a file of links: those that were written, and how many held already. */
export type LinksMade = { made: LinkDecision[]; heldAlready: number }

/**
 * Writes down what a file says of many pairs, each as a line of its own, all or none; what holds already (or was withdrawn already) is passed over, so
 * that a file may be given again. `reason`: for lines without their own. Throws as `decideLink` does, and `links.file` with every line that can't be written.
 */
export async function decideLinks(
	closing: Closing,
	{ file, lines, reason, person }: { file: string; lines: readonly LinkLine[]; reason: string; person: Person | null },
	{ now }: CloseEffects = {},
): Promise<LinksMade> {
	const actor = allowed(person, 'preparer')
	const reasons = lines.map((line) => reasonOf(line.reason ?? reason))
	return await withGeneration(closing, async (source) => {
		const sides = await sidesOfAll(source, [...new Set(lines.flatMap(({ crmId, erpId }) => [crmId, erpId]))])
		return await closing.state.db.transaction().execute(async (transaction) => {
			const history = await linkHistory(transaction)
			const problems: string[] = []
			const made: LinkDecision[] = []
			let heldAlready = 0
			const held = heldNow(decisionsInForce(history))
			const newest = newestOfPairs(history)
			for (const [at, { line, verb, crmId, erpId }] of lines.entries()) {
				const same = held.pairs.get(`${crmId} ${erpId}`)
				if (newest.get(`${crmId} ${erpId}`)?.verb === verb) {
					heldAlready += 1
					continue
				}
				try {
					const subject = (verb === 'withdraw' && same?.subject) || subjectOfSides(sides, crmId, erpId)
					refuseConflict(held, { subject, verb, crmId, erpId })
					const body = { subject, crm_id: crmId, erp_id: erpId, reason: reasons[at]! }
					const decision = decisionOf(
						await appendJournal(transaction, { kind: journalKinds[verb], actor, body }, { ...(now && { now }) }),
					)
					hold(held, decision)
					newest.set(`${crmId} ${erpId}`, decision)
					made.push(decision)
				} catch (error) {
					if (!(error instanceof TieoutError)) throw error
					problems.push(`line ${line}: ${error.message}`)
				}
			}
			refuseLines(file, problems)
			return { made, heldAlready }
		})
	})
}

function decisionOf(line: JournalLine): LinkDecision {
	const body = JSON.parse(line.body) as Record<'crm_id' | 'erp_id' | 'reason', string> & {
		subject: LinkSubject
		/** Of a decision that an earlier release kept elsewhere. */
		decided_at?: string
	}
	const verb = linkVerbs.find((one) => journalKinds[one] === line.kind)!
	const { subject, crm_id: crmId, erp_id: erpId, reason } = body
	const decidedAt = body.decided_at ?? line.at
	return { subject, verb, crmId, erpId, reason, decidedBy: line.actor_name, decidedAt, line: line.seq }
}

const longestReason = 2000

function reasonOf(text: string): string {
	const reason = text.trim()
	if (reason.length > 0 && reason.length <= longestReason) return reason
	throw new TieoutError('usage', 'links.reason', reason === '' ? 'there is no reason' : 'the reason is too long', {
		where: 'reason',
		allowed: [`1 to ${longestReason} characters`],
		next: 'say why, as it will be understood in a year',
	})
}

/** What the two are, by where the CRM's id stands. What was decided once may be withdrawn when the records are gone. */
async function subjectOf(closing: Closing, crmId: string, erpId: string, verb: LinkVerb): Promise<LinkSubject> {
	const before = (await linkHistory(closing.state.db)).find((one) => one.crmId === crmId && one.erpId === erpId)
	if (before && verb === 'withdraw') return before.subject
	return await withGeneration(closing, async (source) => {
		return subjectOfSides(await sidesOfAll(source, [crmId, erpId]), crmId, erpId)
	})
}

/** What ids are in a generation: `deal`, `account`, `order` (or an invoice that may stand for one), `erp_customer`. */
type Sides = ReadonlyMap<string, readonly string[]>

/** Where a system numbers each kind of record by itself, one id may be a deal's and an account's: what both may be, nobody can tell. */
export function subjectOfSides(sides: Sides, crmId: string, erpId: string): LinkSubject {
	const [crm, erp] = [sides.get(crmId) ?? [], sides.get(erpId) ?? []]
	const isCustomer = crm.includes('account') && erp.includes('erp_customer')
	const isOrder = crm.includes('deal') && erp.includes('order')
	if (isCustomer && isOrder)
		throw new TieoutError(
			'usage',
			'links.ambiguous',
			`${crmId} is a deal and an account, ${erpId} an order and a customer`,
			{
				where: `${crmId} and ${erpId}`,
				next: 'write the id in a field of the record, in either system: which of them belong together can not be told by these ids',
			},
		)
	if (isCustomer) return 'customer'
	if (isOrder) return 'order'
	const isCrm = crm.includes('account') || crm.includes('deal')
	throw unknownRecord(
		isCrm ? erpId : crmId,
		isCrm ? (crm.includes('account') ? 'ERP customer' : 'order') : 'deal or account',
	)
}

/** Ids of one question. */
const mostIds = 500

async function sidesOfAll({ rows }: ContentSource, ids: readonly string[]): Promise<Sides> {
	const sides = new Map<string, string[]>()
	for (let at = 0; at < ids.length; at += mostIds) {
		const asked = ids.slice(at, at + mostIds)
		const list = asked.map(() => '?').join(', ')
		const found = await rows(
			`select record_id as id, 'deal' as side from marts.records where object = 'opportunity' and record_id in (${list})
			union select order_id, 'order' from marts.breaks where order_id in (${list})
			union select order_id, 'order' from marts.chain where order_id in (${list})
			union select order_id, 'order' from marts.link_candidates where order_id in (${list})
			union select source_customer_id, case when tier in ('crm', 'merged') then 'account' else 'erp_customer' end
				from marts.customer_links where source_customer_id in (${list})
			order by 1, 2`,
			Array.from({ length: 5 }, () => asked).flat(),
		)
		for (const row of found) {
			const id = String(row['id'])
			sides.set(id, [...(sides.get(id) ?? []), String(row['side'])])
		}
	}
	return sides
}

/** What holds of each pair, and which link claims each ERP customer. */
type Held = { pairs: Map<string, LinkDecision>; claims: Map<string, LinkDecision> }

function heldNow(inForce: readonly LinkDecision[]): Held {
	const held: Held = { pairs: new Map(), claims: new Map() }
	for (const one of inForce) hold(held, one)
	return held
}

function hold({ pairs, claims }: Held, decision: LinkDecision): void {
	const { subject, verb, crmId, erpId } = decision
	if (verb === 'withdraw') pairs.delete(`${crmId} ${erpId}`)
	else pairs.set(`${crmId} ${erpId}`, decision)
	if (subject !== 'customer') return
	if (verb === 'link') claims.set(erpId, decision)
	else if (claims.get(erpId)?.crmId === crmId) claims.delete(erpId)
}

function refuseConflict(held: Held, asked: Pick<LinkDecision, 'subject' | 'verb' | 'crmId' | 'erpId'>) {
	const same = held.pairs.get(`${asked.crmId} ${asked.erpId}`)
	const where = `${asked.crmId} and ${asked.erpId}`
	if (asked.verb === 'withdraw' && !same)
		throw new TieoutError('usage', 'links.nothing', `nothing that holds was decided about ${where}`, {
			where,
			next: 'see what was decided: tieout link list',
		})
	if (same && same.verb === asked.verb)
		throw new TieoutError('usage', 'links.repeated', `${same.decidedBy} has said so already: ${same.reason}`, {
			where,
			next: 'it holds from the next build on: tieout build',
		})
	const claimed = held.claims.get(asked.erpId)
	if (asked.verb === 'link' && asked.subject === 'customer' && claimed)
		throw new TieoutError(
			'usage',
			'links.claimed',
			`${claimed.decidedBy} linked ${asked.erpId} with ${claimed.crmId}`,
			{
				where,
				next: `an ERP customer belongs to one account: withdraw that link first`,
			},
		)
}

function unknownRecord(id: string, wanted: string): TieoutError {
	return new TieoutError('not_found', 'links.unknown', `no ${wanted} has the id "${id}"`, {
		where: id || wanted,
		allowed: ['ids as the pages show them, such as crm:006... and erp:1042'],
		next: 'see what waits for a decision: tieout link candidates',
	})
}
