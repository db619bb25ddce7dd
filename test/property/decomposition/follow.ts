import { moneyShared } from './exact.ts'
import { type Order, twinInvoices } from './links.ts'
import { type Matches, matchFollowing } from './matching.ts'
import type { Document, Records } from './records.ts'

/** Where a document's lines go; without `matches` nowhere, and what was posted has the code. */
export type Path = { document: Document; isCredit: boolean; matches: Matches | null; code: string }

/** Where invoices and credit notes go, by id. */
export function followDocuments(
	records: Records,
	orders: ReadonlyMap<string, Order>,
	matches: ReadonlyMap<string, Matches>,
): Map<string, Path> {
	const twins = twinInvoices(records, orders)
	const paths = new Map<string, Path>()
	const outside = (document: Document, isCredit: boolean, code: string) =>
		paths.set(document.id, { document, isCredit, matches: null, code })
	for (const invoice of records.invoices) {
		const order = orders.get(invoice.of ?? invoice.id)
		if (!order) outside(invoice, false, twins.has(invoice.id) ? 'duplicate' : 'missing_in_crm')
		else if (order.isTwin) outside(invoice, false, 'duplicate')
		else if (!invoice.isPosted) outside(invoice, false, 'unexplained')
		else {
			const own = matches.get(order.document.id)!
			const found =
				order.document === invoice
					? own
					: matchFollowing(invoice, order.document, own, amountsOf(records, order.document, own))
			paths.set(invoice.id, { document: invoice, isCredit: false, matches: found, code: '' })
		}
	}
	for (const credit of records.credits) {
		const path = paths.get(credit.of ?? '')
		if (!path?.matches) outside(credit, true, path?.code ?? 'missing_in_crm')
		else if (!credit.isPosted) outside(credit, true, 'unexplained')
		else {
			const found = matchFollowing(credit, path.document, path.matches, amountsOf(records, path.document, path.matches))
			paths.set(credit.id, { document: credit, isCredit: true, matches: found, code: '' })
		}
	}
	return paths
}

/** By line, what each chain has of it. */
function amountsOf({ minorDigits }: Records, { lines, currency }: Document, matches: Matches) {
	return new Map(lines.map(({ id, amount }) => [id, moneyShared(amount, matches.get(id)!, minorDigits(currency))]))
}
