import type { Line } from '../../model-cases/book.ts'
import { billedPart, day, inDocument, isItem, type Teller, type ToldOrder, uncounted } from './teller.ts'

/** An invoice that bills several orders at once, and perhaps a credit note that takes back parts of several invoices. */
export function tellCollective(teller: Teller, told: readonly ToldOrder[]): void {
	const { book, pick, worth, currency } = teller
	const kind = pick('', '', '', 'invoice', 'invoice and credit')
	if (kind === '' || told.length === 0) return
	const orders = pick(false, false, true) ? [...told, ofNoDeal(teller)] : told
	const month = pick(1, 2, 3)
	const share = pick(0.5, 1, 0.25)
	const ofOrders = orders.flatMap(({ id, lines }) =>
		lines
			.map((line, at) => ({ line, of: pick(`${id}.${at + 1}`, `${id}.${at + 1}`, `${id}.${at + 1}`, null, 'O9.9') }))
			.filter(({ line }) => isItem(line) || pick(true, false))
			.filter(({ line }) => line.kind !== 'discount')
			.map(({ line, of }) => ({ ...worth(billedPart(line, share)), of })),
	)
	const extras = pick<Line[]>(
		[],
		[],
		[{ kind: 'freight', amount: 30, quantity: null, of: null }],
		[{ product: 'R', quantity: 1, price: 20, of: null }],
		[{ kind: 'discount', amount: -15, quantity: null, of: null }],
	).map(worth)
	const lines = inDocument('IC', [...ofOrders, ...extras])
	if (lines.length === 0) return
	const total = lines[0]!.amount!
	const recognised = pick<[string, number][] | undefined>(undefined, undefined, [
		[`2026-0${month}`, worth({ amount: total / 3 }).amount!],
		['2026-03', worth({ amount: total / 2 }).amount!],
	])
	const isPosted = pick(true, true, true, true, true, false)
	book.invoice('IC', {
		order: pick(null, null, null, orders[0]!.id),
		deals: pick('', '', 'D1'),
		date: day(month, 22),
		currency,
		lines,
		isPosted,
		more: uncounted(pick),
		...(recognised && isPosted && month < 3 && { recognised }),
	})
	if (kind === 'invoice') return
	const named = pick('IC', 'IC', null)
	const others = pick<Line[]>(
		[],
		[],
		[
			{ ...worth({ quantity: 1, price: 12 }), of: 'IO11.1' },
			{ ...worth({ amount: 7 }), of: null },
		],
	)
	book.credit('KC', {
		invoice: named,
		date: day(Math.min(3, month + pick(0, 1)), 26),
		currency,
		lines: [
			...lines
				.filter(({ kind: own }) => own !== 'discount')
				.map((line, at) => ({
					...worth(billedPart(line, pick(0.5, 1, 0.2))),
					of: pick(`IC.${at + 1}`, `IC.${at + 1}`, null),
				})),
			...others,
		],
		more: uncounted(pick),
	})
}

function ofNoDeal({ book, currency, worth }: Teller): ToldOrder {
	const lines = [worth({ quantity: 4, price: 25 })]
	book.order('OY', { deals: '', currency, lines })
	return { id: 'OY', deals: '', month: 1, lines }
}
