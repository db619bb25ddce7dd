import {
	closingMoment,
	DAY,
	dateOf,
	HOUR,
	isWeekend,
	lastDay,
	lastMoment,
	moment,
	monthAfter,
	months,
	stampOf,
} from '../../company/calendar.ts'
import {
	discountItem,
	freightProduct,
	kits,
	listPrice,
	products,
	shippingItem,
	subtotalItem,
	unitGroups,
} from '../../company/catalogue.ts'
import { currencyIds, ledger, legalEntities } from '../../company/entities.ts'
import { minorDigits, priceText, rateText } from '../../company/exact.ts'
import { people } from '../../company/people.ts'
import { consolidationRates, erpRate } from '../../company/rates.ts'
import type { Setting } from '../../company/setting.ts'
import { before, type Emit, emitOnce, type Values } from '../emit.ts'

const calendar = months('2025-01', '2027-12')

/** NetSuite's id of the accounting period of a month. */
export function periodId(month: string): string {
	return String(120 + calendar.indexOf(month))
}

/** Subsidiaries, accounts, periods, currencies, rates, items, units and employees of the ERP. */
export function emitErpSetup(emit: Emit, setting: Setting): void {
	const write = (object: string, id: string, values: Values, from = before) =>
		emitOnce(emit, 'netsuite', object, id, from, values)
	emitSubsidiaries(write, setting)
	for (const { id, number, name, type } of Object.values(ledger))
		write('account', id, { id, acctnumber: number, fullname: name, accttype: type, isinactive: false })
	for (const currency of setting.currencies) {
		const id = currencyIds[currency]!
		write('currency', id, {
			id,
			symbol: currency,
			name: currency,
			currencyprecision: String(minorDigits[currency]),
			isbasecurrency: currency === 'USD',
		})
	}
	for (const person of people) {
		write('employee', person.erpId, {
			id: person.erpId,
			entityid: `E${person.erpId.padStart(4, '0')}`,
			firstname: person.first,
			lastname: person.last,
			email: person.email,
			isinactive: !person.isActive,
		})
	}
	for (const group of Object.values(unitGroups)) {
		for (const unit of group.units) {
			write('unitstypeuom', `${group.id}:${unit.id}`, {
				unitstype: group.id,
				internalid: unit.id,
				unitname: unit.name,
				abbreviation: unit.abbreviation,
				conversionrate: String(unit.base),
				baseunit: unit.base === 1n,
			})
		}
	}
	emitItems(write)
	emitPeriods(write)
	emitRates(write, setting)
}

type Write = (object: string, id: string, values: Values, from?: number) => void

function emitSubsidiaries(write: Write, { entities }: Setting): void {
	for (const code of entities) {
		const { subsidiary, name, country, currency } = legalEntities[code]
		write('subsidiary', subsidiary, {
			id: subsidiary,
			name: `Halvorsen ${code}`,
			legalname: name,
			country,
			currency: currencyIds[currency]!,
			parent: code === 'US' ? null : '1',
			iselimination: false,
			isinactive: false,
		})
	}
	write('subsidiary', '5', {
		id: '5',
		name: 'Halvorsen Eliminations',
		legalname: 'Halvorsen Eliminations',
		country: 'US',
		currency: '1',
		parent: '1',
		iselimination: true,
		isinactive: false,
	})
}

function emitItems(write: Write): void {
	const stamp = stampOf(before)
	for (const product of products) {
		const [unit] = product.unitGroup.units
		const itemtype =
			product.family === 'Services' ? 'Service' : product.family === 'Subscriptions' ? 'NonInvtPart' : 'InvtPart'
		const cost = itemtype === 'InvtPart' ? priceText((listPrice(product, 'USD', '2025-01-01') * 11n) / 20n) : null
		write('item', product.itemId, {
			id: product.itemId,
			itemid: product.code,
			displayname: product.name,
			itemtype,
			isinactive: false,
			saleunit: unit!.id,
			stockunit: unit!.id,
			unitstype: product.unitGroup.id,
			externalid: product.crmId,
			averagecost: cost,
			class: product.family,
			createddate: stamp,
			lastmodifieddate: stamp,
		})
	}
	for (const { product } of kits) {
		write('item', product.itemId, {
			id: product.itemId,
			itemid: product.code,
			displayname: product.name,
			itemtype: 'Group',
			isinactive: false,
			saleunit: null,
			stockunit: null,
			unitstype: null,
			externalid: product.crmId,
			averagecost: null,
			class: product.family,
			createddate: stamp,
			lastmodifieddate: stamp,
		})
	}
	for (const item of [discountItem, subtotalItem, shippingItem]) {
		write('item', item.id, {
			id: item.id,
			itemid: item.code,
			displayname: item === shippingItem ? freightProduct.name : item.code,
			itemtype: item.type,
			isinactive: false,
			saleunit: null,
			stockunit: null,
			unitstype: null,
			externalid: null,
			averagecost: null,
			class: null,
			createddate: stamp,
			lastmodifieddate: stamp,
		})
	}
}

/** Months, quarters and years; a month is closed on the 6th of the next. */
function emitPeriods(write: Write): void {
	const period = (id: string, periodname: string, first: string, last: string, kind: 'month' | 'quarter' | 'year') => {
		const values = {
			id,
			periodname,
			startdate: `${first}-01`,
			enddate: lastDay(last),
			isyear: kind === 'year',
			isquarter: kind === 'quarter',
			isadjust: false,
		}
		write('accountingperiod', id, { ...values, closed: false })
		const closing = closingMoment(last)
		if (closing < lastMoment) write('accountingperiod', id, { ...values, closed: true }, closing)
	}
	const names = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
	for (const month of calendar)
		period(periodId(month), `${names[Number(month.slice(5)) - 1]} ${month.slice(0, 4)}`, month, month, 'month')
	for (const year of ['2025', '2026', '2027']) {
		period(String(Number(year) - 1925), `FY ${year}`, `${year}-01`, `${year}-12`, 'year')
		for (let quarter = 1; quarter <= 4; quarter++) {
			const first = monthAfter(`${year}-01`, 3 * quarter - 3)
			period(
				String((Number(year) - 1900) * 10 + quarter),
				`Q${quarter} ${year}`,
				first,
				monthAfter(first, 2),
				'quarter',
			)
		}
	}
}

/** Daily rates into each legal entity's currency, published the evening before; consolidation rates at each month's end. */
function emitRates(write: Write, { entities, currencies }: Setting): void {
	const bases = entities.map((code) => legalEntities[code].currency)
	let number = 3000
	for (let at = Date.UTC(2025, 0, 1); at < lastMoment; at += DAY) {
		const date = dateOf(at)
		if (isWeekend(date)) continue
		for (const base of bases) {
			for (const currency of currencies) {
				if (currency === base) continue
				const id = String(++number)
				write(
					'currencyrate',
					id,
					{
						id,
						basecurrency: currencyIds[base]!,
						transactioncurrency: currencyIds[currency]!,
						effectivedate: date,
						exchangerate: rateText(erpRate(currency, base, date)),
					},
					at - 2 * HOUR,
				)
			}
		}
	}
	for (const month of calendar.filter((one) => one <= '2026-11')) {
		for (const code of entities) {
			const { subsidiary, currency } = legalEntities[code]
			const rates = consolidationRates(currency, 'USD', month)
			const id = `${Number(periodId(month)) * 10 + Number(subsidiary)}`
			write(
				'consolidatedexchangerate',
				id,
				{
					id,
					postingperiod: periodId(month),
					accountingbook: '1',
					fromsubsidiary: subsidiary,
					tosubsidiary: '1',
					fromcurrency: currencyIds[currency]!,
					tocurrency: '1',
					currentrate: rateText(rates.current),
					averagerate: rateText(rates.average),
					historicalrate: rateText(rates.historical),
				},
				moment(`${month}-01`),
			)
		}
	}
}
