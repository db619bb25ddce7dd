import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { ownModels } from '../../models/model.ts'
import type { Session } from '../../models/session.ts'
import { buildGiven, casesFolder } from '../model-cases.ts'
import { Book, type Row } from './book.ts'

/**
 * A story and what must come of it. All stories of a file are built in one world, each with customers of its own, so none may change
 * another. A break reads `code period amount`, with what is not usual behind it: currency, legal entity, customer, as
 * `wrong_entity 2026-01 -900.00 DE`; all breaks are listed.
 */
export type Scenario = {
	/** A sentence. */
	name: string
	given: (book: Book) => void
	breaks: readonly string[]
	/** By code: what the break's cause must be (and its evidence, after a colon), where it is told. */
	causes?: Readonly<Record<string, string>>
	/** `kind subject candidates` of each exception, ids without the story's mark. */
	exceptions?: readonly string[]
	/** Rows of `marts.link_candidates`, `state deal order`, ids without the story's mark, `-` for none. */
	candidates?: readonly string[]
	/** Rows of `marts.term_differences`, `field: agreed, found`. */
	differences?: readonly string[]
}

/** What was found of one story, in the words of a scenario. */
export type Found = {
	book: Book
	rows: BreakRow[]
	breaks: string[]
	causes: Record<string, string>
	exceptions: string[]
	candidates: string[]
	differences: string[]
}

/** Whatever the stories, none of these may have a row. */
const provingChecks = [
	'breaks_add_up_to_the_variance',
	'reporting_amounts_add_up',
	'cells_hold_all_bookings_and_revenue',
	'chains_add_up_to_the_deal',
	'shares_add_up_to_the_line',
	'roll_forward_proves_itself',
	'billings_roll_forward_proves_itself',
]

/** A world of stories: rows by table. */
export function worldOf(books: readonly Book[]): Map<string, Row[]> {
	const world = new Map<string, Row[]>()
	for (const book of books)
		for (const [table, rows] of book.rows) world.set(table, [...(world.get(table) ?? []), ...rows])
	return world
}

/** Builds a world and answers what `read` finds in it; fails when a check that proves the sums finds a problem. */
export async function buildWorld<Result>(
	world: ReadonlyMap<string, readonly Row[]>,
	tables: readonly string[],
	read: (session: Session) => Promise<Result>,
): Promise<Result> {
	const folder = mkdtempSync(path.join(tmpdir(), 'tieout-scenarios-'))
	try {
		mkdirSync(path.join(folder, 'given'))
		for (const [table, rows] of world) writeFileSync(path.join(folder, 'given', `${table}.csv`), csvOf(rows))
		const checks = provingChecks.map((name) => `checks.${name}`)
		const given = [path.join(casesFolder, 'given'), path.join(folder, 'given')]
		return await buildGiven(given, [...tables, ...checks], [ownModels], async (session) => {
			for (const check of checks) {
				const problems = await session.all(`select * from ${check} limit 3`)
				if (problems.length > 0) throw new Error(`${check}: ${JSON.stringify(problems)}`)
			}
			return await read(session)
		})
	} finally {
		rmSync(folder, { recursive: true, force: true })
	}
}

/** What was found of each scenario, in their order. */
export async function findAll(scenarios: readonly Scenario[]): Promise<Found[]> {
	const books = scenarios.map((scenario, at) => {
		const book = new Book(`S${at + 1}`)
		scenario.given(book)
		return book
	})
	const tables = ['marts.breaks', 'marts.exceptions', 'marts.link_candidates', 'marts.term_differences']
	return buildWorld(worldOf(books), tables, async (session) => {
		const breaks = await session.all<BreakRow>(
			`select code, period_id, cast(sum(amount) as decimal(38, 2)) as amount, currency, legal_entity, customer_id,
				min(cause) as cause, min(evidence) as evidence, item_id
			from marts.breaks where amount <> 0 group by all order by code, period_id, amount desc, currency, legal_entity, item_id`,
		)
		const exceptions = await session.all<ExceptionRow>('select * from marts.exceptions order by kind, subject_id')
		const differences = await session.all<DifferenceRow>('select * from marts.term_differences order by all')
		const candidates = await session.all<CandidateRow>(
			'select * from marts.link_candidates order by state, candidate_id',
		)
		return books.map((book) => foundOf(book, { breaks, exceptions, candidates, differences }))
	})
}

/** A break, added up per item, code and cell. */
export type BreakRow = Record<
	'code' | 'period_id' | 'amount' | 'currency' | 'legal_entity' | 'customer_id' | 'cause' | 'evidence' | 'item_id',
	string
>
type ExceptionRow = Record<'kind' | 'subject_id' | 'candidates', string>
type CandidateRow = Record<'candidate_id' | 'state', string> & Record<'opportunity_id' | 'order_id', string | null>
type DifferenceRow = Record<'difference_id' | 'field' | 'agreed_value' | 'found_value', string>

type Rows = {
	breaks: readonly BreakRow[]
	exceptions: readonly ExceptionRow[]
	candidates: readonly CandidateRow[]
	differences: readonly DifferenceRow[]
}

function foundOf(book: Book, { breaks, exceptions, candidates, differences }: Rows): Found {
	const isOwn = (id: string) => new RegExp(`:${book.mark}(?!\\d)`).test(id)
	const bare = (text: string | null) =>
		(text ?? '').replaceAll(new RegExp(`(salesforce:|netsuite:)?${book.mark}(?!\\d)`, 'g'), '')
	const own = breaks.filter((row) => isOwn(row.item_id))
	const home = book.crm('A')
	return {
		book,
		rows: own,
		breaks: own
			.map((row) =>
				[
					row.code,
					row.period_id,
					row.amount,
					row.currency === 'USD' ? '' : row.currency,
					row.legal_entity === 'US' ? '' : row.legal_entity,
					row.customer_id === home ? '' : bare(row.customer_id),
				]
					.filter(Boolean)
					.join(' '),
			)
			.sort(),
		causes: Object.fromEntries(
			own
				.filter((row) => row.cause)
				.map((row) => [row.code, bare(row.evidence ? `${row.cause}: ${row.evidence}` : row.cause)]),
		),
		exceptions: exceptions
			.filter((row) => isOwn(row.subject_id))
			.map((row) => [row.kind, bare(row.subject_id), bare(row.candidates)].filter(Boolean).join(' ')),
		candidates: candidates
			.filter((row) => [row.opportunity_id, row.order_id].every((id) => id === null || isOwn(id)))
			.map((row) => `${row.state} ${bare(row.opportunity_id) || '-'} ${bare(row.order_id) || '-'}`),
		differences: differences
			.filter((row) => isOwn(row.difference_id))
			.map((row) => `${row.field}: ${bare(row.agreed_value) || '–'}, ${bare(row.found_value) || '–'}`),
	}
}

function csvOf(rows: readonly Row[]): string {
	const columns = [...new Set(rows.flatMap(Object.keys))]
	const field = (value: unknown) => {
		if (value === null || value === undefined) return ''
		const text = String(value)
		return text === '' || /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
	}
	return [columns.join(','), ...rows.map((row) => columns.map((column) => field(row[column])).join(','))].join('\n')
}
