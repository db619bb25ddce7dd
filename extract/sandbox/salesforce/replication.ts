import { momentText } from '../clock.ts'
import { type Store, tableName } from '../store.ts'
import type { SalesforceObject } from './objects.ts'
import { wireMoment } from './record-json.ts'
import { SalesforceRefusal } from './refusal.ts'

const minute = 60_000
const day = 24 * 60 * minute

/** How far back deleted records are told: vendors' documentation speaks of 15 days; a job purges what is older. */
export type ReplicationOptions = { deletedDays: number }

/**
 * `sobjects/X/deleted/?start=&end=`: records put in the bin or purged in the span that are still gone. Seconds are ignored.
 * https://developer.salesforce.com/docs/platform/api-rest/guide/resources-getdeleted.html
 */
export function deletedRecords(
	object: SalesforceObject,
	store: Store,
	now: number,
	query: URLSearchParams,
	options: ReplicationOptions,
): unknown {
	const { start, end } = span(query, now)
	const earliest = wholeMinute(now - options.deletedDays * day)
	const isGone = `(_gone = 1${hasBin(object) ? ` or "IsDeleted" is 'true'` : ''})`
	const rows = store.database
		.prepare(
			`with lives as (
				select _id, _from, _until, ${isGone} as is_gone, lag(${isGone}, 1, 0) over (partition by _id order by _from, _version) as was_gone
				from ${tableName('salesforce', object.name)} where _from <= :now
			), gone as (
				select _id, max(_from) as deleted_at from lives where is_gone and not was_gone
				and _id in (select _id from lives where is_gone and _until > :now) group by _id
			)
			select _id as id, deleted_at as deletedAt from gone where deleted_at >= :start and deleted_at < :end order by deleted_at, id`,
		)
		.all({ now, start: Math.max(start, earliest), end }) as { id: string; deletedAt: number }[]
	return {
		deletedRecords: rows.map(({ id, deletedAt }) => ({ deletedDate: wireMoment(momentText(deletedAt)), id })),
		earliestDateAvailable: wireMoment(momentText(earliest)),
		latestDateCovered: wireMoment(momentText(end)),
	}
}

/** `sobjects/X/updated/?start=&end=`: ids of the records whose stamp lies in the span. */
export function updatedRecords(object: SalesforceObject, store: Store, now: number, query: URLSearchParams): unknown {
	const { start, end } = span(query, now)
	const rows = store.database
		.prepare(
			`select "Id" as id from ${tableName('salesforce', object.name)} where _from <= :now and _until > :now and _gone = 0
			and "SystemModstamp" >= :start and "SystemModstamp" < :end order by "SystemModstamp", id`,
		)
		.all({ now, start: momentText(start), end: momentText(end) }) as { id: string }[]
	return { ids: rows.map(({ id }) => id), latestDateCovered: wireMoment(momentText(end)) }
}

function hasBin(object: SalesforceObject): boolean {
	return object.fields.some(({ name }) => name === 'IsDeleted')
}

function span(query: URLSearchParams, now: number): { start: number; end: number } {
	const start = momentParameter(query, 'start')
	const end = Math.min(momentParameter(query, 'end'), wholeMinute(now))
	if (now - start > 30 * day)
		throw new SalesforceRefusal(400, 'INVALID_REPLICATION_DATE', 'start date must be within the last 30 days')
	if (start > now)
		throw new SalesforceRefusal(400, 'INVALID_REPLICATION_DATE', 'start date must be before the current time')
	if (end <= start) {
		throw new SalesforceRefusal(
			400,
			'INVALID_REPLICATION_DATE',
			'endDate must be at least one minute greater than startDate',
		)
	}
	return { start, end }
}

function momentParameter(query: URLSearchParams, name: string): number {
	const text = query.get(name)
	if (!text) throw new SalesforceRefusal(400, 'MISSING_ARGUMENT', `missing required parameter: ${name}`)
	// A `+` that was not encoded arrives as a space.
	const moment = Date.parse(text.replace(' ', '+'))
	if (Number.isNaN(moment)) throw new SalesforceRefusal(400, 'INVALID_QUERY_FILTER_OPERATOR', `invalid date: ${text}`)
	return wholeMinute(moment)
}

function wholeMinute(moment: number): number {
	return Math.floor(moment / minute) * minute
}
