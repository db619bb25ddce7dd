import type { Line } from '../../model-cases/book.ts'
import type { Pick } from './choices.ts'
import { sum, type Teller, type ToldDeal, times } from './teller.ts'

/** What became of each line of a deal in the order; `part` of it, where there are two orders. */
export function tellOrderLines({ pick, worth }: Teller, deal: ToldDeal, part: number): Line[] {
	if (deal.lines.length === 0) {
		const net = deal.amount - pick(0, 0.01, 13, 75, -20)
		return [worth({ product: 'P', quantity: 1, price: net * part })]
	}
	return deal.lines.flatMap((line) => {
		const named = pick(true, false) ? line : { ...line, of: undefined }
		return (isPriced(line) ? orderedAs(pick, times(named, part)) : orderedAtAmount(pick, times(named, part))).map(worth)
	})
}

const isPriced = ({ quantity, price }: Line) => quantity != null && price != null

/** A line without a quantity or a price has an amount alone. */
function orderedAtAmount(pick: Pick, line: Line): Line[] {
	const { amount: _, ...named } = line
	return pick<Line[]>(
		[line],
		[{ ...named, quantity: 5, price: 50 }],
		[{ ...line, amount: line.amount! + 10 }],
		[{ ...line, quantity: line.quantity == null ? 3 : null }],
	)
}

function orderedAs(pick: Pick, line: Line): Line[] {
	const { amount: _, ...same } = line
	const { quantity, price } = same as { quantity: number; price: number }
	const plain = [same]
	return pick<Line[]>(
		plain,
		plain,
		plain,
		plain,
		plain,
		[{ ...same, quantity: quantity + 2 }],
		[{ ...same, quantity: quantity * 0.6 }],
		[{ ...same, price: price + 5 }],
		[{ ...same, price: price * 0.9 }],
		[{ ...same, price: price + 0.001 }],
		[{ ...same, discount: 0 }],
		[{ ...same, discount: 20 }],
		[{ ...same, quantity: quantity + 2, price: price - 1, discount: 5 }],
		[{ ...same, quantity: quantity * 12, price: price / 12, unit: 'Each' }],
		[{ ...same, quantity: quantity / 12, price: price * 12, unit: 'Case' }],
		[{ ...same, unit: 'Case' }],
		[{ ...same, unit: 'Each' }],
		[{ ...same, unit: 'Case', quantity: quantity + 1 }],
		[{ ...same, unit: 'Box', price: price + 3 }],
		[],
		[
			{ ...same, quantity: quantity * 0.4 },
			{ ...same, quantity: quantity * 0.6 },
		],
		[
			{ ...same, product: 'Q', price: price * 0.7 },
			{ ...same, product: 'P', price: price * 0.3 },
		],
		[
			{ ...same, unit: 'Each', quantity: quantity * 0.5 },
			{ ...same, unit: 'Case', quantity: quantity * 0.5 },
		],
		[{ ...same, product: 'R' }],
		[{ ...same, quantity: null, price: null, amount: quantity * price }],
		[{ ...same, more: { is_closed: true } }],
		[
			{ ...same, quantity: quantity / 2, more: { is_closed: true } },
			{ ...same, quantity: quantity / 2 },
		],
		[{ ...same, product: 'R', of: undefined }],
	)
}

/** Lines that no deal line has: another product, freight, discounts of a line, of the whole, of a line that is not there. */
export function tellExtras({ pick, worth }: Teller, items: readonly Line[]): Line[] {
	const extra = pick<Line[]>([], [], [], [], [{ product: 'R', quantity: 2, price: 30 }])
	const freight = pick<Line[]>(
		[],
		[],
		[],
		[{ kind: 'freight', amount: 40, quantity: null }],
		[{ kind: 'freight', amount: 25, quantity: null }],
	)
	const discount = pick<Line[]>(
		[],
		[],
		[],
		[],
		[{ kind: 'discount', amount: -50, quantity: null }],
		[{ kind: 'discount', amount: -sum(items) / 10, quantity: null }],
		[{ kind: 'discount', amount: -items[0]!.amount! / 8, quantity: null, reduces: '1' }],
		[{ kind: 'discount', amount: -5, quantity: null, reduces: '99' }],
	)
	return [...extra, ...freight, ...discount].map(worth)
}
