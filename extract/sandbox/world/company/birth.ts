import { DAY, MINUTE } from './calendar.ts'
import type { Currency, EntityCode } from './entities.ts'
import type { Random } from './random.ts'
import type { Setting } from './setting.ts'

/** Where a company is at home: the legal entity that sells to it, its country and its currency. */
export function home(choices: Random, { entities }: Setting): [EntityCode, string, Currency] {
	if (entities.length === 1) return ['US', 'US', 'USD']
	const entity = choices.weighted<EntityCode>([
		['US', 44],
		['DE', 24],
		['UK', 21],
		['JP', 11],
	])
	if (entity === 'US') return ['US', 'US', 'USD']
	if (entity === 'JP') return ['JP', 'JP', choices.chance(0.06) ? 'USD' : 'JPY']
	if (entity === 'DE')
		return [
			'DE',
			choices.weighted([
				['DE', 7],
				['FR', 2],
				['IT', 2],
			]),
			choices.chance(0.08) ? 'USD' : 'EUR',
		]
	if (choices.chance(0.2)) return ['UK', 'KW', 'KWD']
	return [
		'UK',
		'GB',
		choices.weighted<Currency>([
			['GBP', 85],
			['EUR', 10],
			['USD', 5],
		]),
	]
}

/** Most accounts are older than the go-live, the first of a block (parents, and those taken for others) always; some are new. */
export function createdAt(choices: Random, isOld: boolean): number {
	const day = choices.chance(0.85) || isOld ? choices.between(0, 2100) : choices.between(2240, 2780)
	return Date.UTC(2019, 1, 1) + day * DAY + choices.between(8 * 60, 19 * 60) * MINUTE
}

/** A tax or registration number as it is written there; no two companies have the same. */
export function taxNumber(country: string, index: number, choices: Random): string {
	const digits = String(100_000_000 + ((index * 7_368_787) % 899_999_999))
	if (country === 'US') return `${digits.slice(0, 2)}-${digits.slice(2)}`
	if (country === 'KW') return `CR ${digits.slice(0, 6)}-${index}`
	const prefix = country === 'GB' ? 'GB' : country === 'JP' ? 'T7' : country
	return `${prefix}${digits}${country === 'IT' || country === 'FR' ? choices.between(10, 99) : ''}${country === 'JP' ? `01${index % 10}` : ''}`
}
