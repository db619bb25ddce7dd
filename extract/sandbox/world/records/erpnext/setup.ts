import { DAY, dateOf, HOUR, isWeekend, lastMoment } from '../../company/calendar.ts'
import { listPrice, products } from '../../company/catalogue.ts'
import { ledger, legalEntities } from '../../company/entities.ts'
import { priceText, rateText } from '../../company/exact.ts'
import { places } from '../../company/names.ts'
import { people } from '../../company/people.ts'
import { erpRate } from '../../company/rates.ts'
import type { Setting } from '../../company/setting.ts'
import { before, type Emit, type Values } from '../emit.ts'
import { abbreviation, accountName, check, companyName, debtorsAccount, rowName, writeOnce } from './site.ts'

const regions = new Intl.DisplayNames('en', { type: 'region' })

/** A country's name is its key in ERPNext. */
export function countryName(code: string): string {
	return regions.of(code)!
}

/** Companies, accounts, countries, users, items with their units and prices, and the daily rates. */
export function emitSetup(emit: Emit, setting: Setting): void {
	const write = (object: string, name: string, values: Values, from = before) =>
		writeOnce(emit, object, name, from, values)
	for (const code of setting.entities) {
		const { name, currency, country } = legalEntities[code]
		write('Company', name, {
			company_name: name,
			abbr: abbreviation(code),
			default_currency: currency,
			country: countryName(country),
			parent_company: code === 'US' ? null : companyName('US'),
			is_group: check(code === 'US'),
		})
	}
	for (const code of Object.keys(places)) write('Country', countryName(code), { code: code.toLowerCase() })
	for (const { email, first, last, isActive } of people)
		write('User', email, { email, full_name: `${first} ${last}`, enabled: check(isActive) })
	emitAccounts(write, setting)
	emitItems(write)
	emitRates(write, setting)
}

type Write = (object: string, name: string, values: Values, from?: number) => void

const rootTypes: Record<string, string> = {
	Bank: 'Asset',
	AcctRec: 'Asset',
	OthCurrAsset: 'Asset',
	OthCurrLiab: 'Liability',
	DeferRevenue: 'Liability',
	Income: 'Income',
	OthIncome: 'Income',
	COGS: 'Expense',
}

function emitAccounts(write: Write, { entities, currencies: sold }: Setting): void {
	for (const code of entities) {
		const own = legalEntities[code].currency
		for (const [use, { number, name, type }] of Object.entries(ledger)) {
			if (!rootTypes[type]) continue
			const currencies = type === 'AcctRec' ? sold.filter((currency) => currency !== 'KWD') : [own]
			for (const currency of currencies) {
				const account = use as keyof typeof ledger
				write('Account', type === 'AcctRec' ? debtorsAccount(currency, code) : accountName(account, code), {
					account_name: name,
					account_number: number,
					company: companyName(code),
					root_type: rootTypes[type]!,
					account_type: { AcctRec: 'Receivable', Bank: 'Bank' }[type as string] ?? null,
					account_currency: currency,
					is_group: '0',
					disabled: '0',
				})
			}
		}
	}
}

function emitItems(write: Write): void {
	for (const product of products) {
		const { code, name, family, unitGroup } = product
		const isStocked = family !== 'Services' && family !== 'Subscriptions'
		write('Item', code, {
			item_code: code,
			item_name: name,
			item_group: family,
			stock_uom: unitGroup.units[0]!.name,
			is_stock_item: check(isStocked),
			standard_rate: '0',
			valuation_rate: isStocked ? priceText((listPrice(product, 'USD', '2025-01-01') * 11n) / 20n) : '0',
			disabled: '0',
		})
		unitGroup.units.forEach((unit, at) => {
			write('UOM Conversion Detail', rowName('Item', code, unit.name), {
				parent: code,
				parenttype: 'Item',
				parentfield: 'uoms',
				idx: String(at + 1),
				uom: unit.name,
				conversion_factor: String(unit.base),
			})
		})
		write('Item Price', rowName('Item Price', code), {
			item_code: code,
			uom: unitGroup.units[0]!.name,
			price_list: 'Standard Selling',
			price_list_rate: priceText(listPrice(product, 'USD', '2026-01-01')),
			currency: 'USD',
			valid_from: '2026-01-01',
			valid_upto: null,
			selling: '1',
			buying: '0',
		})
	}
}

/** Daily rates into each company's currency, published the evening before. */
function emitRates(write: Write, { entities, currencies }: Setting): void {
	const bases = entities.map((code) => legalEntities[code].currency)
	for (let at = Date.UTC(2025, 0, 1); at < lastMoment; at += DAY) {
		const date = dateOf(at)
		if (isWeekend(date)) continue
		for (const base of bases) {
			for (const currency of currencies) {
				if (currency === base) continue
				const values = {
					date,
					from_currency: currency,
					to_currency: base,
					exchange_rate: rateText(erpRate(currency, base, date)),
					for_buying: '1',
					for_selling: '1',
				}
				write('Currency Exchange', `${date}-${currency}-${base}-Selling-Buying`, values, at - 2 * HOUR)
			}
		}
	}
}
