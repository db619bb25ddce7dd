import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { CompiledQuery } from 'kysely'
import { TieoutError } from '../../models/error.ts'
import { freshnessOfAnyRelease } from '../../models/history-tables.ts'
import type { ResultColumn } from '../../models/warehouse.ts'
import type { PinnedQueries } from '../query/queries.ts'
import { canonicalJson, sha256 } from './canonical-json.ts'
import type { PaperScope, Rows } from './scope.ts'
import { type PaperTable, paperTables } from './tables.ts'

/** A generation that content is read from: a published one, or one that was built again as of a moment. */
export type ContentSource = {
	generation: string
	rows: Rows
	/** The bytes of a SELECT's CSV as the export writes them: rows, columns and sha256. */
	csv(sql: string, parameters: readonly string[]): Promise<{ columns: ResultColumn[]; rows: number; sha256: string }>
}

/** What the configuration says about signing, as it stands in a content. Amounts are text. */
export type PaperSettings = Record<string, unknown>

export type Totals = {
	/** Of the cells in this currency. `reporting`: all validated cells in the reporting currency. */
	currency: string
	is_reporting: boolean
	bookings: string
	billings: string
	revenue: string
	variance: string
	/** The sum of unexplained breaks, and of them without their signs: what materiality is about. */
	unexplained: string
	unexplained_absolute: string
}

/**
 * What a paper says, and all that it follows from: the same bytes from any generation that knows the same, and from the same moment
 * built again by the recorded version with the recorded settings.
 */
export type Content = {
	schema: 'tieout.paper/1'
	/** tieout's own. */
	version: string
	paper: string
	period: { id: string; start: string; end: string; is_complete: boolean }
	entity: string | null
	tables: Record<string, { columns: string[]; rows: number; sha256: string }>
	totals: Totals[]
	/** Of each model its SQL's sha256. */
	models: Record<string, string>
	/** sha256 over the rates in use. */
	rates: string
	settings: PaperSettings
	/** Every check on the data, by name: what it found. */
	checks: { name: string; severity: string; is_blocking: boolean; status: string; problems: string }[]
}

/** What was known about the data when it was signed: where it came from and how it was proved. It is no part of the content's hash. */
export type Basis = {
	generation: string
	/** UTC, as DuckDB writes it. */
	loaded_until: string
	extracted_until: string
	certificates: {
		stream: string
		verdict: string
		reason: string | null
		source_rows: string | null
		loaded_rows: string | null
		quarantined_rows: string | null
		money: string | null
		certified_at: string
	}[]
	/** `outcome`, `problem`: how and why its newest run left it as it was; `is_read`: whether any mart stands on it. Older releases say neither. */
	freshness: {
		stream: string
		status: string
		watermark: string | null
		outcome?: string | null
		problem?: string | null
		is_read?: boolean | null
	}[]
}

/** The content of a paper, its hash, and what its data was known to be. */
export type PaperContent = { content: Content; hash: string; basis: Basis }

/** Reads the content of a paper from one generation. Asks only through query processes; takes as long as its CSV files. */
export async function readContent(
	source: ContentSource,
	scope: PaperScope,
	settings: PaperSettings,
	{ version = ownVersion() }: { version?: string } = {},
): Promise<PaperContent> {
	const tables = await paperTables(source.rows, scope)
	const [totals, models, rates, checks, basis] = await Promise.all([
		readTotals(source.rows, scope),
		readModels(source.rows),
		paperRates(source.rows, scope),
		readChecks(source.rows),
		readBasis(source),
	])
	const content: Content = {
		schema: 'tieout.paper/1',
		version,
		paper: scope.paper,
		period: { id: scope.periodId, start: scope.startDate, end: scope.endDate, is_complete: scope.isComplete },
		entity: scope.entity,
		tables: await readTables(source, tables),
		totals,
		models,
		rates: sha256(canonicalJson(rates)),
		settings,
		checks,
	}
	return { content, hash: contentHash(content), basis }
}

/** sha256 of the canonical JSON. */
export function contentHash(content: Content): string {
	return sha256(canonicalJson(content))
}

/** A pinned generation as a source of content. */
export function contentSource(pinned: PinnedQueries): ContentSource {
	return {
		generation: pinned.generation,
		rows: rowsOf(pinned),
		csv: async (sql, parameters) => {
			const started = await pinned.exportFile(sql, parameters, { totals: [] })
			const hash = createHash('sha256')
			for await (const chunk of started.stream) hash.update(chunk as Buffer)
			const { columns, rows } = await started.manifest
			return { columns, rows, sha256: hash.digest('hex') }
		},
	}
}

/** Any SELECT on a pinned generation, through its reports process. */
export function rowsOf({ reports }: PinnedQueries): Rows {
	return async (sql, parameters = []) =>
		(await reports.executeQuery(CompiledQuery.raw(sql, [...parameters]))).rows as Record<string, unknown>[]
}

/** The version of tieout that is running. */
export function ownVersion(): string {
	const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
	return (JSON.parse(text) as { version: string }).version
}

async function readTables(source: ContentSource, tables: readonly PaperTable[]): Promise<Content['tables']> {
	const found: Content['tables'] = {}
	for (const { name, sql, parameters } of tables) {
		const { columns, rows, sha256: hash } = await source.csv(sql, parameters)
		found[name] = { columns: columns.map((column) => `${column.name} ${column.type}`), rows, sha256: hash }
	}
	return found
}

async function readTotals(rows: Rows, scope: PaperScope): Promise<Totals[]> {
	const isOfEntity = scope.entity !== null
	const where = `period_id = $1${isOfEntity ? ' and legal_entity = $2' : ''}`
	const amount = (name: string) => `cast(coalesce(sum(${name}), 0) as varchar)`
	const parts = (currency: string, isReporting: boolean, kind: string) => `
		select ${currency} as currency, ${isReporting} as is_reporting, ${amount(`bookings_${kind}`)} as bookings,
			${amount(`billings_${kind}`)} as billings, ${amount(`revenue_${kind}`)} as revenue, ${amount(`variance_${kind}`)} as variance,
			${amount(`unexplained_${kind}`)} as unexplained, ${amount(`unexplained_absolute_${kind}`)} as unexplained_absolute
		from joined group by 1`
	const found = await rows(
		`with cells as (select * from marts.cells where ${where}),
		unexplained as (
			select customer_id, currency, legal_entity, sum(amount) as unexplained_amount, sum(abs(amount)) as unexplained_absolute_amount,
				sum(reporting_amount) as unexplained_reporting_amount, sum(abs(reporting_amount)) as unexplained_absolute_reporting_amount
			from marts.breaks where ${where} and code = 'unexplained' group by customer_id, currency, legal_entity
		),
		joined as (
			select cells.*, unexplained.* exclude (customer_id, currency, legal_entity) from cells
			left join unexplained on cells.customer_id = unexplained.customer_id and cells.currency = unexplained.currency
				and cells.legal_entity = unexplained.legal_entity
		)
		${parts('reporting_currency', true, 'reporting_amount')} union all ${parts('currency', false, 'amount')}
		order by is_reporting desc, currency`,
		isOfEntity ? [scope.periodId, scope.entity] : [scope.periodId],
	)
	return found as Totals[]
}

/** Of each model of a generation its SQL's sha256. */
export async function readModels(rows: Rows): Promise<Content['models']> {
	const found = (await rows('select name, sql from tieout.models order by name')) as {
		name: string
		sql: string | null
	}[]
	return Object.fromEntries(found.map(({ name, sql }) => [name, sha256(sql ?? '')]))
}

/** The policy rate of each currency, and the rate of its memos: what a content's hash of rates is over, as canonical JSON. */
export async function paperRates(rows: Rows, { periodId }: PaperScope): Promise<Record<string, unknown>[]> {
	return await rows(
		`select distinct currency, reporting_currency, cast(policy_rate as varchar) as policy_rate, cast(memo_rate as varchar) as memo_rate
		from marts.cells where period_id = $1 order by all`,
		[periodId],
	)
}

/** Those that look at data: they come out the same when the moment is built again. Others (error rates) look at what runs did. */
async function readChecks(rows: Rows): Promise<Content['checks']> {
	return (await rows(
		`select check_name as name, severity, is_blocking, status, cast(problem_count as varchar) as problems from tieout.checks
		where coalesce(sql, '') <> '' order by check_name`,
	)) as Content['checks']
}

async function readBasis({ generation, rows }: ContentSource): Promise<Basis> {
	const [clocks] = (await rows(
		`select cast(loaded_until as varchar) as loaded_until, cast(extracted_until as varchar) as extracted_until from tieout.generation`,
	)) as { loaded_until: string; extracted_until: string }[]
	if (!clocks)
		throw new TieoutError('data', 'close.no_generation', `generation ${generation} does not say what it stands on`)
	const certificates = await rows(
		`select connection || '.' || stream as stream, verdict, reason, cast(source_rows as varchar) as source_rows,
			cast(loaded_rows as varchar) as loaded_rows, cast(quarantined_rows as varchar) as quarantined_rows, money,
			cast(certified_at as varchar) as certified_at
		from tieout.certificates
		qualify row_number() over (partition by connection, stream order by certified_at desc) = 1 order by 1`,
	)
	const freshness = await rows(
		`select connection || '.' || stream as stream, status, cast(watermark as varchar) as watermark,
			outcome, problem, is_read
		from ${freshnessOfAnyRelease} order by 1`,
	)
	return {
		generation,
		...clocks,
		certificates: certificates as Basis['certificates'],
		freshness: freshness as Basis['freshness'],
	}
}
