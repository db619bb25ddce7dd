import type { SandboxOptions } from '../options.ts'
import type { NetsuiteTable } from './tables.ts'

/** What an account may have switched on, or not. `foreign_amounts` comes with Multiple Currencies, and may be there without. */
export type NetsuiteFeature = 'one_world' | 'multiple_currencies' | 'foreign_amounts'

/** A feature is off for who asks: its tables are not found, and its fields are no identifiers (docs/systems/netsuite.md, with sources). */
const hidden: Record<NetsuiteFeature, Record<string, readonly string[] | 'all'>> = {
	one_world: {
		subsidiary: 'all',
		customersubsidiaryrelationship: 'all',
		consolidatedexchangerate: 'all',
		transactionline: ['subsidiary'],
		revenueelement: ['subsidiary'],
	},
	multiple_currencies: {
		currency: 'all',
		currencyrate: 'all',
		consolidatedexchangerate: 'all',
		customer: ['currency'],
		subsidiary: ['currency'],
		transaction: ['currency', 'exchangerate'],
		transactionaccountingline: ['exchangerate'],
		revenueelement: ['currency', 'exchangerate'],
		revenueplan: ['revenueplancurrency', 'parentlinecurrency', 'exchangerate'],
		revenueplanplannedrevenue: ['exchangerate'],
	},
	foreign_amounts: {
		transaction: ['foreigntotal', 'foreigntaxtotal', 'foreignamountunpaid', 'foreignpaymentamountunused'],
		transactionline: ['foreignamount'],
	},
}

/** What the account of a company has. */
export function netsuiteFeatures({ netsuiteFeatures: given, isOneEntity }: SandboxOptions): Set<NetsuiteFeature> {
	const all = Object.keys(hidden) as NetsuiteFeature[]
	const features = new Set(given ?? (isOneEntity ? [] : all))
	if (features.has('multiple_currencies')) features.add('foreign_amounts')
	return features
}

/** The tables that an account with these features shows, without the fields of those that it lacks. */
export function shownTables(tables: readonly NetsuiteTable[], features: ReadonlySet<NetsuiteFeature>): NetsuiteTable[] {
	const off = Object.entries(hidden).filter(([feature]) => !features.has(feature as NetsuiteFeature))
	return tables.flatMap((table) => {
		const parts = off.map(([, lacking]) => lacking[table.name] ?? [])
		if (parts.includes('all')) return []
		const columns = table.columns.filter(({ name }) => !parts.some((fields) => fields.includes(name)))
		return [{ ...table, columns }]
	})
}
