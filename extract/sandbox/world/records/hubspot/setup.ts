import { HOUR, moment, months } from '../../company/calendar.ts'
import { freightProduct, kits, listPrice, type Product, products, taxProduct } from '../../company/catalogue.ts'
import { priceText, rateText } from '../../company/exact.ts'
import { salesforceId } from '../../company/identifiers.ts'
import { integrationUser, people } from '../../company/people.ts'
import { homeRate } from '../../company/rates.ts'
import type { Setting } from '../../company/setting.ts'
import { before, type Emit, emitOnce } from '../emit.ts'
import { hubspotId, userIdOf } from './identifiers.ts'
import { millisecondStamp, momentOfDay } from './stamps.ts'

/** Stages of the one pipeline in order: id, label, closed, and the probability as HubSpot tells it, a float written out. */
export const stages = [
	['appointmentscheduled', 'Prospecting', false, '0.1000000000000000055511151231257827021181583404541015625'],
	['qualifiedtobuy', 'Qualification', false, '0.25'],
	['presentationscheduled', 'Proposal', false, '0.5'],
	['contractsent', 'Negotiation', false, '0.75'],
	['closedwon', 'Closed Won', true, '1.0'],
	['closedlost', 'Closed Lost', true, '0.0'],
] as const

/** Owners, stages, products and exchange rates. */
export function emitHubspotSetup(emit: Emit, setting: Setting): void {
	const stamp = millisecondStamp(before)
	for (const person of people) emitOwner(emit, person.crmId, person.first, person.last, person.email, !person.isActive)
	emitOwner(emit, integrationUser, 'Integration', 'User', 'integration@halvorsen.example', false)
	stages.forEach(([id, label, isClosed, probability], at) => {
		emitOnce(emit, 'hubspot', 'stages', id, before, {
			id,
			label,
			displayOrder: String(at),
			// The pipeline's own form: "1.0", not the float.
			probability: probability.slice(0, 4),
			isClosed: String(isClosed),
			createdAt: stamp,
			updatedAt: stamp,
			archived: false,
		})
	})
	for (const product of [...products, taxProduct, freightProduct, ...kits.map((kit) => kit.product)])
		emitProduct(emit, product)
	emitRates(emit, setting)
}

function emitOwner(emit: Emit, user: string, first: string, last: string, email: string, isArchived: boolean): void {
	const id = hubspotId(user)
	const stamp = millisecondStamp(before)
	emitOnce(emit, 'hubspot', 'owners', id, before, {
		id,
		email,
		firstName: first,
		lastName: last,
		userId: userIdOf(user),
		createdAt: stamp,
		updatedAt: stamp,
		archived: isArchived,
	})
}

function emitProduct(emit: Emit, product: Product): void {
	const id = hubspotId(product.crmId)
	for (const [from, date] of [
		[before, '2025-01-01'],
		[Date.UTC(2026, 0, 1), '2026-01-01'],
	] as const) {
		emitOnce(emit, 'hubspot', 'products', id, from, {
			hs_object_id: id,
			name: product.name,
			hs_sku: product.code,
			price: priceText(listPrice(product, 'USD', date)),
			product_family: product.family,
			unit_of_measure: product.unitGroup.units[0]!.name,
			createdate: millisecondStamp(before),
			hs_lastmodifieddate: millisecondStamp(from),
			archived: false,
		})
	}
}

/** Rates into the company's currency, entered in the evening before the month in which they begin. */
function emitRates(emit: Emit, { currencies }: Setting): void {
	currencies.forEach((currency, place) => {
		if (currency === 'USD') return
		months('2025-01', '2026-11').forEach((month, at) => {
			const rate = homeRate(currency, month)
			if (rate === undefined) return
			const id = hubspotId(salesforceId('DatedConversionRate', 500 + place * 60 + at))
			const entered = moment(`${month}-01`) - 4 * HOUR
			emitOnce(emit, 'hubspot', 'exchange_rates', id, entered, {
				id,
				fromCurrencyCode: currency,
				toCurrencyCode: 'USD',
				conversionRate: rateText(rate),
				effectiveAt: momentOfDay(`${month}-01`, '00:00'),
				visibleInUI: true,
				createdAt: millisecondStamp(entered),
				updatedAt: millisecondStamp(entered),
			})
		})
	})
}
