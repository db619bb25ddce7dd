import { type ExpressionBuilder, type Kysely, sql } from 'kysely'
import { TieoutError } from '../../models/error.ts'
import type { CertificatesTable, ChecksTable, PeriodsTable, RollForwardTable, Schema } from '../../models/schema.ts'
import { addDecimals, subtractDecimals } from '../decimal.ts'
import { readCertificates, readCheckCounts } from './month-evidence.ts'

/** What the month's page was narrowed to. With a currency every amount is in it; else in the reporting currency. */
export type MonthFilter = { legal_entity?: string | undefined; currency?: string | undefined }

/** Bookings, billings, revenue and variance of something, as decimal text. */
export type Measures = { bookings: string; billings: string; revenue: string; variance: string }

/** Measures of this period and of the one before, of one currency, legal entity or customer. */
export type MeasuredGroup = Measures & { name: string; id: string; previous: Measures }

/** What cells without a valid rate would be at the CRM's rates, in the reporting currency: beside the totals, never in them. */
export type Memo = { bookings: string; revenue: string; variance: string }

/** The cells of one currency that have no valid rate in the period, in that currency. `memo` is null where a cell has no rate of the CRM either. */
export type UnvalidatedGroup = Measures & { currency: string; memo: Memo | null }

/** All breaks of one code in the period. `amount` leaves out the `unpricedCount` that have no valid rate. */
export type CodeGroup = {
	code: string
	count: number
	unpricedCount: number
	newCount: number
	amount: string
	oldestDate: string | null
	previousAmount: string
}

/** Everything that the page of a period shows. */
export type Month = {
	period: PeriodsTable
	previousPeriod: string | null
	nextPeriod: string | null
	filter: MonthFilter
	currency: string
	figures: Measures & { unexplained: string }
	previousFigures: (Measures & { unexplained: string }) | null
	codes: CodeGroup[]
	/** In their own currency, never added up; with a valid rate or without. */
	byCurrency: MeasuredGroup[]
	/** What of them has no valid rate and so is in no figure of the reporting currency. */
	unvalidated: UnvalidatedGroup[]
	byEntity: MeasuredGroup[]
	byCustomer: MeasuredGroup[]
	customerCount: number
	/** Every period that has unexplained breaks, newest first. `amount` adds them up whatever their sign, in the reporting currency. */
	unexplainedPeriods: UnexplainedGroup[]
	rollForward: RollForwardTable[]
	/** From bookings to revenue, per step and currency, in the order of both. */
	steps: RollForwardStep[]
	certificates: CertificatesTable[]
	checks: { status: ChecksTable['status']; count: number }[]
	entities: string[]
	currencies: string[]
}

/** Unexplained breaks of one period; `unpricedCount` of them have no rate and are not in the amount. */
export type UnexplainedGroup = {
	period_id: string
	isComplete: boolean
	count: number
	unpricedCount: number
	amount: string
	netAmount: string
}

/** How many customers the month's page lists, the largest variance first. */
export const listedCustomers = 15

/** Reads a period's page. Throws `not_found` for a period that the calendar doesn't have, `usage` for a legal entity or currency that no period has. */
export async function readMonth(
	db: Kysely<Schema>,
	periodId: string,
	filter: MonthFilter,
	reportingCurrency: string,
): Promise<Month> {
	const { period, previous, next } = await readPeriods(db, periodId)
	await requireKnownFilter(db, filter)
	const scope = { period: periodId, previous, filter }
	const [
		byCurrency,
		unvalidated,
		entities,
		customers,
		codes,
		unexplainedPeriods,
		rollForward,
		steps,
		certificates,
		checks,
		choices,
	] = await Promise.all([
		readCurrencies(db, scope),
		readUnvalidated(db, scope),
		readGroups(db, scope, { id: 'legal_entity', name: 'legal_entity', limit: 1000 }),
		readGroups(db, scope, { id: 'customer_id', name: 'customer_name', limit: listedCustomers }),
		readCodes(db, scope, period.start_date),
		readUnexplained(db),
		readRollForward(db, periodId, filter),
		readSteps(db, periodId, filter),
		readCertificates(db),
		readCheckCounts(db),
		readChoices(db, periodId),
	])
	const unexplained = (of: 'amount' | 'previousAmount') =>
		codes.find((code) => code.code === 'unexplained')?.[of] ?? '0'
	return {
		period,
		previousPeriod: previous,
		nextPeriod: next,
		filter,
		currency: filter.currency ?? reportingCurrency,
		figures: { ...sumGroups(entities.groups), unexplained: unexplained('amount') },
		previousFigures: previous
			? { ...sumGroups(entities.groups.map((group) => group.previous)), unexplained: unexplained('previousAmount') }
			: null,
		codes,
		byCurrency,
		unvalidated,
		byEntity: entities.groups,
		byCustomer: customers.groups,
		customerCount: customers.count,
		unexplainedPeriods,
		rollForward,
		steps,
		certificates,
		checks,
		...choices,
	}
}

/** One step from bookings to revenue in the period, of one currency: opening + additions − reductions − differences = closing. */
export type RollForwardStep = {
	step: string
	currency: string
	opening: string
	additions: string
	reductions: string
	differences: string
	closing: string
}

async function readSteps(db: Kysely<Schema>, period: string, filter: MonthFilter): Promise<RollForwardStep[]> {
	const sum = (name: string) => sql<string>`cast(sum(${sql.ref(name)}) as varchar)`
	let query = db.selectFrom('marts.billings_roll_forward').where('period_id', '=', period)
	if (filter.legal_entity) query = query.where('legal_entity', '=', filter.legal_entity)
	if (filter.currency) query = query.where('currency', '=', filter.currency)
	return await query
		.select([
			'step',
			'currency',
			sum('opening_amount').as('opening'),
			sum('addition_amount').as('additions'),
			sum('reduction_amount').as('reductions'),
			sum('difference_amount').as('differences'),
			sum('closing_amount').as('closing'),
		])
		.groupBy(['step', 'step_number', 'currency'])
		.orderBy('currency')
		.orderBy('step_number')
		.execute()
}

/** The newest period that has ended and is not among the locked, or else the newest that has a cell; null when there is none. */
export async function newestPeriod(
	db: Kysely<Schema>,
	locked: ReadonlySet<string> = new Set(),
): Promise<string | null> {
	const rows = await db
		.selectFrom('marts.periods')
		.select(['period_id', 'is_complete'])
		.where('period_id', 'in', db.selectFrom('marts.cells').select('period_id'))
		.orderBy('start_date', 'desc')
		.execute()
	const ended = rows.filter((row) => row.is_complete)
	return (ended.find((row) => !locked.has(row.period_id)) ?? ended[0] ?? rows[0])?.period_id ?? null
}

type Scope = { period: string; previous: string | null; filter: MonthFilter }

async function readPeriods(db: Kysely<Schema>, periodId: string) {
	const periods = await db.selectFrom('marts.periods').selectAll().orderBy('start_date').execute()
	const index = periods.findIndex((period) => period.period_id === periodId)
	const period = periods[index]
	if (!period)
		throw new TieoutError('not_found', 'month.unknown', `there is no period "${periodId}" that has begun`, {
			where: `/month/${periodId}`,
			allowed: periods.length > 0 ? [`${periods[0]!.period_id} to ${periods.at(-1)!.period_id}`] : [],
			next: 'open one of these; a later one is there once it has begun, if the calendar in tieout.yml has it',
		})
	return { period, previous: periods[index - 1]?.period_id ?? null, next: periods[index + 1]?.period_id ?? null }
}

/** Zeros of a legal entity that is none would read as a month without bookings. One that has none this month is known all the same. */
async function requireKnownFilter(db: Kysely<Schema>, filter: MonthFilter): Promise<void> {
	for (const name of ['legal_entity', 'currency'] as const) {
		const value = filter[name]
		if (value === undefined) continue
		const cells = await db.selectFrom('marts.cells').select(`${name} as value`).distinct().execute()
		const closes =
			name === 'legal_entity'
				? await db.selectFrom('marts.period_closes').select('legal_entity as value').distinct().execute()
				: []
		const known = [...new Set([...cells, ...closes].map((row) => row.value))].sort()
		if (known.includes(value)) continue
		throw new TieoutError('usage', 'month.filter', `no period has the ${name.replace('_', ' ')} "${value}"`, {
			where: `?${name}=${value}`,
			allowed: known,
			next: 'open the month with one of these, or without the filter',
		})
	}
}

/** The cells of this period and the one before, narrowed. */
function cellsOf(db: Kysely<Schema>, { period, previous, filter }: Scope) {
	let query = db.selectFrom('marts.cells').where('period_id', 'in', [period, previous ?? period])
	if (filter.legal_entity) query = query.where('legal_entity', '=', filter.legal_entity)
	if (filter.currency) query = query.where('currency', '=', filter.currency)
	return query
}

/** Each currency with all its cells, of both periods. */
async function readCurrencies(db: Kysely<Schema>, scope: Scope): Promise<MeasuredGroup[]> {
	const rows = await cellsOf(db, scope)
		.select((cells) => ['period_id', 'currency', ...ownMeasures(cells)])
		.groupBy(['period_id', 'currency'])
		.orderBy('currency')
		.execute()
	const groups = Map.groupBy(rows, (row) => row.currency)
	return [...groups].map(([currency, group]) => measuredGroup(group, scope, currency, currency))
}

/** The part of each currency that has no valid rate in this period: a rate may be missing for some of its cells only. */
async function readUnvalidated(db: Kysely<Schema>, scope: Scope): Promise<UnvalidatedGroup[]> {
	const rows = await cellsOf(db, { ...scope, previous: null })
		.where('is_validated', '=', false)
		.select((cells) => [
			'currency',
			...ownMeasures(cells),
			cells.fn.sum<string | null>('bookings_memo_amount').as('bookings_memo'),
			cells.fn.sum<string | null>('revenue_memo_amount').as('revenue_memo'),
			cells.fn.sum<string | null>('variance_memo_amount').as('variance_memo'),
			// One cell without a rate of the CRM either, and there is no memo: a part would pass for the whole.
			sql<boolean>`count(variance_memo_amount) = count(*)`.as('has_memo'),
		])
		.groupBy('currency')
		.orderBy('currency')
		.execute()
	return rows.map((row) => ({ currency: row.currency, ...sumGroups([row]), memo: memoOf(row) }))
}

function ownMeasures(cells: ExpressionBuilder<Schema, 'marts.cells'>) {
	return measures.map((measure) => cells.fn.sum<string>(`${measure}_amount`).as(measure))
}

type MemoRow = Record<'bookings_memo' | 'revenue_memo' | 'variance_memo', string | null> & { has_memo: boolean }

function memoOf(row: MemoRow): Memo | null {
	if (!row.has_memo) return null
	const { bookings_memo: bookings, revenue_memo: revenue, variance_memo: variance } = row
	return bookings === null || revenue === null || variance === null ? null : { bookings, revenue, variance }
}

type GroupColumn = 'legal_entity' | 'customer_id'

/** One row per legal entity or customer, both periods in it, the largest variance first; `limit` of them, and how many there are. */
async function readGroups(
	db: Kysely<Schema>,
	scope: Scope,
	{ id, name, limit }: { id: GroupColumn; name: 'legal_entity' | 'customer_name'; limit: number },
): Promise<{ groups: MeasuredGroup[]; count: number }> {
	const { period, previous, filter } = scope
	const middle = filter.currency ? '' : 'reporting_'
	const sum = (measure: string, of: string | null) => sql<string>`coalesce(sum(${sql.ref(`${measure}_${middle}amount`)})
		filter (where period_id = cast(${of} as varchar)), 0)`
	let query = cellsOf(db, scope)
	if (!filter.currency) query = query.where('is_validated', '=', true)
	const rows = await query
		.select([
			sql<string>`${sql.ref(id)}`.as('id'),
			sql<string>`min(${sql.ref(name)})`.as('name'),
			sql<string>`count(*) over ()`.as('count'),
			...measures.flatMap((measure) => [
				sum(measure, period).as(measure),
				sum(measure, previous).as(`previous_${measure}` as `previous_${typeof measure}`),
			]),
		])
		.groupBy(id)
		.orderBy(sql`abs(variance) desc, abs(previous_variance) desc, id`)
		.limit(limit)
		.execute()
	return { groups: rows.map(groupOf), count: Number(rows[0]?.count ?? 0) }
}

const measures = ['bookings', 'billings', 'revenue', 'variance'] as const

type GroupRow = Measures & { id: string; name: string } & {
	[measure in keyof Measures as `previous_${measure}`]: string
}

function groupOf({ id, name, bookings, billings, revenue, variance, ...row }: GroupRow): MeasuredGroup {
	const previous = {
		bookings: row.previous_bookings,
		billings: row.previous_billings,
		revenue: row.previous_revenue,
		variance: row.previous_variance,
	}
	return { id, name, bookings, billings, revenue, variance, previous }
}

type MeasureRow = Measures & { period_id: string }

function measuredGroup(rows: MeasureRow[], { period, previous }: Scope, id: string, name: string): MeasuredGroup {
	const of = (wanted: string | null) => sumGroups(rows.filter((row) => row.period_id === wanted))
	return { id, name, ...of(period), previous: of(previous) }
}

function sumGroups(rows: Measures[]): Measures {
	const sum = (measure: keyof Measures) => addDecimals(['0.0000', ...rows.map((row) => row[measure])])
	return { bookings: sum('bookings'), billings: sum('billings'), revenue: sum('revenue'), variance: sum('variance') }
}

async function readCodes(db: Kysely<Schema>, scope: Scope, startDate: string): Promise<CodeGroup[]> {
	const { period, previous, filter } = scope
	const amount = filter.currency ? sql.ref('amount') : sql.ref('reporting_amount')
	let query = db.selectFrom('marts.breaks').where('period_id', 'in', [period, previous ?? period])
	if (filter.legal_entity) query = query.where('legal_entity', '=', filter.legal_entity)
	if (filter.currency) query = query.where('currency', '=', filter.currency)
	const rows = await query
		.select([
			'period_id',
			'code',
			sql<string>`count(*)`.as('count'),
			sql<string>`count(*) - count(${amount})`.as('unpriced'),
			sql<string>`count(*) filter (where opened_date >= cast(${startDate} as date))`.as('new_count'),
			sql<string>`coalesce(sum(${amount}), 0)`.as('amount'),
			sql<string | null>`min(opened_date)`.as('oldest'),
		])
		.groupBy(['period_id', 'code'])
		.execute()
	const groups = [...Map.groupBy(rows, (row) => row.code)].map(([code, group]) => {
		const current = group.find((row) => row.period_id === period)
		return {
			code,
			count: Number(current?.count ?? 0),
			unpricedCount: Number(current?.unpriced ?? 0),
			newCount: Number(current?.new_count ?? 0),
			amount: current?.amount ?? '0.0000',
			oldestDate: current?.oldest ?? null,
			previousAmount: group.find((row) => row.period_id === previous)?.amount ?? '0.0000',
		}
	})
	return groups.sort((a, b) => bySize(a.amount, b.amount) || a.code.localeCompare(b.code))
}

/** Largest first, whatever the sign. */
function bySize(a: string, b: string): number {
	const difference = subtractDecimals(b.replace('-', ''), a.replace('-', ''))
	return difference.startsWith('-') ? -1 : /[1-9]/.test(difference) ? 1 : 0
}

async function readRollForward(db: Kysely<Schema>, period: string, filter: MonthFilter): Promise<RollForwardTable[]> {
	let query = db.selectFrom('marts.roll_forward').selectAll().where('period_id', '=', period)
	if (filter.currency) query = query.where('currency', '=', filter.currency)
	return await query.orderBy('currency').orderBy('code').execute()
}

/** Of the whole company: materiality is the company's. */
async function readUnexplained(db: Kysely<Schema>): Promise<UnexplainedGroup[]> {
	const rows = await db
		.selectFrom('marts.breaks as breaks')
		.innerJoin('marts.periods as periods', 'periods.period_id', 'breaks.period_id')
		.select([
			'periods.period_id',
			'periods.is_complete',
			sql<string>`count(*)`.as('count'),
			sql<string>`count(*) - count(breaks.reporting_amount)`.as('unpriced'),
			sql<string>`coalesce(sum(abs(breaks.reporting_amount)), 0)`.as('amount'),
			sql<string>`coalesce(sum(breaks.reporting_amount), 0)`.as('net'),
		])
		.where('breaks.code', '=', 'unexplained')
		.groupBy(['periods.period_id', 'periods.start_date', 'periods.is_complete'])
		.orderBy('periods.start_date', 'desc')
		.execute()
	return rows.map((row) => ({
		period_id: row.period_id,
		isComplete: row.is_complete,
		count: Number(row.count),
		unpricedCount: Number(row.unpriced),
		amount: row.amount,
		netAmount: row.net,
	}))
}

/** Legal entities and currencies that the period has, to narrow it to. */
async function readChoices(db: Kysely<Schema>, period: string) {
	const rows = await db
		.selectFrom('marts.cells')
		.select(['legal_entity', 'currency'])
		.where('period_id', '=', period)
		.groupBy(['legal_entity', 'currency'])
		.execute()
	const distinct = (values: string[]) => [...new Set(values)].sort()
	return {
		entities: distinct(rows.map((row) => row.legal_entity)),
		currencies: distinct(rows.map((row) => row.currency)),
	}
}
