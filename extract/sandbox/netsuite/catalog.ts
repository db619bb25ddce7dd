import type { ValueKind } from '../stored-value.ts'
import { NetsuiteRefusal } from './refusal.ts'
import { type NetsuiteColumn, type NetsuiteTable, transactionRecords } from './tables.ts'

const path = '/services/rest/record/v1/metadata-catalog'

/** The list of record types that the role sees: `metadata-catalog/`. */
export function catalog(tables: NetsuiteTable[], base: string): unknown {
	const items = recordTypes(tables).map((name) => ({ name, links: linksOf(`${base}${path}/${name}`) }))
	return { items, links: [{ rel: 'self', href: `${base}${path}` }] }
}

/**
 * The JSON Schema of one record type: `metadata-catalog/X`. What SuiteQL reads but the record API does not know (lines,
 * links, rates) is not there; a reference is an object with an id. Throws NetsuiteRefusal (404).
 */
export function recordSchema(type: string, tables: NetsuiteTable[]): unknown {
	const found = recordTypes(tables).find((name) => name.toLowerCase() === type.toLowerCase())
	const isTransaction = found !== undefined && found in transactionRecords
	const table = tables.find(({ name, record }) => (isTransaction ? name === 'transaction' : record === found))
	if (!found || !table) throw new NetsuiteRefusal(404, 'NONEXISTENT_ID', `Record type '${type}' does not exist.`)
	const properties = table.columns.map((column) => [column.recordName, property(column)])
	return {
		type: 'object',
		properties: Object.fromEntries(properties),
		$schema: 'http://json-schema.org/draft-06/hyper-schema#',
	}
}

function recordTypes(tables: NetsuiteTable[]): string[] {
	const own = tables.map(({ record }) => record).filter((record) => record !== null)
	const hasTransactions = tables.some(({ name }) => name === 'transaction')
	return [...own, ...(hasTransactions ? Object.keys(transactionRecords) : [])].sort()
}

function property({ name, label, kind }: NetsuiteColumn) {
	const custom = /^cust(entity|body|col|item)/.test(name) ? { 'x-ns-custom-field': true } : {}
	return {
		title: label,
		...types[kind],
		nullable: name !== 'id',
		...custom,
		'x-ns-filterable': kind !== 'boolean',
	}
}

const types: Record<ValueKind, Record<string, string>> = {
	integer: { type: 'string' },
	text: { type: 'string' },
	number: { type: 'number', format: 'double' },
	boolean: { type: 'boolean' },
	date: { type: 'string', format: 'date' },
	datetime: { type: 'string', format: 'date-time' },
}

function linksOf(href: string) {
	const mediaTypes = ['application/json', 'application/swagger+json', 'application/schema+json']
	return mediaTypes.map((mediaType, index) => ({ rel: index === 0 ? 'canonical' : 'alternate', href, mediaType }))
}
