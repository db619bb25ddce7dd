import { expect, test } from 'vitest'
import { hubspot } from '../../extract/sources/hubspot/hubspot.ts'
import type { Config } from '../../server/config.ts'
import { connectionsOf, declaredColumns } from '../../server/sources.ts'

/** The raw tables that models can stand on, of one connection. */
function declared(source: string, options: Record<string, unknown>): string[] {
	const connections = [{ name: 'one', source, options }]
	return Object.keys(declaredColumns({ connections, ownSources: [] } as unknown as Config))
}

test('a stream that the options leave out has its table, empty, for the models that read it', () => {
	expect(declared('oracle', {})).toContain('oracle__currency_rates')
	expect(declared('quickbooks', {})).toContain('quickbooks__exchange_rates')
	expect(declared('sap', {})).toEqual(expect.arrayContaining(['sap__income_items', 'sap__journal_items']))
})

test('a stream that is switched off takes the lists inside its records with it, and what is asked for by its keys', () => {
	const read = (source: string, off: string[]) => {
		const streams = Object.fromEntries(off.map((name) => [name, { enabled: false }]))
		const connections = [{ name: 'one', source, options: {}, streams }]
		return connectionsOf({ connections, ownSources: [] } as unknown as Config)[0]!.streams!
	}
	const of = (streams: string[], prefix: string) => streams.filter((name) => name.startsWith(prefix))
	expect(of(read('quickbooks', ['sales_receipts']), 'sales_receipt')).toEqual([])
	expect(of(read('quickbooks', ['sales_receipt_custom_fields']), 'sales_receipt')).toEqual([
		'sales_receipts',
		'sales_receipt_lines',
		'sales_receipt_bundle_lines',
	])
	expect(of(read('hubspot', ['line_items']), 'line_item')).toEqual([])
	expect(of(read('hubspot', ['line_items']), 'deal')).not.toEqual([])
})

test('of files only those that are mapped are there: what is not has no model', () => {
	expect(declared('files', { entities: { orders: {} } })).toEqual(['mapped__orders'])
})

test('what lies in the records of a stream that is switched off, or is asked for by its keys, is off with it', () => {
	const streams = { line_items: { enabled: false }, pipelines: { enabled: false } }
	const one = { name: 'one', source: 'hubspot', options: {}, fields: {}, streams }
	const [connection] = connectionsOf({ connections: [one], ownSources: [] } as unknown as Config)
	const off = hubspot.streams.map(({ name }) => name).filter((name) => !connection!.streams!.includes(name))
	expect(off).toEqual(['line_items', 'line_item_deals', 'line_item_deal_links', 'pipelines', 'stages'])
})
