import type { Currency, LedgerAccount } from './entities.ts'
import { divide, PRICE } from './exact.ts'
import { salesforceId } from './identifiers.ts'
import { random } from './random.ts'

export type Family = 'Instruments' | 'Consumables' | 'Services' | 'Subscriptions' | 'Tax' | 'Freight'

export type Product = {
	index: number
	code: string
	name: string
	family: Family
	unitGroup: UnitGroup
	/** Dollars for one base unit, in 1e-8. */
	dollars: bigint
	account: LedgerAccount
	/** Months over which its revenue is recognised; 0: when invoiced. */
	months: number
	crmId: string
	/** NetSuite's item id. */
	itemId: string
}

export type Kit = { product: Product; components: { product: Product; pieces: bigint }[] }

export type Unit = { id: string; name: string; abbreviation: string; base: bigint }
export type UnitGroup = { id: string; name: string; units: Unit[] }

/** NetSuite's unit types: the first unit is the base; the others are whole multiples of it. */
export const unitGroups = {
	count: group('1', 'Count', [
		['Each', 'ea', 1n],
		['Pack', 'pk', 6n],
		['Case', 'cs', 24n],
	]),
	time: group('2', 'Time', [
		['Hour', 'hr', 1n],
		['Day', 'd', 8n],
	]),
	term: group('3', 'Term', [
		['Month', 'mo', 1n],
		['Quarter', 'qtr', 3n],
		['Year', 'yr', 12n],
	]),
	length: group('4', 'Length', [
		['Metre', 'm', 1n],
		['Reel', 'rl', 100n],
	]),
	pieces: group('5', 'Piece', [['Piece', 'pc', 1n]]),
}

const instruments = [
	'Spectrometer',
	'Oscilloscope',
	'Flow Meter',
	'Torque Bench',
	'Gas Analyser',
	'Thermal Camera',
	'Signal Generator',
	'Load Cell Array',
	'Vibration Logger',
]
const consumables = [
	'Calibration Gas',
	'Sensor Tip',
	'Filter Cartridge',
	'Reference Tile',
	'O-Ring Set',
	'Sample Vial',
	'Cleaning Kit',
	'Seal Kit',
]
const cables = ['Probe Cable', 'Bus Cable', 'Fibre Lead']
const services = [
	'On-site Calibration',
	'Field Engineering',
	'Operator Training',
	'Method Development',
	'Remote Support',
]
const projects = ['Line Integration', 'Laboratory Fit-out', 'Validation Package', 'Data Migration']
const subscriptions = [
	'Fleet Monitor',
	'Compliance Cloud',
	'Analytics Suite',
	'Premium Support',
	'Extended Warranty',
	'Calibration Plan',
]

/** Factor on the dollar price (in thousandths) and the step to which prices are rounded (1e-8). */
const priceLevels: Record<Currency, [bigint, bigint]> = {
	USD: [1000n, PRICE / 20n],
	EUR: [920n, PRICE / 20n],
	GBP: [790n, PRICE / 20n],
	JPY: [149_000n, 10n * PRICE],
	KWD: [307n, PRICE / 40n],
}

/** What the company sells. Ids and prices never depend on the seed. */
export const products: Product[] = makeProducts()
export const taxProduct = special(9001, 'TAX', 'Sales tax (as quoted)', 'Tax')
export const freightProduct = special(9002, 'FREIGHT', 'Freight and handling', 'Freight')
/**
 * Kits that the CRM sells as one product, and that the integration takes apart for the ERP, which knows the components alone: each with its
 * pieces (base units) in one kit. They are in no list that a deal's lines are drawn from.
 */
export const kits: Kit[] = [
	kit(9101, 'KIT-FLOW', 'Flow Metering Starter Kit', [
		['FLME-250', 1n],
		['SETI-M', 12n],
		['SRV-ONSICA', 8n],
	]),
	kit(9102, 'KIT-LAB', 'Laboratory Starter Kit', [
		['SPEC-250', 1n],
		['SAVI-L', 48n],
		['SRV-OPTR', 16n],
	]),
	kit(9103, 'KIT-FIELD', 'Field Inspection Kit', [
		['THCA-100', 1n],
		['GAAN-100', 1n],
		['CAGA-S', 6n],
	]),
]
/** NetSuite's discount, subtotal and shipping items. */
export const discountItem = { id: '401', code: 'Line Discount', type: 'Discount' }
export const subtotalItem = { id: '402', code: 'Subtotal', type: 'Subtotal' }
export const shippingItem = { id: '403', code: 'FREIGHT', type: 'ShipItem' }

/** What a product costs per base unit in a currency's price list, in 1e-8; prices rose on 1 January 2026. */
export function listPrice(product: Product, currency: Currency, date: string): bigint {
	const raised = date >= '2026-01-01' ? (product.dollars * 103n) / 100n : product.dollars
	const [factor, step] = priceLevels[currency]
	return divide(raised * factor, 1000n * step) * step
}

export function unitNamed(product: Product, name: string): Unit | undefined {
	return product.unitGroup.units.find((unit) => unit.name === name)
}

function makeProducts(): Product[] {
	const list: Product[] = []
	const add =
		(family: Family, unitGroup: UnitGroup, account: LedgerAccount, months: number, low: number, high: number) =>
		(name: string, code: string) => {
			const index = list.length
			const cents = random('price', code).between(low * 20, high * 20) * 5
			list.push({
				index,
				code,
				name,
				family,
				unitGroup,
				dollars: (BigInt(cents) * PRICE) / 100n,
				account,
				months,
				...ids(index),
			})
		}
	for (const [family, model] of cross(instruments, ['100', '250', '500', '900'])) {
		add(
			'Instruments',
			unitGroups.pieces,
			'hardware',
			0,
			900,
			18_000,
		)(`${family} ${model}`, `${letters(family)}-${model}`)
	}
	for (const [thing, size] of cross(consumables, ['S', 'M', 'L'])) {
		add(
			'Consumables',
			unitGroups.count,
			'consumables',
			0,
			4,
			240,
		)(`${thing}, size ${size}`, `${letters(thing)}-${size}`)
	}
	for (const [cable, kind] of cross(cables, ['shielded', 'armoured'])) {
		add(
			'Consumables',
			unitGroups.length,
			'consumables',
			0,
			2,
			30,
		)(`${cable}, ${kind}`, `${letters(cable)}-${kind[0]!.toUpperCase()}`)
	}
	for (const name of services) add('Services', unitGroups.time, 'services', 0, 90, 260)(name, `SRV-${letters(name)}`)
	for (const name of projects)
		add('Services', unitGroups.pieces, 'services', 0, 4000, 24_000)(name, `PRJ-${letters(name)}`)
	for (const name of subscriptions)
		add('Subscriptions', unitGroups.term, 'subscription', 12, 140, 2600)(name, `SUB-${letters(name)}`)
	return list
}

function cross(left: string[], right: string[]): [string, string][] {
	return left.flatMap((one) => right.map((other): [string, string] => [one, other]))
}

/** 'Flow Meter' -> 'FLME': two letters of each word. */
function letters(name: string): string {
	const words = name
		.toUpperCase()
		.replaceAll(/[^A-Z ]/g, ' ')
		.split(' ')
		.filter(Boolean)
	return words.map((word) => word.slice(0, words.length > 1 ? 2 : 4)).join('')
}

function ids(index: number) {
	return { crmId: salesforceId('Product2', 48_200 + index * 7), itemId: String(1204 + index * 3) }
}

function special(index: number, code: string, name: string, family: Family): Product {
	const account = family === 'Tax' ? 'tax' : 'freight'
	return { index, code, name, family, unitGroup: unitGroups.pieces, dollars: PRICE, account, months: 0, ...ids(index) }
}

function kit(index: number, code: string, name: string, parts: [string, bigint][]): Kit {
	const components = parts.map(([part, pieces]) => ({ product: products.find((one) => one.code === part)!, pieces }))
	const dollars = components.reduce((sum, { product, pieces }) => sum + product.dollars * pieces, 0n)
	const product: Product = {
		index,
		code,
		name,
		family: 'Instruments',
		unitGroup: unitGroups.pieces,
		dollars,
		account: 'hardware',
		months: 0,
		...ids(index),
	}
	return { product, components }
}

function group(id: string, name: string, units: [string, string, bigint][]): UnitGroup {
	return {
		id,
		name,
		units: units.map(([unit, abbreviation, base], at) => ({
			id: String(Number(id) * 10 + at),
			name: unit,
			abbreviation,
			base,
		})),
	}
}
