import { expect, test } from 'vitest'
import type { Config } from '../../server/config.ts'
import { declaredColumns } from '../../server/sources.ts'

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

test('of files only those that are mapped are there: what is not has no model', () => {
	expect(declared('files', { entities: { orders: {} } })).toEqual(['mapped__orders'])
})
