import { HOUR, moment, monthAfter, months, stampOf } from '../../company/calendar.ts'
import { freightProduct, kits, listPrice, type Product, products, taxProduct } from '../../company/catalogue.ts'
import { currencyCodes } from '../../company/entities.ts'
import { minorDigits, priceText, rateText } from '../../company/exact.ts'
import { salesforceId } from '../../company/identifiers.ts'
import { integrationUser, people } from '../../company/people.ts'
import { crmRate } from '../../company/rates.ts'
import type { Setting } from '../../company/setting.ts'
import { before, type Emit, emitOnce } from '../emit.ts'
import { emitPermissions } from './permissions.ts'

const priceBook = salesforceId('Pricebook2', 12)

/** Stages in order: name, closed, won, usual probability. */
export const stages = [
	['Prospecting', false, false, '10'],
	['Qualification', false, false, '25'],
	['Proposal', false, false, '50'],
	['Negotiation', false, false, '75'],
	['Closed Won', true, true, '100'],
	['Closed Lost', true, false, '0'],
] as const

/** Users, stages, products, price list, currencies and dated rates of the CRM. */
export function emitCrmSetup(emit: Emit, setting: Setting): void {
	const stamp = stampOf(before)
	for (const person of people) {
		emitOnce(emit, 'salesforce', 'User', person.crmId, before, {
			Id: person.crmId,
			Name: `${person.first} ${person.last}`,
			Email: person.email,
			IsActive: person.isActive,
			ManagerId: person.manager === null ? null : people[person.manager]!.crmId,
			SystemModstamp: stamp,
		})
	}
	emitOnce(emit, 'salesforce', 'User', integrationUser, before, {
		Id: integrationUser,
		Name: 'Integration User',
		Email: 'integration@halvorsen.example',
		IsActive: true,
		ManagerId: null,
		SystemModstamp: stamp,
	})
	stages.forEach(([name, isClosed, isWon, probability], at) => {
		const id = salesforceId('OpportunityStage', 40 + at)
		emitOnce(emit, 'salesforce', 'OpportunityStage', id, before, {
			Id: id,
			MasterLabel: name,
			ApiName: name,
			IsClosed: isClosed,
			IsWon: isWon,
			SortOrder: String(at + 1),
			DefaultProbability: probability,
			IsActive: true,
			SystemModstamp: stamp,
		})
	})
	for (const product of [...products, taxProduct, freightProduct, ...kits.map((kit) => kit.product)])
		emitProduct(emit, product, setting)
	emitRates(emit, setting)
	emitPermissions(emit)
}

export function priceBookEntryId(product: Product, currency: string): string {
	return salesforceId('PricebookEntry', 90_000 + product.index * 8 + currencyCodes.indexOf(currency as never))
}

function emitProduct(emit: Emit, product: Product, { currencies }: Setting): void {
	const stamp = stampOf(before)
	const raised = Date.UTC(2026, 0, 1)
	emitOnce(emit, 'salesforce', 'Product2', product.crmId, before, {
		Id: product.crmId,
		ProductCode: product.code,
		Name: product.name,
		Family: product.family,
		QuantityUnitOfMeasure: product.unitGroup.units[0]!.name,
		IsActive: true,
		CreatedDate: stamp,
		SystemModstamp: stamp,
		IsDeleted: false,
	})
	for (const currency of currencies) {
		const id = priceBookEntryId(product, currency)
		for (const [from, date] of [
			[before, '2025-01-01'],
			[raised, '2026-01-01'],
		] as const) {
			emitOnce(emit, 'salesforce', 'PricebookEntry', id, from, {
				Id: id,
				Pricebook2Id: priceBook,
				Product2Id: product.crmId,
				UnitPrice: priceText(listPrice(product, currency, date)),
				CurrencyIsoCode: currency,
				IsActive: true,
				CreatedDate: stamp,
				SystemModstamp: stampOf(from),
				IsDeleted: false,
			})
		}
	}
}

/** Rates are entered in the evening before the month begins; the open end of the one before is closed then. */
function emitRates(emit: Emit, { currencies }: Setting): void {
	currencies.forEach((currency, place) => {
		const typeId = salesforceId('CurrencyType', 20 + place)
		emitOnce(emit, 'salesforce', 'CurrencyType', typeId, before, {
			Id: typeId,
			IsoCode: currency,
			ConversionRate: rateText(crmRate(currency, '2025-09')!),
			DecimalPlaces: String(minorDigits[currency]),
			IsActive: true,
			IsCorporate: currency === 'USD',
			SystemModstamp: stampOf(before),
		})
		months('2025-01', '2026-11').forEach((month, at) => {
			const rate = crmRate(currency, month)
			if (rate === undefined) return
			const id = salesforceId('DatedConversionRate', 500 + place * 60 + at)
			const write = (from: number, end: string) =>
				emitOnce(emit, 'salesforce', 'DatedConversionRate', id, from, {
					Id: id,
					IsoCode: currency,
					StartDate: `${month}-01`,
					NextStartDate: end,
					ConversionRate: rateText(rate),
					SystemModstamp: stampOf(from),
				})
			write(eveOf(month), '9999-12-31')
			if (month < '2026-11') write(eveOf(monthAfter(month)), `${monthAfter(month)}-01`)
		})
	})
}

function eveOf(month: string): number {
	return moment(`${month}-01`) - 4 * HOUR
}
