import { DAY, dateOf, HOUR, isWeekend, lastMoment } from '../../company/calendar.ts'
import { freightProduct, kits, products } from '../../company/catalogue.ts'
import { legalEntities } from '../../company/entities.ts'
import { decimalText } from '../../company/exact.ts'
import { erpRate, quotation } from '../../company/rates.ts'
import type { Setting } from '../../company/setting.ts'
import { before, type Emit } from '../emit.ts'
import { dayV2, type Json, listV2, writeOnce } from './book.ts'
import { companyCodes } from './identifiers.ts'
import { unitCodes } from './items.ts'

type Body = { [member: string]: Json }

/** Company codes, sales organisations, products with their units and names, units of measure, and the rates of type M. */
export function emitSetup(emit: Emit, setting: Setting): void {
	const write = (object: string, id: string, columns: Record<string, string>, body: Body, from = before) =>
		writeOnce(emit, object, id, from, { columns, body: { ...columns, ...body } })
	for (const code of setting.entities) {
		const { name, currency, country } = legalEntities[code]
		const company = companyCodes[code]
		write(
			'A_CompanyCode',
			company,
			{ CompanyCode: company },
			{
				CompanyCodeName: name.slice(0, 25),
				Country: country,
				Currency: currency,
				Language: 'EN',
				ChartOfAccounts: 'YCOA',
				FiscalYearVariant: 'K4',
			},
		)
		write(
			'A_SalesOrganization',
			company,
			{ SalesOrganization: company },
			{ SalesOrganizationCurrency: currency, CompanyCode: company },
		)
	}
	for (const [name, code] of Object.entries(unitCodes))
		write('YY1_TIEOUT_UNITS', code, { UnitOfMeasure: code, Language: 'EN' }, { UnitOfMeasureLongName: name })
	for (const product of [...products, freightProduct, ...kits.map((kit) => kit.product)]) {
		const { code, name, family, unitGroup } = product
		const units = unitGroup.units.map(({ name: unit, base }) => ({
			Product: code,
			AlternativeUnit: unitCodes[unit]!,
			QuantityNumerator: String(base),
			QuantityDenominator: '1',
			BaseUnit: unitCodes[unitGroup.units[0]!.name]!,
		}))
		const created = dateOf(before)
		writeOnce(emit, 'A_Product', code, before, {
			columns: { Product: code, CreationDate: created },
			body: {
				Product: code,
				ProductType: family === 'Services' || family === 'Freight' ? 'SERV' : 'FERT',
				ProductGroup: family.slice(0, 9),
				BaseUnit: unitCodes[unitGroup.units[0]!.name]!,
				IsMarkedForDeletion: false,
				CreationDate: dayV2(created),
				to_Description: listV2([
					{ Product: code, Language: 'EN', ProductDescription: name.slice(0, 40) },
					{ Product: code, Language: 'DE', ProductDescription: `${name} (DE)`.slice(0, 40) },
				]),
				to_ProductUnitsOfMeasure: listV2(units),
			},
		})
	}
	emitRates(emit, setting)
}

/** Daily rates into each company code's currency, entered the evening before. */
function emitRates(emit: Emit, { entities, currencies }: Setting): void {
	const bases = entities.map((code) => legalEntities[code].currency)
	for (let at = Date.UTC(2025, 0, 1); at < lastMoment; at += DAY) {
		const date = dateOf(at)
		if (isWeekend(date)) continue
		for (const base of bases) {
			for (const currency of currencies) {
				if (currency === base) continue
				const { digits, isIndirect } = quotation(erpRate(currency, base, date), currency, base)
				const key = { ExchangeRateType: 'M', SourceCurrency: currency, TargetCurrency: base, ValidityStartDate: date }
				writeOnce(emit, 'YY1_TIEOUT_EXCHANGERATES', Object.values(key).join(':'), at - 2 * HOUR, {
					columns: key,
					body: {
						...key,
						ValidityStartDate: dayV2(date),
						ExchangeRate: `${isIndirect ? '-' : ''}${decimalText(digits, 5)}`,
						NumberOfSourceCurrencyUnits: '1',
						NumberOfTargetCurrencyUnits: '1',
					},
				})
			}
		}
	}
}
