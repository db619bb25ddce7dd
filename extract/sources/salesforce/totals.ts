import { columns, snakeCase } from '../../columns.ts'
import { notThisReport } from '../../report-lines.ts'
import type { Query, Stream } from '../../source.ts'
import type { SalesforceOptions } from './salesforce.ts'

/** An aggregate query answers no more groups than these, and has no further pages. */
export const mostGroups = 2000

/** The group of deals that name no legal entity, and the one group of an org that has no field for it. */
const [noEntity, allEntities] = ['(none)', '(all)']

/**
 * What Salesforce itself adds up of won opportunities, by the deal's own legal entity where the org has a field for it. In an org with
 * several currencies the sums come in the corporate currency, converted at the rates of the close dates, whatever they are grouped by. In
 * an org with one, which is an option of the connection, they can't be grouped by currency: it stands beside them.
 */
export const bookingTotals: Stream = {
	name: 'booking_totals',
	object: 'Opportunity',
	key: ['close_date', 'currency_iso_code', 'entity_group'],
	columns: columns(
		'CloseDate:date CurrencyIsoCode:currency entityGroup total:price dealCount:integer *?legal_entity=Legal_Entity__c',
		snakeCase,
	),
	cursor: null,
	freshness: { warn: 60, error: 240 },
	priority: 1,
}

/** Members of a group that are no fields of the object. */
export const groupMembers = { entityGroup: 'string', total: 'double', dealCount: 'int' }

type Totals = Pick<Query<SalesforceOptions>, 'fields' | 'after' | 'options'>

/** Is it sums that the stream is made of? */
export function isTotals({ stream }: Pick<Query<unknown>, 'stream'>): boolean {
	return stream.name === bookingTotals.name
}

/** The sums behind a group, in the order of the groups; what lies in the recycle bin is in no report. */
export function totalsQuery({ fields, after, options }: Totals): string {
	const entity = fields['legal_entity']
	const groups = ['CloseDate', ...(options.currency ? [] : ['CurrencyIsoCode']), ...(entity ? [entity] : [])]
	const behind = after?.['close_date'] ? ` and (${behindGroup(after, groups)})` : ''
	const order = groups.map((group) => `${group} asc`).join(', ')
	return `select ${groups.join(', ')}, SUM(Amount) total, COUNT(Id) dealCount from Opportunity where IsWon = true and IsDeleted = false${behind} group by ${groups.join(', ')} order by ${order} limit ${mostGroups}`
}

/** What lies behind a group: a greater value of one field, and of those before it the same. Groups without a legal entity come first. */
function behindGroup(after: Record<string, string | null>, [date = '', ...others]: string[]): string {
	const steps = [`${date} > ${after['close_date']}`]
	let same = `${date} = ${after['close_date']}`
	for (const field of others) {
		const group = field === 'CurrencyIsoCode' ? after['currency_iso_code'] : after['entity_group']
		const value = group === noEntity ? null : `'${(group ?? '').replace(/['\\]/g, '\\$&')}'`
		steps.push(`(${same} and ${field} ${value === null ? '!= null' : `> ${value}`})`)
		same += ` and ${field} = ${value}`
	}
	return steps.join(' or ')
}

/** The groups of a page, each with the name of its legal entity and its currency, as a key must have both. */
export function totalsLines(page: unknown, { fields, options }: Totals): Record<string, string | null>[] {
	const records = (page as { records?: Record<string, string | null>[] } | null)?.records
	if (!Array.isArray(records)) throw notThisReport('Opportunity', 'the answer holds no groups')
	const entity = fields['legal_entity']
	return records.map((record) => ({
		...record,
		...(options.currency && { CurrencyIsoCode: options.currency }),
		entityGroup: entity ? record[entity] || noEntity! : allEntities!,
	}))
}
