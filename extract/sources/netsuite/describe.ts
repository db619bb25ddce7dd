import { type Ask, type Column, type Description, typeUnknown } from '../../source.ts'
import { vendorCause } from '../../vendor-error.ts'
import { pageStatement, type SuiteqlQuery, suiteqlRequest } from './suiteql.ts'
import { unknownIdentifier } from './verdict.ts'

/** Record types whose metadata says which fields a table has; what SuiteQL alone reads has none. */
const recordTypes: Record<string, string> = { customer: 'customer', transaction: 'salesorder' }

/**
 * The columns of a table that SuiteQL answers for, found by asking for them; where there is a record type, its own fields too. Null
 * for tables of which all fields are always there: their first page says what is missing.
 */
export async function describeTable(query: SuiteqlQuery, ask: Ask): Promise<Description | null> {
	if (!Object.values(query.stream.columns).some(mayBeAbsent)) return null
	const known = await answeredFields(query, ask)
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
export function describeRequests({ stream, fields }: Pick<SuiteqlQuery, 'stream' | 'fields'>): number {
	if (!Object.values(stream.columns).some(mayBeAbsent)) return 0
	const missing = Object.keys(stream.columns).filter((name) => fields[name] === null).length
	return 1 + missing + (recordTypes[stream.object] ? 1 : 0)
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
			const name = Object.keys(fields).find((column) => fields[column]?.toLowerCase() === missing?.toLowerCase())
			if (!missing || !name) throw error
			fields[name] = null
		}
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
