import type { RecordUrl } from '../../extract/source.ts'
import { configurationSets } from '../../models/configuration-sets.ts'
import type { Config } from '../config.ts'
import { companyDate, endOfDay, startOfDay } from './calendar.ts'
import { calendarPeriods } from './calendar-schema.ts'
import { periodCloses } from './close-calendar.ts'
import { knownCurrencies } from './schema.ts'

/** One of the `raw.tieout__<name>` sets (`docs/architecture.md`): its columns in order, and rows of text. */
export type ConfigurationTable = { name: string; columns: string[]; rows: (string | null)[][] }

/** A person's decision about which records belong together, as the state keeps it. */
export type Decision = {
	kind: string
	crm_id: string
	erp_id: string
	reason: string | null
	decided_by: string
	decided_at: string
}

/** What a connection's source says where the configuration says nothing. */
export type ConnectionFacts = {
	referenceForm: string
	timeZone?: string | undefined
	recordUrl?: RecordUrl | undefined
	/** False for an ERP without sales orders. */
	hasOrders?: boolean
	/** What its options choose to take revenue from. */
	revenueFrom?: string | undefined
	/** The currency and the legal entity of records that name none. */
	ownCurrency?: string | undefined
	ownLegalEntity?: string | undefined
	/** What its raw tables are called before `__`. */
	tables?: string
	/** The names of the stages in which a deal is won or lost, where the system does not say so itself. */
	ownStages?: { won: readonly string[]; lost: readonly string[] } | undefined
}

/**
 * The configuration and the decisions as the tables that models read. `now` is the company's clock; the models get its date in the
 * company's zone and no finer, so that a second run on the same day finds nothing changed.
 */
export function configurationTables(
	config: Config,
	decisions: readonly Decision[],
	facts: Readonly<Record<string, ConnectionFacts>>,
	{ now }: { now: Date },
): ConfigurationTable[] {
	const today = companyDate(now, config.company.time_zone)
	const periods = calendarPeriods(config.calendar, today)
	return [
		table(
			'connections',
			[...configurationSets.connections],
			config.connections.map((connection, at) => [
				connection.name,
				connection.source,
				connection.role,
				facts[connection.name]?.referenceForm ?? 'text',
				facts[connection.name]?.timeZone ?? connection.time_zone ?? config.company.time_zone,
				plainUrl(facts[connection.name]?.recordUrl),
				String(facts[connection.name]?.hasOrders ?? true),
				facts[connection.name]?.revenueFrom ?? null,
				facts[connection.name]?.ownCurrency ?? null,
				facts[connection.name]?.ownLegalEntity ?? null,
				String(at + 1),
				facts[connection.name]?.tables ?? null,
				chosenField(connection, 'booked_amount'),
				chosenField(connection, 'booked_on'),
				betweenBars(facts[connection.name]?.ownStages?.won),
				betweenBars(facts[connection.name]?.ownStages?.lost),
			]),
		),
		table('record_links', ['connection', 'object', 'url'], recordLinkRows(facts)),
		table(
			'periods',
			[...configurationSets.periods],
			periods.map((period) => [
				period.periodId,
				period.startDate,
				period.endDate,
				period.year,
				period.quarter === null ? null : String(period.quarter),
				period.number === null ? null : String(period.number),
				startOfDay(period.startDate, config.company.time_zone),
				endOfDay(period.endDate, config.company.time_zone),
			]),
		),
		table(
			'period_closes',
			[...configurationSets.period_closes],
			periodCloses(config, periods).map((one) => [
				one.periodId,
				one.legalEntity,
				one.timeZone,
				one.endsAt,
				one.dueDate,
				one.startsAt,
			]),
		),
		table('legal_entities', ['legal_entity', 'connection', 'reference'], legalEntityRows(config)),
		table('product_codes', [...configurationSets.product_codes], productCodeRows(config)),
		table('scope', ['rule', 'value', 'currency'], scopeRows(config)),
		table(
			'currencies',
			['currency', 'minor_digits'],
			[...knownCurrencies(config)].map(([code, minorDigits]) => [code, String(minorDigits)]).sort(byFirst),
		),
		table('settings', ['name', 'value'], settingRows(config)),
		table(
			'decisions',
			['kind', 'crm_id', 'erp_id', 'reason', 'decided_by', 'decided_at'],
			decisions.map((one) => [one.kind, one.crm_id, one.erp_id, one.reason, one.decided_by, one.decided_at]),
		),
		table('field_owners', ['entity', 'field', 'owner', 'tolerance'], fieldOwnerRows(config)),
	]
}

/** The one address for all kinds of records; null where each has its own. */
function plainUrl(url: RecordUrl | undefined): string | null {
	return typeof url === 'string' ? url : null
}

function recordLinkRows(facts: Readonly<Record<string, ConnectionFacts>>): string[][] {
	return Object.entries(facts).flatMap(([connection, { recordUrl }]) =>
		typeof recordUrl === 'object' ? Object.entries(recordUrl).map(([object, url]) => [connection, object, url]) : [],
	)
}

function table(name: string, columns: string[], rows: (string | null)[][]): ConfigurationTable {
	return { name, columns, rows }
}

function legalEntityRows(config: Config): string[][] {
	return Object.entries(config.legal_entities).flatMap(([code, byConnection]) =>
		Object.entries(byConnection).flatMap(([connection, references]) =>
			references.map((reference) => [code, connection, reference]),
		),
	)
}

function productCodeRows({ product_codes: codes }: Config): string[][] {
	return Object.entries(codes).flatMap(([crmCode, erpCodes]) => erpCodes.map((erpCode) => [crmCode, erpCode]))
}

function scopeRows(config: Config): (string | null)[][] {
	const { go_live, minimum_amount, exclude_channels, exclude_accounts } = config.scope
	return [
		...(go_live ? [['go_live', go_live, null]] : []),
		...(minimum_amount ? [['minimum_amount', minimum_amount.amount, minimum_amount.currency]] : []),
		...exclude_channels.map((channel) => ['channel', channel, null]),
		...exclude_accounts.map((account) => ['account', account, null]),
	]
}

function settingRows(config: Config): string[][] {
	return [
		['reporting_currency', config.company.reporting_currency],
		['rate_policy', config.company.rate_policy],
		['materiality_amount', config.company.materiality],
		['time_zone', config.company.time_zone],
		...Object.entries(config.break_limits).map(([code, days]) => [`break_limit_days:${code}`, String(days)]),
		...config.links.flatMap(({ crm, erp, orders = [] }) =>
			orders.map((rule, at) => [`order_links:${crm}:${erp}:${rule}`, String(at + 1)]),
		),
		...config.links.flatMap(({ crm, erp, lines = [] }) =>
			lines.map((rule, at) => [`line_links:${crm}:${erp}:${rule}`, String(at + 1)]),
		),
		...config.links.flatMap(({ crm, erp, invoices }) =>
			invoices === 'parts' ? [[`invoices_bill_parts:${crm}:${erp}`, '1']] : [],
		),
		...config.ageing_buckets.map((days, index) => [`ageing_bucket:${index + 1}`, String(days)]),
	]
}

function fieldOwnerRows(config: Config): string[][] {
	return Object.entries(config.field_owners).flatMap(([entity, fields]) =>
		Object.entries(fields).map(([field, { owner, tolerance }]) => [entity, field, owner, tolerance]),
	)
}

/** The field that deals have their amount or date in, where the configuration names another one than the usual. */
function chosenField({ fields }: Config['connections'][number], name: 'booked_amount' | 'booked_on'): string | null {
	const [found] = Object.entries(fields).filter(([field]) => field === name || field.endsWith(`.${name}`))
	return found?.[1] ?? null
}

function betweenBars(names: readonly string[] | undefined): string | null {
	return names ? `|${names.join('|')}|` : null
}

function byFirst(a: string[], b: string[]): number {
	return a[0]! < b[0]! ? -1 : 1
}
