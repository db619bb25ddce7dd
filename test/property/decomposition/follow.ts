import { moneyShared, type Ratios } from './exact.ts'
import { type Order, twinInvoices } from './links.ts'
import { type Before, type Matches, matchFollowing } from './matching.ts'
import { originsIn } from './origins.ts'
import type { Deal, Document, DocumentLine, Records } from './records.ts'

/** Where a document's lines go: `matches` has those that chains follow, `codeOf` says under which code the others stand. */
export type Path = { document: Document; isCredit: boolean; matches: Matches; codeOf(line: string): string }

type Line = Pick<DocumentLine, 'of'>

/** Where invoices and credit notes go, by id. */
export function followDocuments(
	records: Records,
	orders: ReadonlyMap<string, Order>,
	matches: ReadonlyMap<string, Matches>,
): Map<string, Path> {
	const invoices = new Map(records.invoices.map((invoice) => [invoice.id, invoice]))
	const ofOrders = originsIn(records.orders)
	const isFollowed = (id: string) => orders.get(id)?.isTwin === false
	const twins = twinInvoices(records, orders)
	const ordersOfLine = (invoice: Document, line: Line) =>
		ofOrders.ofDocument(invoice).length === 0 ? [invoice.id] : ofOrders.ofLine(invoice, line)
	/** Of what is not followed; empty: its order is. */
	const codeOfOrders = (ids: readonly string[]) => {
		if (ids.some(isFollowed)) return ''
		const [first] = ids
		return orders.get(first!)?.isTwin || twins.has(first!) ? 'duplicate' : 'missing_in_crm'
	}
	const codeOfInvoice = (invoice: Document, line: Line) => codeOfOrders(ordersOfLine(invoice, line))
	const before = (document: Document, own: Matches, deals: readonly Deal[]): Before => ({
		document,
		matches: own,
		amounts: amountsOf(records, document, own),
		deals,
	})
	const paths = new Map<string, Path>()
	for (const invoice of records.invoices) {
		const found = matchLines(invoice, ordersOfLine, (line, ids) =>
			ids.includes(invoice.id)
				? matches.get(invoice.id)!.get(line.id)!
				: matchFollowing(
						line,
						ids.map((id) => before(orders.get(id)!.document, matches.get(id)!, orders.get(id)!.deals)),
					),
		)
		paths.set(
			invoice.id,
			pathOf(invoice, false, found, (line) => codeOfInvoice(invoice, line)),
		)
	}
	const ofInvoices = originsIn(records.invoices)
	const codeOfCredit = (credit: Document, line: Line) => {
		const [first] = ofInvoices.ofLine(credit, line)
		const invoice = invoices.get(first ?? '')
		if (!invoice) return 'missing_in_crm'
		return codeOfInvoice(invoice, invoice.lines.find(({ id }) => id === line.of) ?? { of: null })
	}
	for (const credit of records.credits) {
		const found = matchLines(
			credit,
			(_, line) => ofInvoices.ofLine(credit, line),
			(line, ids) =>
				matchFollowing(
					line,
					ids.map((id) => before(invoices.get(id)!, paths.get(id)!.matches, [])),
				),
		)
		paths.set(
			credit.id,
			pathOf(credit, true, found, (line) => codeOfCredit(credit, line)),
		)
	}
	return paths

	function matchLines(
		document: Document,
		originsOf: (document: Document, line: DocumentLine) => string[],
		match: (line: DocumentLine, ids: string[]) => Ratios,
	): Matches {
		if (!document.isPosted) return new Map()
		return new Map(
			document.lines.flatMap((line) => {
				const ids = originsOf(document, line).filter((id) => isFollowed(id) || (paths.get(id)?.matches.size ?? 0) > 0)
				const named = ids.length === 1 ? paths.get(ids[0]!) : undefined
				const isOfNone = named?.document.lines.some(({ id }) => id === line.of) && !named.matches.has(line.of!)
				const ratios = ids.length === 0 || isOfNone ? new Map() : match(line, ids)
				return ratios.size === 0 ? [] : [[line.id, ratios] as const]
			}),
		)
	}
}

/** What is not followed though its order is was posted for a document that does not count. */
function pathOf(document: Document, isCredit: boolean, matches: Matches, codeOf: (line: Line) => string): Path {
	const lines = new Map(document.lines.map((line) => [line.id, line]))
	return { document, isCredit, matches, codeOf: (id) => codeOf(lines.get(id) ?? { of: null }) || 'unexplained' }
}

/** By line, what each chain has of it. */
function amountsOf({ minorDigits }: Records, { lines, currency }: Document, matches: Matches) {
	const followed = lines.filter(({ id }) => matches.has(id))
	return new Map(followed.map(({ id, amount }) => [id, moneyShared(amount, matches.get(id)!, minorDigits(currency))]))
}
