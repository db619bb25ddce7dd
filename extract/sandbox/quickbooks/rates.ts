import { inForce, tableName } from '../store.ts'
import type { SandboxParts } from '../system.ts'
import type { VendorAnswer } from '../vendor-server.ts'
import { type Currency, currencyCodes, entityCodes, legalEntities } from '../world/company/entities.ts'
import { erpRate, lastRateDay } from '../world/company/rates.ts'
import { realmOf } from '../world/records/quickbooks/identifiers.ts'
import { jsonText, number } from '../world/records/quickbooks/json.ts'
import { answer, listAnswer, refuseHidden } from './answers.ts'
import { companyStamp } from './record-json.ts'
import { faultRefusal, queryRefusal } from './refusal.ts'
import type { Statement } from './statement.ts'

/** `select * from ExchangeRate where SourceCurrencyCode in (…) and AsOfDate = '…'`: what holds on that day, today if it is not said. */
export function ratesAnswer(
	parts: SandboxParts,
	realm: string,
	{ conditions, isCount, start, most }: Statement,
): VendorAnswer {
	refuseHidden(parts, { name: 'ExchangeRate' })
	refuseOneCurrency(parts, realm)
	const home = homeOf(realm)
	let codes: string[] = currencyCodes.filter((code) => code !== home)
	let date = new Date(parts.clock.now()).toISOString().slice(0, 10)
	for (const { property, operator, values } of conditions) {
		const name = property.toLowerCase()
		if (name === 'sourcecurrencycode' && ['=', 'in'].includes(operator)) codes = values
		else if (name === 'asofdate' && operator === '=') date = values[0]!
		else throw queryRefusal(`Property ${property} not found for Entity ExchangeRate, or not queryable with ${operator}`)
	}
	const rates = codes.flatMap((code) => rateText(realm, home, code, date) ?? [])
	if (isCount) return answer(parts, realm, { QueryResponse: { totalCount: rates.length } })
	return listAnswer(parts, realm, 'ExchangeRate', rates.slice(start - 1, start - 1 + most), start)
}

/** `GET …/exchangerate?sourcecurrencycode=EUR&asofdate=2026-11-01`. */
export function rateAnswer(parts: SandboxParts, realm: string, given: URLSearchParams): VendorAnswer {
	refuseHidden(parts, { name: 'ExchangeRate' })
	refuseOneCurrency(parts, realm)
	const date = given.get('asofdate') ?? new Date(parts.clock.now()).toISOString().slice(0, 10)
	const rate = rateText(realm, homeOf(realm), given.get('sourcecurrencycode') ?? '', date)
	if (rate) return { status: 200, body: `{"ExchangeRate":${rate}}` }
	throw faultRefusal(
		400,
		'ValidationFault',
		'2010',
		'Request has invalid or unsupported property',
		'sourcecurrencycode',
	)
}

/** Rates are of companies that have multicurrency switched on. What others are told is that of their forms, when these name a currency. */
function refuseOneCurrency({ store, clock }: SandboxParts, realm: string): void {
	const found = store.database
		.prepare(
			`select 1 from ${tableName('quickbooks', 'Preferences')} as r
			where ${inForce('r')} and realm = ? and json_extract(body, '$.CurrencyPrefs.MultiCurrencyEnabled') = 0`,
		)
		.get({ now: clock.now() }, realm)
	if (!found) return
	throw faultRefusal(
		400,
		'ValidationFault',
		'6000',
		'A business validation error has occurred while processing your request',
		'Business Validation Error: Multi Currency should be enabled to perform this operation',
	)
}

/** Units of the home currency per 1 of the source's; weekends have Friday's. */
function rateText(realm: string, home: Currency, code: string, date: string): string | null {
	const currency = currencyCodes.find((one) => one === code)
	if (!currency || currency === home || !/^\d{4}-\d\d-\d\d$/.test(date)) return null
	const day = lastRateDay(date)
	return jsonText({
		SyncToken: '0',
		domain: 'QBO',
		AsOfDate: day,
		SourceCurrencyCode: currency,
		Rate: number(erpRate(currency, home, day), 10),
		sparse: false,
		TargetCurrencyCode: home,
		MetaData: { LastUpdatedTime: companyStamp(Date.parse(`${day}T16:00:00Z`), realm) },
	})
}

function homeOf(realm: string): Currency {
	return legalEntities[entityCodes.find((entity) => realmOf(entity) === realm)!].currency
}
