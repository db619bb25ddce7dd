import { DAY, dateAfter, HOUR, MINUTE, monthOf } from '../company/calendar.ts'
import { freightProduct, listPrice, type Product, products, taxProduct } from '../company/catalogue.ts'
import { type Currency, type EntityCode, legalEntities } from '../company/entities.ts'
import { divide, extendLess, minorUnits, PERCENT, PRICE, QUANTITY } from '../company/exact.ts'
import { salesforceId } from '../company/identifiers.ts'
import { type Account, survivorOf } from '../company/parties.ts'
import { integrationUser, people, representatives } from '../company/people.ts'
import { crmRate } from '../company/rates.ts'
import type { Deal, DealLine, DealState, Stage } from './facts.ts'
import { officeMoment, type Teller } from './teller.ts'

export type DealPlan = {
	account: Account
	entity: EntityCode
	currency: Currency
	closeDate: string
	/** When it was closed in the CRM; open deals: when it was last touched. */
	closedAt: number
	outcome: 'won' | 'lost' | 'open'
	lines: DealLine[]
	/** What the deal says beside its lines' sum. */
	extra?: bigint
	createdAt?: number
	name?: string
	/** New Business, Existing Business, Renewal; usually any. */
	kind?: string
	/** Id number given by `reserveDeal`. */
	number: number
}

/** The number of the next deal of this story: ids of its lines follow from it. */
export function reserveDeal(teller: Teller): number {
	return teller.index * 3 + teller.next.deal++
}

/** Lays out a deal from its creation to its end. Later events may be added until `finishDeals`. */
export function tellDeal(teller: Teller, plan: DealPlan): Deal {
	const { choices, setting } = teller
	const office = representatives[plan.entity]
	const createdAt =
		plan.createdAt ?? officeMoment(teller, dateAfter(plan.closeDate, -choices.between(9, 110)), plan.entity)
	const owner =
		choices.chance(0.85) && people[plan.account.owner]!.entity === plan.entity
			? plan.account.owner
			: choices.pick(office).index
	const deal: Deal = {
		id: salesforceId('Opportunity', 310_000 + plan.number),
		number: plan.number,
		name: plan.name ?? dealName(teller, plan),
		kind:
			plan.kind ??
			choices.weighted([
				['New Business', 5],
				['Existing Business', 4],
				['Renewal', 2],
			]),
		owner,
		createdAt,
		versions: [],
	}
	const first = survivorOf(setting, plan.account, createdAt)
	const state: DealState = {
		account: first.index,
		stage: 'Prospecting',
		amount: plan.lines.reduce((sum, line) => sum + line.amount, 0n) + (plan.extra ?? 0n),
		currency: plan.currency,
		closeDate: plan.closeDate,
		entity: plan.entity === first.entity && choices.chance(0.06) ? null : plan.entity,
		channel: teller.mistakes.has('web')
			? 'web'
			: choices.weighted([
					['direct', 7],
					['partner', 3],
				]),
		orderNumber: null,
		isDeleted: false,
		by: people[owner]!.crmId,
		lines: plan.lines,
	}
	teller.story.deals.push(deal)
	teller.events.set(deal, [{ at: createdAt, change: () => state }])
	passStages(teller, deal, plan, createdAt)
	if (plan.account.merged) {
		const { at } = plan.account.merged
		if (at > createdAt) happen(teller, deal, at + 2000, (before) => ({ ...before, account: plan.account.merged!.into }))
	}
	return deal
}

/** Adds an event to a deal. */
export function happen(teller: Teller, deal: Deal, at: number, change: (state: DealState) => DealState | null): void {
	teller.events.get(deal)!.push({ at, change })
}

/** The integration writes an order's number back, after what stands there already. */
export function writeNumber(teller: Teller, deal: Deal, at: number, number: string): void {
	happen(teller, deal, at, (state) => ({
		...state,
		by: integrationUser,
		orderNumber: state.orderNumber ? `${state.orderNumber}; ${number}` : number,
	}))
}

export function closeDeal(teller: Teller, deal: Deal, at: number, stage: Stage, closeDate?: string): void {
	happen(teller, deal, at, (state) => ({
		...state,
		stage,
		closeDate: closeDate ?? state.closeDate,
		by: people[deal.owner]!.crmId,
	}))
}

/** Distinct products worth about `dollars`, in the deal's currency. */
export function dealLines(
	teller: Teller,
	number: number,
	plan: {
		currency: Currency
		entity: EntityCode
		closeDate: string
		dollars: number
		count: number
		only?: (product: Product) => boolean
	},
): DealLine[] {
	const { choices, mistakes } = teller
	const chosen = new Set<Product>()
	const candidates = plan.only ? products.filter(plan.only) : products
	while (chosen.size < Math.min(plan.count, candidates.length)) chosen.add(choices.pick(candidates))
	const shared = choices.chance(mistakes.has('discount') ? 1 : 0.35) ? choices.pick(usualDiscounts) : 0n
	const shares = [...chosen].map(() => 0.25 + choices.next())
	const whole = shares.reduce((sum, share) => sum + share, 0)
	return [...chosen].map((product, at) => {
		const isForeign = product.months > 0 && plan.currency !== legalEntities[plan.entity].currency
		const discount =
			mistakes.has('goodwill') || mistakes.has('two_deals_one_line') || isForeign
				? 0n
				: shared === 0n || choices.chance(0.75)
					? shared
					: choices.pick(usualDiscounts)
		return itemLine(teller, number, at, product, plan, (plan.dollars * shares[at]!) / whole, discount)
	})
}

/** A tax or freight line of a deal. */
export function chargeLine(
	number: number,
	at: number,
	kind: 'tax' | 'freight',
	amount: bigint,
	currency: Currency,
): DealLine {
	const price = (amount * PRICE) / minorUnits(currency)
	const product = kind === 'tax' ? taxProduct : freightProduct
	return {
		id: lineId(number, at),
		kind,
		product,
		quantity: QUANTITY,
		unit: 'Piece',
		price,
		listPrice: price,
		discount: 0n,
		amount,
		start: null,
		end: null,
	}
}

/** The line's amount from its quantity, price and discount, rounded once. */
export function priced(line: DealLine, currency: Currency): DealLine {
	return { ...line, amount: extendLess(line.quantity, line.price, line.discount, currency) }
}

/** Whether a deal is so near to the minimum of the scope that rates would decide it. */
export function isNearMinimum(amount: bigint, currency: Currency, closeDate: string): boolean {
	const rate = crmRate(currency, monthOf(closeDate)) ?? crmRate(currency, '2025-09')!
	const dollars = Number(amount) / Number(minorUnits(currency)) / (Number(rate) / 1e10)
	return dollars > 4500 && dollars < 5500
}

export function lineId(number: number, at: number): string {
	return salesforceId('OpportunityLineItem', (310_000 + number) * 16 + at)
}

const usualDiscounts = [5n, 10n, 15n, 20n].map((percent) => percent * PERCENT).concat([75_000n, 125_000n, 33_300n])

function itemLine(
	teller: Teller,
	number: number,
	at: number,
	product: Product,
	plan: { currency: Currency; closeDate: string },
	dollars: number,
	discount: bigint,
): DealLine {
	const { choices } = teller
	const { currency, closeDate } = plan
	const unit = choices.weighted(product.unitGroup.units.map((one, place) => [one, place === 0 ? 5 : 3] as const))
	const listed = listPrice(product, currency, closeDate) * unit.base
	const step = PRICE / minorUnits(currency)
	const price = choices.chance(0.7) ? listed : divide(listed * BigInt(choices.between(820, 985)), 1000n * step) * step
	const each = (Number(product.dollars) / 1e8) * Number(unit.base)
	const quantity = BigInt(Math.max(1, Math.min(4000, Math.round(dollars / each))))
	const isTerm = product.months > 0
	const start = isTerm ? dateAfter(closeDate, choices.between(1, 20)) : null
	const whole = isTerm && unit.name === 'Month' ? ((quantity + 11n) / 12n) * 12n : quantity
	return priced(
		{
			id: lineId(number, at),
			kind: 'item',
			product,
			quantity: whole * QUANTITY,
			unit: unit.name,
			price,
			listPrice: listed,
			discount,
			amount: 0n,
			start,
			end: start && dateAfter(start, 364),
		},
		currency,
	)
}

function passStages(teller: Teller, deal: Deal, plan: DealPlan, createdAt: number): void {
	const { choices } = teller
	const path: Stage[] = (['Qualification', 'Proposal', 'Negotiation'] as const).filter(() => choices.chance(0.6))
	const end = plan.closedAt - 2 * HOUR
	path.forEach((stage, at) => {
		const share = (at + 1) / (path.length + 1)
		const when = createdAt + Math.floor(((end - createdAt) * share) / MINUTE) * MINUTE + choices.between(0, 50) * 1000
		if (end - createdAt > DAY) happen(teller, deal, when, (state) => ({ ...state, stage }))
	})
	if (plan.outcome === 'won') closeDeal(teller, deal, plan.closedAt, 'Closed Won')
	if (plan.outcome === 'lost') closeDeal(teller, deal, plan.closedAt, 'Closed Lost')
}

function dealName(teller: Teller, plan: DealPlan): string {
	const thing = plan.lines.find((line) => line.kind === 'item')?.product.name.split(',')[0] ?? 'Framework'
	const company = plan.account.name.split(/[ ,]/).slice(0, 2).join(' ')
	return `${company} - ${teller.choices.pick(['', 'Expansion ', 'Q-end ', 'Renewal ', '"Phase 2" '])}${thing} ${plan.closeDate.slice(0, 4)}`
}
