import { type Kysely, sql } from 'kysely'
import { TieoutError } from '../../models/error.ts'
import type { StateSchema } from '../state.ts'
import { canonicalJson, sha256 } from './canonical-json.ts'

/** Who did it: a person, or tieout itself by a written rule. */
export type Actor = { userId: string; name: string } | 'system'

/** A decision to write down. `body`: plain values, amounts as text; its keys are sorted. */
export type JournalEntry = {
	/** `user.added`, `paper.prepared`, `item.commented`, ... */
	kind: string
	paper?: string | null
	item?: string | null
	actor: Actor
	body?: Record<string, unknown>
}

/** A line of the journal as it is stored; `body` is canonical JSON. */
export type JournalLine = {
	seq: number
	at: string
	kind: string
	paper: string | null
	item: string | null
	actor: string
	actor_name: string
	body: string
	previous_hash: string
	hash: string
}

/** What the chain was found to be. `head`: the last good line's hash. `firstBad`: the line where the chain breaks, and how. */
export type JournalVerdict = {
	lines: number
	head: string
	firstBad?: { seq: number; problem: string; line?: JournalLine }
}

/** What stands as `previous_hash` of line 1. */
export const noHash = '0'.repeat(64)

/**
 * Appends one line, in the caller's transaction (or in one of its own): a killed process leaves the decision and its line, or neither.
 * A line is never before the one before it: when the clock was set back, `at` repeats the last line's and the body keeps what the
 * clock said (`clock_said`).
 */
export async function appendJournal(
	db: Kysely<StateSchema>,
	entry: JournalEntry,
	{ now = () => new Date() }: { now?: () => Date } = {},
): Promise<JournalLine> {
	if (!db.isTransaction)
		return await db.transaction().execute((transaction) => appendJournal(transaction, entry, { now }))
	const last = await db
		.selectFrom('journal')
		.select(['seq', 'at', 'hash'])
		.orderBy('seq', 'desc')
		.limit(1)
		.executeTakeFirst()
	const said = now().toISOString()
	const isBack = last !== undefined && last.at > said
	const line = sealed({
		seq: (last?.seq ?? 0) + 1,
		at: isBack ? last.at : said,
		kind: entry.kind,
		paper: entry.paper ?? null,
		item: entry.item ?? null,
		actor: entry.actor === 'system' ? 'system' : entry.actor.userId,
		actor_name: entry.actor === 'system' ? 'tieout' : entry.actor.name,
		body: canonicalJson({ ...entry.body, ...(isBack && { clock_said: said }) }),
		previous_hash: last?.hash ?? noHash,
	})
	await db.insertInto('journal').values(line).execute()
	return line
}

/** The hash of a line: over all of it but the hash, as one JSON list. */
export function lineHash(line: Omit<JournalLine, 'hash'>): string {
	const { seq, at, kind, paper, item, actor, actor_name, body, previous_hash } = line
	return sha256(JSON.stringify([seq, at, kind, paper, item, actor, actor_name, body, previous_hash]))
}

/** Reads the whole chain and names its first bad line: changed, missing, out of order, or cut off at the end. */
export async function verifyJournal({ db }: { db: Kysely<StateSchema> }): Promise<JournalVerdict> {
	let verdict: JournalVerdict = { lines: 0, head: noHash }
	let at = ''
	for (;;) {
		const lines = await journalLines(db, { after: verdict.lines, limit: 5000 })
		for (const line of lines) {
			const problem = problemOf(line, { ...verdict, at })
			if (problem) return { ...verdict, firstBad: { seq: verdict.lines + 1, problem, line } }
			verdict = { lines: line.seq, head: line.hash }
			at = line.at
		}
		if (lines.length === 0) break
	}
	const written = await highestEver(db)
	if (written === verdict.lines) return verdict
	return {
		...verdict,
		firstBad: {
			seq: verdict.lines + 1,
			problem: `${written} lines were written, and only ${verdict.lines} are there: the end is missing`,
		},
	}
}

/** Throws `data` (`journal.broken`) with the first bad line when the chain doesn't hold. */
export async function requireJournal(state: { db: Kysely<StateSchema>; path: string }): Promise<JournalVerdict> {
	const verdict = await verifyJournal(state)
	if (!verdict.firstBad) return verdict
	throw new TieoutError(
		'data',
		'journal.broken',
		`the journal is broken at line ${verdict.firstBad.seq}: ${verdict.firstBad.problem}`,
		{
			where: `${state.path}: journal, line ${verdict.firstBad.seq}`,
			next: 'restore the state file from a backup and compare; nothing is signed on a broken journal',
		},
	)
}

/** Lines in order. `after`: only those behind this number. */
export async function journalLines(
	db: Kysely<StateSchema>,
	{ after = 0, limit, paper }: { after?: number; limit?: number; paper?: string } = {},
): Promise<JournalLine[]> {
	let query = db.selectFrom('journal').selectAll().where('seq', '>', after).orderBy('seq')
	if (paper !== undefined) query = query.where('paper', '=', paper)
	if (limit !== undefined) query = query.limit(limit)
	return await query.execute()
}

function sealed(line: Omit<JournalLine, 'hash'>): JournalLine {
	return { ...line, hash: lineHash(line) }
}

function problemOf(line: JournalLine, before: { lines: number; head: string; at: string }): string | undefined {
	if (line.seq !== before.lines + 1)
		return `line ${before.lines + 1} is missing: line ${line.seq} follows line ${before.lines}`
	if (line.previous_hash !== before.head) return 'it does not follow the line before it'
	if (lineHash(line) !== line.hash) return 'it was changed: its hash is not that of what it says'
	if (line.at < before.at) return `it is dated ${line.at}, before the line before it (${before.at})`
	return undefined
}

/** The highest number that was ever given: SQLite remembers it beside the table. */
async function highestEver(db: Kysely<StateSchema>): Promise<number> {
	const { rows } = await sql<{ seq: number }>`select seq from sqlite_sequence where name = 'journal'`.execute(db)
	return rows[0]?.seq ?? 0
}
