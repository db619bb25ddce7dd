import { dateOf, lastDay, lastMoment, MINUTE, monthAfter, monthOf, recognitionMoment } from '../company/calendar.ts'
import { type Currency, legalEntities } from '../company/entities.ts'
import { convert, divide } from '../company/exact.ts'
import type { Invoice, Journal, Plan, PlanRow, SalesLine } from './facts.ts'
import type { InvoicePlan } from './invoice.ts'
import { documentId, documentNumber, type Teller } from './teller.ts'
import { push } from './timeline.ts'

/**
 * Gives each subscription line of an invoice a plan: equal parts over its months, from the invoice's month on. A line with a
 * discount in a foreign currency is recognised at once instead.
 */
export function makePlans(
	teller: Teller,
	invoice: Invoice,
	from: InvoicePlan,
	currency: Currency,
	rate: bigint,
): SalesLine[] {
	const base = legalEntities[from.state.entity].currency
	const lines = from.lines.map((line) => ({ ...line }))
	for (const line of lines) {
		if (line.kind !== 'item' || !line.product || line.product.months === 0) continue
		const reduction = lines.find((one) => one.kind === 'discount' && one.reduces === line.id)
		if (reduction && currency !== base) continue
		const net = line.amount + (reduction?.amount ?? 0n)
		const plan = planOf(teller, invoice, from, line, net, currency, rate)
		Object.assign(line, { account: 'deferred', plan })
		if (reduction) reduction.account = 'deferred'
		teller.story.plans.push(plan)
	}
	return lines
}

/** Posts what is due of a story's plans in the run of each month: one journal per invoice and run. */
export function recognise(teller: Teller): void {
	const byInvoice = new Map<Invoice, Plan[]>()
	for (const plan of teller.story.plans) byInvoice.set(plan.invoice, [...(byInvoice.get(plan.invoice) ?? []), plan])
	for (const [invoice, plans] of byInvoice) {
		let month = monthOf(dateOf(invoice.createdAt))
		if (recognitionMoment(monthAfter(month, -1)) > plans[0]!.createdAt) month = monthAfter(month, -1)
		for (; recognitionMoment(month) < lastMoment; month = monthAfter(month)) post(teller, plans, month)
	}
}

/** Ends a plan after a month: later rows are removed. Returns what will never be recognised, in the entity's currency. */
export function truncate(plan: Plan, lastMonth: string, at: number): bigint {
	const gone = plan.rows.filter((row) => row.month > lastMonth)
	const rest = gone.reduce((sum, row) => sum + row.amount, 0n)
	for (const row of gone) row.removedAt = at
	push(plan.versions, at, { amount: plan.rows.reduce((sum, row) => sum + row.amount, 0n) - rest })
	return rest
}

function planOf(
	teller: Teller,
	invoice: Invoice,
	from: InvoicePlan,
	line: SalesLine,
	net: bigint,
	currency: Currency,
	rate: bigint,
): Plan {
	const base = legalEntities[from.state.entity].currency
	const total = convert(net, rate, currency, base)
	const element = 600_000 + teller.index * 40 + teller.next.element++
	const months = line.months ?? line.product!.months
	const part = (count: number) => divide(total * BigInt(count), BigInt(months))
	const rows: PlanRow[] = Array.from({ length: months }, (_, at) => ({
		id: String(element * 16 + at + 1),
		month: monthAfter(monthOf(from.date), at),
		amount: part(at + 1) - part(at),
		journal: null,
		removedAt: null,
	}))
	const plan: Plan = {
		elementId: String(element),
		id: String(element + 7_000_000),
		invoice,
		line: line.id,
		product: line.product!,
		createdAt: from.enteredAt + 3 * MINUTE,
		lineAmount: line.amount,
		currency,
		rate,
		entity: from.state.entity,
		customer: from.customer,
		quantity: line.quantity,
		versions: [],
		rows,
		hasForecast: teller.choices.chance(0.1),
	}
	push(plan.versions, plan.createdAt, { amount: total })
	return plan
}

function post(teller: Teller, plans: Plan[], month: string): void {
	const stamp = recognitionMoment(month) + (teller.index % 50) * MINUTE
	const due = plans.flatMap((plan) =>
		plan.rows.filter((row) => isDue(plan, row, month, stamp)).map((row) => ({ plan, row })),
	)
	if (due.length === 0) return
	const { entity } = plans[0]!
	const journal: Journal = {
		id: documentId(teller),
		number: documentNumber(teller, 'JE'),
		entity,
		date: lastDay(month),
		period: month,
		createdAt: stamp,
		stamp,
		rows: due,
		manual: null,
	}
	for (const { row } of due) row.journal = journal
	teller.story.journals.push(journal)
}

function isDue(plan: Plan, row: PlanRow, month: string, at: number): boolean {
	return (
		plan.createdAt < at && row.journal === null && row.month <= month && (row.removedAt === null || row.removedAt > at)
	)
}
