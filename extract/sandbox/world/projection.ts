import { moment, monthOf } from './company/calendar.ts'
import { divide, extend } from './company/exact.ts'
import type { Setting } from './company/setting.ts'
import type { Deal, DocumentState, Invoice, SalesLine, Story } from './story/facts.ts'
import { tellStory } from './story/tell.ts'

/**
 * What a system, or the two together, can't hold of the company's life. Each is one rule below that takes it out of a story, as a
 * company with such systems would keep its books. The records are written from what is left, and the truth is told of it.
 *
 * - `deal_lines`: deals have an amount and no lines.
 * - `line_references`: no line of a document names the deal line that it is for.
 * - `credit_lines`: no line of a credit note names the invoice line that it gives back.
 * - `units`: quantities have no unit of measure on one side at least.
 * - `collective_invoices`: an invoice is of one order. What would be billed together is told as an invoice for each (`story/together.ts`).
 * - `collective_credits`: a credit note is of one invoice; likewise.
 * - `charge_orders`: what an invoice of several orders charges beside its lines is one charge, and names none of them.
 * - `loose_freight`: freight that is on no order is on no invoice: it is ordered first (`story/collective.ts`).
 * - `loose_lines`: an invoice of an order has no line that bills none of the order's. What is billed so is an invoice without an order, which
 *   names the order's deals itself.
 * - `orders`: no sales orders. The invoices of an order name its deals themselves, as the order did.
 * - `recognition`: no schedules and no recognition journals: an invoice line is revenue when it is posted.
 * - `journal_customers`: a journal names no customer.
 * - `journals`: no journals by hand.
 * - `exact_rates`: the CRM's rates have six decimals, counted in its own currency. No story changes by it; the truth counts with them.
 * - `merge_trail`: nothing tells into which account a merged one went: references to it lead nowhere. The truth sees no link then.
 * - `recognition_runs`: nothing names the run that recognised revenue: what it posted is known by its invoice alone.
 * - `entry_times`: nothing tells when an invoice was entered; its date stands for it.
 * - `discount_lines`: the discount of a line is in the line; only one of the whole document has a line of its own.
 * - `discount_postings`: a line is posted with its discounts, as one amount. No story changes by it; the truth shares out such amounts.
 * - `long_prices`: prices on the ERP's documents have four decimals, whatever they were reckoned with.
 * - `third_decimal`: documents of the ERP have two decimals in every currency: dinars are rounded, line by line.
 * - `quoted_rates`: the ERP's rates have five decimals of what is quoted (`quotation`). No story changes by it; the truth counts with them.
 * - `closed_orders`: an order that is closed before anything of it was billed can't be told from a cancelled one.
 * - `erp_rates`: the ERP has no table of rates, only what stands on its documents. The truth then goes by the CRM's.
 */
export type Lack =
	| 'deal_lines'
	| 'line_references'
	| 'credit_lines'
	| 'units'
	| 'collective_invoices'
	| 'collective_credits'
	| 'charge_orders'
	| 'loose_freight'
	| 'loose_lines'
	| 'orders'
	| 'recognition'
	| 'recognition_runs'
	| 'entry_times'
	| 'discount_lines'
	| 'discount_postings'
	| 'long_prices'
	| 'third_decimal'
	| 'quoted_rates'
	| 'closed_orders'
	| 'erp_rates'
	| 'journal_customers'
	| 'journals'
	| 'exact_rates'
	| 'merge_trail'

/** The story as a pair of systems that lack this can show it. */
export function projectedStory(setting: Setting, index: number, lacks: ReadonlySet<Lack>): Story {
	const story = tellStory(setting, index, lacks)
	for (const lack of Object.keys(rules) as Lack[]) if (lacks.has(lack)) rules[lack](story)
	return story
}

/** In the order in which they are applied. They change the story that they are given, which is told anew each time. */
const rules: Record<Lack, (story: Story) => void> = {
	deal_lines: (story) => {
		for (const { state } of story.deals.flatMap(({ versions }) => versions)) if (state) state.lines = []
	},
	line_references: (story) => {
		for (const line of documentLines(story)) line.dealLine = null
	},
	credit_lines: (story) => {
		for (const { state } of story.credits.flatMap(({ versions }) => versions))
			for (const line of state?.lines ?? []) line.orderLine = null
	},
	units: (story) => {
		for (const { state } of story.deals.flatMap(({ versions }) => versions))
			for (const line of state?.lines ?? []) line.unit = ''
		for (const line of documentLines(story)) line.unit = ''
	},
	collective_invoices: () => {},
	collective_credits: () => {},
	charge_orders: (story) => {
		const several = story.invoices.filter(({ orders }) => orders.length > 1)
		for (const { state } of several.flatMap(({ versions }) => versions))
			if (state) state.lines = withOneFreight(state.lines, ({ order: _, ...line }) => ({ ...line, orderLine: null }))
		const credits = story.credits.filter(({ invoices }) => invoices.some((invoice) => several.includes(invoice)))
		for (const { state } of credits.flatMap(({ versions }) => versions))
			if (state) state.lines = withOneFreight(state.lines, (line) => line)
	},
	loose_freight: () => {},
	loose_lines: (story) => {
		for (const invoice of story.invoices) if (invoice.orders.length > 0 && isLoose(invoice)) namesDealsItself(invoice)
	},
	orders: withoutOrders,
	recognition: (story) => {
		for (const line of documentLines(story)) {
			if (line.account === 'deferred') line.account = line.product?.account ?? 'discounts'
			line.plan = null
		}
		story.plans = []
		story.journals = story.journals.filter(({ manual }) => manual !== null)
	},
	recognition_runs: (story) => {
		for (const journal of story.journals)
			if (!journal.manual && journal.rows[0]) journal.id = journal.rows[0].plan.invoice.id
	},
	journal_customers: (story) => {
		for (const { manual } of story.journals) if (manual) manual.customer = null
	},
	journals: (story) => {
		story.journals = story.journals.filter(({ manual }) => manual === null)
	},
	exact_rates: () => {},
	merge_trail: () => {},
	entry_times: (story) => {
		for (const invoice of story.invoices) {
			const { date, period } = invoice.versions[0]!.state!
			invoice.createdAt = moment(datedIn(date, period))
		}
	},
	discount_lines: (story) => {
		for (const { versions } of [...story.orders, ...story.invoices, ...story.credits])
			for (const { state } of versions) if (state) state.lines = withoutReductions(state.lines)
	},
	discount_postings: () => {},
	third_decimal: (story) => {
		for (const { versions } of [...story.orders, ...story.invoices, ...story.credits])
			for (const { state } of versions) if (state?.currency === 'KWD') withTwoDecimals(state)
		for (const { state } of story.payments.flatMap(({ versions }) => versions)) {
			if (state?.currency !== 'KWD') continue
			state.amount = twoDecimals(state.amount)
			for (const share of state.applied) share.amount = twoDecimals(share.amount)
		}
	},
	long_prices: (story) => {
		for (const { versions } of [...story.orders, ...story.invoices, ...story.credits])
			for (const { state } of versions)
				if (state) state.lines = state.lines.map((line) => withShortPrice(line, state.currency))
	},
	quoted_rates: () => {},
	closed_orders: (story) => {
		for (const { state } of story.orders.flatMap(({ versions }) => versions)) {
			const isBilled = state?.lines.some(({ quantityBilled }) => quantityBilled > 0n)
			if (state?.status === 'closed' && !isBilled) state.status = 'cancelled'
		}
	},
	erp_rates: () => {},
}

/** The date of a document where the date decides the period: one that came after its month was closed bears the next one's first day. */
export function datedIn(date: string, period: string): string {
	return monthOf(date) === period ? date : `${period}-01`
}

/** The first line of freight for all of them. */
function withOneFreight(lines: SalesLine[], change: (line: SalesLine) => SalesLine): SalesLine[] {
	const [first, ...others] = lines.filter(({ kind }) => kind === 'freight')
	const amount = others.reduce((sum, line) => sum + line.amount, first?.amount ?? 0n)
	return lines
		.filter((line) => !others.includes(line))
		.map((line) => (line === first ? change({ ...line, amount }) : line))
}

/** Each line less what the discount lines below it take off. */
function withoutReductions(lines: SalesLine[]): SalesLine[] {
	const isReduction = ({ kind, reduces }: SalesLine) => kind === 'discount' && reduces !== null
	return lines
		.filter((line) => !isReduction(line))
		.map((line) => {
			const reductions = lines.filter((one) => isReduction(one) && one.reduces === line.id)
			const reduction = reductions.reduce((sum, { amount }) => sum - amount, 0n)
			return reduction === 0n ? line : { ...line, amount: line.amount - reduction, gross: line.amount }
		})
}

/** Lines one by one; the document is what they come to. What was unpaid in full, or not at all, stays so. */
function withTwoDecimals(state: DocumentState & { lines: SalesLine[]; unpaid?: bigint; applied?: bigint }): void {
	const total = state.net + state.tax
	const isWhole = { unpaid: state.unpaid === total, applied: state.applied === total }
	// Versions share their lines.
	state.lines = state.lines.map((line) => ({
		...line,
		amount: twoDecimals(line.amount),
		gross: line.gross ?? line.amount,
	}))
	state.net = state.lines.reduce((sum, line) => sum + line.amount, 0n)
	state.tax = twoDecimals(state.tax)
	if (state.unpaid !== undefined) state.unpaid = isWhole.unpaid ? state.net + state.tax : twoDecimals(state.unpaid)
	if (state.applied !== undefined) state.applied = isWhole.applied ? state.net + state.tax : twoDecimals(state.applied)
}

/** The price of an item with four decimals; the amount stays. */
function withShortPrice(line: SalesLine, currency: string): SalesLine {
	const price = divide(line.price, 10_000n) * 10_000n
	if (line.kind !== 'item' || price === line.price) return line
	return { ...line, price, gross: extend(line.quantity, price, currency) }
}

/** Thousandths with a last digit of 0. */
function twoDecimals(amount: bigint): bigint {
	return divide(amount, 10n) * 10n
}

function documentLines(story: Story): SalesLine[] {
	const documents = [...story.orders, ...story.invoices, ...story.credits]
	return documents.flatMap(({ versions }) => versions.flatMap(({ state }) => state?.lines ?? []))
}

function withoutOrders(story: Story): void {
	for (const invoice of story.invoices) if (invoice.orders.length > 0) namesDealsItself(invoice)
	for (const { state } of story.deals.flatMap(({ versions }) => versions)) if (state) state.orderNumber = null
	story.orders = []
}

/** Whether none of its items bills a line of the order. */
function isLoose({ versions }: Invoice): boolean {
	const items = versions[0]?.state?.lines.filter(({ kind }) => kind === 'item') ?? []
	return items.length > 0 && items.every(({ orderLine }) => orderLine === null)
}

/** What people would have written on the orders, if the deal names them, they write on the invoice: of several deals those that it is for. */
function namesDealsItself(invoice: Invoice): void {
	const { billedDeals } = invoice
	const links = invoice.orders.flatMap(({ deals }) => deals)
	const linked = links
		.filter(({ deal, from }) => from !== Number.POSITIVE_INFINITY && (billedDeals?.includes(deal) ?? true))
		.map(({ deal }) => deal)
	const others = links.map(({ deal }) => deal).filter((deal) => !linked.includes(deal))
	invoice.orders = []
	invoice.deals = linked.map((deal) => ({ deal, from: 0 }))
	for (const { state } of invoice.versions) {
		if (!state) continue
		const isNamed = ({ id }: Deal) => state.reference?.toLowerCase().includes(id.slice(0, 15).toLowerCase())
		if (linked.length === 0 || !linked.every(isNamed) || others.some(isNamed))
			state.reference = linked.length === 0 ? null : linked.map(({ id }) => id).join(', ')
		for (const line of state.lines) {
			line.orderLine = null
			delete line.order
		}
	}
}
