import { TieoutError } from '../../../models/error.ts'
import type { Query } from '../../source.ts'
import { vendorCause } from '../../vendor-error.ts'
import type { SalesforceOptions } from './salesforce.ts'
import { isTotals } from './totals.ts'

/** The streams of objects that an org with one currency does not have (object reference: CurrencyType, DatedConversionRate). */
export const streamsOfCurrencies = ['currency_types', 'dated_conversion_rates']

/**
 * Throws where the org's fields and the option `currency` don't fit: in an org with one currency no record and no object names it, so
 * that a person must; where records name theirs, sums of several would stand under the option's.
 */
export function refuseCurrency({ stream, options }: Query<SalesforceOptions>, fields: readonly string[]): void {
	const isNamed = fields.some((field) => field.toLowerCase() === 'currencyisocode')
	if (!isNamed && stream.columns['currency_iso_code'] && options.currency === undefined)
		throw new TieoutError(
			'configuration',
			'salesforce.currency_missing',
			`${stream.object} has no field CurrencyIsoCode: the org has one currency, and no record names it`,
			{
				where: 'currency',
				next: `${writeCurrency} (in Salesforce: Setup, Company Information, Currency Locale)`,
			},
		)
	if (isNamed && isTotals({ stream }) && options.currency !== undefined)
		throw new TieoutError(
			'configuration',
			'salesforce.currency_superfluous',
			`the org has several currencies, and its records name theirs; currency is ${options.currency}`,
			{ where: 'currency', next: 'take currency out of the options of the connection, then: tieout run --full' },
		)
}

/**
 * The refusal of an object of currencies, with what to write where the org does not have it: without `CurrencyType`, which `ask` looks
 * for, it has one currency.
 */
export async function withoutCurrencies(
	{ stream }: Query<SalesforceOptions>,
	error: unknown,
	ask: (object: string) => Promise<unknown>,
): Promise<unknown> {
	const isMissing = streamsOfCurrencies.includes(stream.name) && vendorCause(error)?.code === 'NOT_FOUND'
	if (!(error instanceof TieoutError) || !isMissing) return error
	const { kind, code, message, where, cause } = error
	const hasCurrencies =
		stream.name !== 'currency_types' &&
		(await ask('CurrencyType').then(
			() => true,
			() => false,
		))
	const why = hasCurrencies
		? 'an org without advanced currency management has none: write streams: { dated_conversion_rates: { enabled: false } } under the connection, and the rates of CurrencyType hold for every day'
		: `an org with one currency has none: ${writeCurrency}`
	const next = `${why}; in any other give the integration user View Setup and Configuration`
	return new TieoutError(kind, code, `${message} (${stream.object})`, { where, next, cause })
}

const writeCurrency = 'write the org’s currency under the options of the connection, such as currency: USD'
