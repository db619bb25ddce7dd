import {
	DAY,
	dateAfter,
	dateOf,
	firstMonth,
	isWeekend,
	lastDay,
	moment,
	monthAfter,
	monthOf,
} from '../company/calendar.ts'
import { legalEntities } from '../company/entities.ts'
import { minorUnits, QUANTITY } from '../company/exact.ts'
import { accountOf, type ErpCustomer, erpOnlyCount, isCustomer } from '../company/parties.ts'
import { blockSize } from '../company/setting.ts'
import { bill } from './bill.ts'
import { dealLines, reserveDeal } from './deal.ts'
import type { Journal } from './facts.ts'
import { tellInvoice } from './invoice.ts'
import { approve, draftsOf, type OrderPlan, orderState, tellOrder } from './order.ts'
import { documentId, documentNumber, isTold, later, officeMoment, type Teller } from './teller.ts'

type Kind = 'direct' | 'invoice' | 'web' | 'small' | 'journal' | 'small_journal'

/** What began in the ERP alone: sales by telephone, the web shop, journals by hand. */
export function tellStray(teller: Teller, place: number): void {
	const { choices, setting } = teller
	const date = strayDate(teller, (place + choices.next()) / setting.strayCount)
	const kind = choices.weighted<Kind>([
		['direct', 46 * setting.faults],
		['invoice', 10 * setting.faults],
		['web', 18],
		['small', 10],
		['journal', 14 * setting.faults],
		['small_journal', 6 * setting.faults],
	])
	if (kind === 'journal' || kind === 'small_journal') {
		tellJournal(teller, date, kind === 'journal')
		return
	}
	const customer = strayCustomer(teller, date)
	const plan = strayPlan(teller, kind, customer, date)
	if (kind !== 'invoice') {
		const order = tellOrder(teller, plan)
		bill(teller, order, approve(teller, order))
		return
	}
	const at = later(teller, plan.createdAt, 1, 9, plan.entity)
	if (!isTold(at)) return
	tellInvoice(teller, {
		orders: [],
		state: orderState(teller, plan),
		customer,
		lines: orderState(teller, plan).lines,
		date: dateOf(at),
		enteredAt: at,
	})
}

function strayPlan(teller: Teller, kind: Kind, customer: ErpCustomer, date: string): OrderPlan {
	const { choices } = teller
	const entity = customer.subsidiaries[0]!
	const { currency } = customer
	const dollars =
		kind === 'small'
			? 700 + 2600 * choices.next()
			: kind === 'web'
				? 600 + 9000 * choices.next()
				: 8000 + 40_000 * choices.next() ** 3
	const lines = dealLines(teller, reserveDeal(teller), {
		currency,
		entity,
		closeDate: date,
		dollars,
		count: choices.between(1, 3),
		only: (product) =>
			product.dollars < 3_000_00000000n &&
			(product.months === 0 || kind === 'direct') &&
			(kind === 'direct' || product.family !== 'Services'),
	})
	const drafts = draftsOf(teller, fitted(lines, kind, currency), currency, currency, 0n).map((draft) => ({
		...draft,
		dealLine: null,
	}))
	return {
		deals: [],
		customer,
		billTo: null,
		entity,
		currency,
		createdAt: officeMoment(teller, date, entity),
		drafts,
		freight: 0n,
		channel: kind === 'web' ? 'web' : 'direct',
		link: 'none',
	}
}

/** Far from the minimum of the scope on the side that the kind says. */
function fitted(lines: ReturnType<typeof dealLines>, kind: Kind, currency: string): ReturnType<typeof dealLines> {
	const least: Record<string, bigint> = { USD: 6500n, EUR: 6200n, GBP: 5300n, JPY: 1_000_000n, KWD: 2100n }
	const total = lines.reduce((sum, line) => sum + line.amount, 0n) / minorUnits(currency)
	if (kind === 'web' || (kind === 'small' && total * 3n < least[currency]! * 2n)) return lines
	if (kind === 'small')
		return lines.slice(0, 1).map((line) => ({
			...line,
			product: line.product,
			quantity: QUANTITY,
			price: line.price > least[currency]! * 60_000_000n ? line.price / 10n : line.price,
		}))
	if (total > least[currency]!) return lines
	return fitted(
		lines.map((line) => ({ ...line, quantity: line.quantity * 2n, amount: line.amount * 2n })),
		kind,
		currency,
	)
}

function strayDate(teller: Teller, place: number): string {
	const { choices } = teller
	const month = monthAfter(firstMonth, Math.floor(place * 20.4))
	const date = dateAfter(`${month}-01`, choices.between(0, 26))
	return isWeekend(date) ? dateAfter(date, 2) : date
}

/** Half of these customers are unknown to the CRM. */
function strayCustomer(teller: Teller, date: string): ErpCustomer {
	const { choices, setting } = teller
	for (;;) {
		const blocks = erpOnlyCount(setting)
		const index = choices.chance(0.5)
			? setting.accountCount + choices.between(0, blocks - 1)
			: choices.between(0, blocks * blockSize - 1)
		if (index < setting.accountCount && !isCustomer(setting, index)) continue
		const account = accountOf(setting, index)
		if (account.createdAt < moment(date) - 20 * DAY) return account.customers[0]!
	}
}

/** Revenue by hand: accruals and corrections that name no document, some of them not even a customer. */
function tellJournal(teller: Teller, date: string, isLarge: boolean): void {
	const { choices } = teller
	const customer = strayCustomer(teller, date)
	const entity = customer.subsidiaries[0]!
	const { currency } = legalEntities[entity]
	const dollars = isLarge ? choices.between(6500, 48_000) : choices.between(120, 3900)
	const perDollar: Record<string, number> = { USD: 100, EUR: 92, GBP: 79, JPY: 149 }
	const at = officeMoment(teller, date, entity)
	const journal: Journal = {
		id: documentId(teller),
		number: documentNumber(teller, 'JE'),
		entity,
		date: choices.chance(0.4) ? lastDay(monthOf(date)) : date,
		period: monthOf(date),
		createdAt: at,
		stamp: at,
		rows: [],
		manual: {
			account: 'other',
			against: 'accrued',
			amount: BigInt(dollars * perDollar[currency]!) + (currency === 'JPY' ? 0n : BigInt(choices.between(0, 99))),
			memo: choices.pick([
				'Accrual, unbilled work',
				'Correction per controller',
				'Rebate reversal Q-end',
				'True-up "as discussed"',
				'Reclass revenue, see e-mail',
			]),
			customer: choices.chance(0.45) ? customer : null,
		},
	}
	teller.story.journals.push(journal)
}
