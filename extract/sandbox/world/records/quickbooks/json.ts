import { type Currency, type EntityCode, legalEntities } from '../../company/entities.ts'
import { decimalText, divide, minorUnits } from '../../company/exact.ts'
import type { Setting } from '../../company/setting.ts'

/** A JSON number whose digits are written as they are: a float would lose cents. */
export type Digits = { digits: string }
export type Json = string | boolean | null | Digits | Json[] | { [member: string]: Json | undefined }

/** JSON text; members that are undefined or null are left out, as QuickBooks leaves out what has no value. */
export function jsonText(value: Json): string {
	if (value === null || typeof value !== 'object') return JSON.stringify(value)
	if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`
	if (isDigits(value)) return value.digits
	const members = Object.entries(value).filter(([, member]) => member !== undefined && member !== null)
	return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${jsonText(member!)}`).join(',')}}`
}

/** A number in parts of 10^-places, without zeros at its end: `75`, `12.75`. */
export function number(value: bigint, places: number): Digits {
	const text = decimalText(value, places)
	return { digits: text.includes('.') ? text.replace(/\.?0+$/, '') : text }
}

/** An amount in hundredths: `100.0`, `12.75`. */
export function money(inHundredths: bigint): Digits {
	return { digits: decimalText(inHundredths, 2).replace(/0$/, '') }
}

/** An amount in hundredths: QuickBooks has two decimals for every currency, so that dinars lose their third. */
export function hundredths(amount: bigint, currency: Currency): bigint {
	return divide(amount * 100n, minorUnits(currency))
}

/** What a record refers to. */
export function reference(value: string, name?: string): Json {
	return { value, name }
}

/** What says in which currency a record is. */
export function currencyReference(currency: Currency): Json {
	return reference(currency, new Intl.DisplayNames(['en'], { type: 'currency' }).of(currency))
}

/**
 * The currency of a document, and units of the company's own per 1 of it (the story's 1e-10). A company with one currency has multicurrency
 * switched off, and neither on its forms.
 */
export function currencyMembers({ currencies }: Setting, currency: Currency, entity: EntityCode, rate: bigint) {
	if (currencies.length === 1) return {}
	const isHome = currency === legalEntities[entity].currency
	return { CurrencyRef: currencyReference(currency), ExchangeRate: isHome ? { digits: '1' } : number(rate, 10) }
}

/** Is it a number with its digits, and no object of the vendor’s? */
export function isDigits(value: object): value is Digits {
	return 'digits' in value && typeof value.digits === 'string' && Object.keys(value).length === 1
}
