import { type Currency, legalEntities } from '../company/entities.ts'
import { convert, divide, extend, QUANTITY, RATE } from '../company/exact.ts'
import { erpRate } from '../company/rates.ts'
import type { SalesLine } from './facts.ts'
import type { InvoicePlan } from './invoice.ts'
import { addLine, share } from './lines.ts'
import type { Teller } from './teller.ts'

/** What the plot makes of an invoice's first line: another price, more pieces, more discount. */
export function misbilled(teller: Teller, lines: SalesLine[], currency: Currency, part: number): SalesLine[] {
	const { mistakes } = teller
	const first = lines.find((line) => line.kind === 'item')
	if (!first || part > 0) return lines
	const reduction = lines.find((line) => line.reduces === first.id)
	const reprice = () => {
		first.amount = extend(first.quantity, first.price, currency)
		if (reduction) reduction.amount = -share(first.amount, reduction.price)
	}
	if (mistakes.has('invoice_price')) {
		first.price = divide(first.price * 95n, 100_000_000n) * 1_000_000n
		reprice()
	}
	if (mistakes.has('invoice_over')) {
		first.quantity += ((first.quantity / QUANTITY + 9n) / 10n) * QUANTITY
		reprice()
	}
	if (mistakes.has('invoice_discount')) return moreDiscount(lines, first, reduction)
	return lines
}

/** Six percent more off the first line: on its discount line, or on one that follows it. */
function moreDiscount(lines: SalesLine[], first: SalesLine, reduction: SalesLine | undefined): SalesLine[] {
	const more = -share(first.amount, 60_000n)
	if (reduction) {
		reduction.amount += more
		reduction.price += 60_000n
		return lines
	}
	const result: SalesLine[] = []
	const moved = new Map<number, number>()
	for (const line of lines) {
		const reduces = line.reduces === null ? null : moved.get(line.reduces)!
		moved.set(line.id, addLine(result, { ...line, reduces }).id)
		if (line === first)
			addLine(result, {
				...line,
				kind: 'discount',
				reduces: moved.get(line.id)!,
				product: null,
				quantity: 0n,
				unit: '',
				price: 60_000n,
				amount: more,
				account: 'discounts',
				dealLine: null,
				orderLine: null,
			})
	}
	return result
}

/** An invoice that was made out in another currency than its order. */
export function converted(teller: Teller, plan: InvoicePlan): InvoicePlan {
	if (!teller.mistakes.has('invoice_currency')) return plan
	const from = plan.state.currency
	const currency: Currency = from === 'USD' ? 'EUR' : 'USD'
	const rate = divide(erpRate(from, legalEntities.US.currency, plan.date) * RATE, erpRate(currency, 'USD', plan.date))
	const lines = plan.lines.map((line) => {
		if (line.kind !== 'item') return { ...line, amount: convert(line.amount, rate, from, currency) }
		const price = divide(divide(line.price * rate, RATE), 1_000_000n) * 1_000_000n
		return { ...line, price, amount: extend(line.quantity, price, currency) }
	})
	return { ...plan, currency, lines }
}
