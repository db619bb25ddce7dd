import { TieoutError } from '../../../models/error.ts'
import type { Ask, Reading, SourceCount } from '../../source.ts'
import type { EspocrmOptions } from './espocrm.ts'
import { api, type EspocrmQuery } from './request.ts'

/**
 * Are these the rates of the day? Sites before version 9.3 have no others: `GET CurrencyRate` answers what one unit of each currency is
 * in the base (`{"EUR":1,"USD":0.9231}`). They land with the day of the read, so that a history grows from the first read on.
 */
export function isOfTheDay({ stream, options }: EspocrmQuery): boolean {
	return stream.name === 'currency_rates' && options.base_currency !== undefined
}

/** The rates of the day, as dated ones land: a record for each currency, under its code, of the day (UTC) on which the read began. */
export function dayRatesReading({ options, window }: EspocrmQuery): Reading {
	const date = new Date(window.until).toISOString().slice(0, 10)
	const constants = { baseCode: options.base_currency!, date }
	return {
		first: { method: 'GET', path: `${api}CurrencyRate` },
		records: '',
		members: { names: ['id', 'recordName'], value: 'rate', constants },
		next: () => null,
		requests: () => 1,
	}
}

/** What nothing counts. */
export const uncountedRates: SourceCount = { rows: null, reason: 'EspoCRM counts no rates of the day' }

/** Rates of the day have no description; that their base is the configured one is looked at before every read. */
export async function describeDayRates({ options }: EspocrmQuery, ask: Ask): Promise<null> {
	const { json } = await ask({ method: 'GET', path: `${api}App/user` })
	refuseOtherBase(options, (json as { settings?: { baseCurrency?: string } }).settings?.baseCurrency)
	return null
}

/** Rates against another base would be wrong by a factor, and nothing would show it. */
export function refuseOtherBase({ base_currency: configured }: EspocrmOptions, actual: string | undefined): void {
	if (configured === undefined || actual === undefined || configured === actual) return
	throw new TieoutError(
		'configuration',
		'espocrm.base_currency',
		`the site's base currency is ${actual}, base_currency is ${configured}`,
		{
			where: 'base_currency',
			next: `write ${actual}, if that was a mistake; rates from before a change of the base stay as they were read`,
		},
	)
}
