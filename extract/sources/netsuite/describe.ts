import { type Ask, type Column, type Description, type Stream, typeUnknown } from '../../source.ts'
import { vendorCause } from '../../vendor-error.ts'
import {
	comesWithFeature,
	fullEdition,
	missingTable,
	namesCurrencies,
	refuseMissing,
	refusePresent,
	refuseSeveral,
	tellsOfFeature,
} from './edition.ts'
import { pageStatement, type SuiteqlQuery, suiteqlRequest } from './suiteql.ts'
import { unknownIdentifier } from './verdict.ts'

/** Record types whose metadata says which fields a table has; what SuiteQL alone reads has none. */
const recordTypes: Record<string, string> = { customer: 'customer', transaction: 'salesorder' }

/**
 * The columns of a table that SuiteQL answers for, found by asking for them; where there is a record type, its own fields too. Null
 * for tables of which all fields are always there: their first page says what is missing. Throws `netsuite.feature` where the account
 * lacks a feature that the options say it has, and the other way round.
 */
export async function describeTable(query: SuiteqlQuery, ask: Ask): Promise<Description | null> {
	const { stream, edition = fullEdition } = query
	if (!isAsked(stream)) return null
	await refusePresent(stream, edition, (table) => isThere(table, ask))
	const known = await answeredFields(query, ask)
	refuseMissing(stream, known, edition)
	if (namesCurrencies(stream, known, edition)) refuseSeveral(edition, await currenciesNamed(query, ask))
	const type = recordTypes[query.stream.object]
	const catalogued = type ? await cataloguedFields(type, ask) : { fields: {}, labels: {} }
	return {
		fields: {
			...catalogued.fields,
			...Object.fromEntries(known.map((field) => [field, catalogued.fields[field] ?? typeUnknown])),
		},
		labels: catalogued.labels,
	}
}

/** How many requests that takes: one more for each column that is not there, and one for the catalogue. */
export function describeRequests({
	stream,
	fields,
	edition = fullEdition,
}: Pick<SuiteqlQuery, 'stream' | 'fields' | 'edition'>): number {
	if (!isAsked(stream)) return 0
	const missing = Object.keys(stream.columns).filter((name) => fields[name] === null).length
	return 1 + missing + (recordTypes[stream.object] ? 1 : 0) + (tellsOfFeature(stream, edition) ? 1 : 0)
}

/** Is a table's answer needed to know what it has, or whether it is there at all? */
function isAsked(stream: Stream): boolean {
	return Object.values(stream.columns).some(mayBeAbsent) || comesWithFeature(stream)
}

/** Fields of the company's own, and those that come with a feature. */
function mayBeAbsent({ isCustom, isOptional }: Column): boolean {
	return isCustom === true || isOptional === true
}

/** Asks for all columns of one row; each refusal names a column that is not there. */
async function answeredFields(query: SuiteqlQuery, ask: Ask): Promise<string[]> {
	const fields = { ...query.fields }
	const window = { since: null, until: 0, signature: '' }
	for (;;) {
		try {
			await ask(suiteqlRequest(pageStatement({ ...query, fields, window }), 1))
			return Object.values(fields).filter((field) => field !== null)
		} catch (error) {
			const cause = vendorCause(error)
			const missing = cause?.action === 'drift' ? unknownIdentifier(cause.message) : null
			if (cause?.action === 'drift' && missing === null) throw missingTable(query.stream, error) ?? error
			const name = Object.keys(fields).find((column) => fields[column]?.toLowerCase() === missing?.toLowerCase())
			if (!missing || !name) throw error
			fields[name] = null
		}
	}
}

/** The least and the greatest currency that a table's records name; null where they name none. */
async function currenciesNamed({ stream }: SuiteqlQuery, ask: Ask): Promise<[string, string] | null> {
	const from = `FROM ${stream.object}${stream.filter ? ` WHERE ${stream.filter}` : ''}`
	const { json } = await ask(suiteqlRequest(`SELECT MIN(currency) AS least, MAX(currency) AS greatest ${from}`, 1))
	const [named] = (json as { items: { least?: string; greatest?: string }[] }).items
	return named?.least && named.greatest ? [named.least, named.greatest] : null
}

/** Does NetSuite answer for a table? Without its feature, and without permission, it does not. */
async function isThere(table: string, ask: Ask): Promise<boolean> {
	try {
		await ask(suiteqlRequest(`SELECT id FROM ${table} ORDER BY id ASC`, 1))
		return true
	} catch (error) {
		if (['drift', 'denied'].includes(vendorCause(error)?.action ?? '')) return false
		throw error
	}
}

async function cataloguedFields(
	type: string,
	ask: Ask,
): Promise<{ fields: Record<string, string>; labels: Record<string, string> }> {
	const path = `/services/rest/record/v1/metadata-catalog/${type}`
	try {
		const { json } = await ask({ method: 'GET', path, headers: { accept: 'application/schema+json' } })
		const { properties = {} } = json as {
			properties?: Record<string, { type?: string; format?: string; title?: string }>
		}
		const entries = Object.entries(properties).map(([name, property]) => [name.toLowerCase(), property] as const)
		return {
			fields: Object.fromEntries(entries.map(([name, { type = 'object', format }]) => [name, format ?? type])),
			labels: Object.fromEntries(entries.map(([name, { title }]) => [name, title ?? name])),
		}
	} catch (error) {
		// The catalogue needs a permission of its own; SuiteQL's answer is enough to go on.
		if (vendorCause(error)) return { fields: {}, labels: {} }
		throw error
	}
}
