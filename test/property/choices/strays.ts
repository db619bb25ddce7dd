import type { Teller } from './teller.ts'

/** Revenue that belongs to no deal: an order and an invoice that name none, an invoice made twice, journals. */
export function tellStrays({ book, pick }: Teller): void {
	const kind = pick('', '', '', '', '', 'order', 'invoice', 'twin invoice', 'journal', 'deal', 'credit')
	const lines = [{ quantity: 2, price: 50 }]
	if (kind === 'order') {
		book.order('OX', { deals: '', lines })
		book.invoice('IX', { order: 'OX', lines })
	}
	if (kind === 'invoice' || kind === 'twin invoice')
		book.invoice('IX', { order: null, lines, created: '2026-01-20 09:00:00' })
	if (kind === 'twin invoice') {
		const others = [
			{ quantity: 1, price: 50 },
			{ product: 'Q', quantity: 1, price: 50 },
		]
		book.invoice('IXT', {
			order: null,
			lines: pick(lines, lines, others),
			created: pick('2026-01-20 10:00:00', '2026-01-21 09:00:00', '2026-01-21 09:00:01'),
		})
		if (pick(false, true)) book.credit('KX', { invoice: pick('IXT', 'IX'), lines })
	}
	if (kind === 'journal') {
		const place = { customer_id: book.erp('C'), legal_entity_id: 'netsuite:1', currency: 'USD' }
		book.revenue('J', 'journal', '2026-02', 123.45, place, { document_id: book.erp('J1') })
	}
	if (kind === 'credit') book.credit('KX', { invoice: null, lines })
	if (kind === 'deal') book.deal('DX', { customer: 'N', lines })
}
