import { DAY, dateOf, HOUR, moment, monthOf, postingPeriod, workday } from '../company/calendar.ts'
import { legalEntities } from '../company/entities.ts'
import { divide, minorUnits, PRICE, QUANTITY } from '../company/exact.ts'
import { erpRate } from '../company/rates.ts'
import type { Credit, Invoice, SalesLine } from './facts.ts'
import { freightLine, otherProduct, totals } from './lines.ts'
import { truncate } from './recognition.ts'
import { documentId, documentNumber, isTold, lateness, later, type Teller } from './teller.ts'
import { latest, push } from './timeline.ts'

/**
 * Credits an invoice, or several at once. What is still unpaid of one is settled by it; what several have is left on the customer's account.
 * Returns undefined when that lies beyond the story's end.
 */
export function tellCredit(teller: Teller, invoices: Invoice[], lines: SalesLine[], at: number): Credit | undefined {
	if (!isTold(at)) return undefined
	const [invoice, ...others] = invoices as [Invoice, ...Invoice[]]
	const billed = latest(invoice.versions)
	const date = dateOf(at)
	const amounts = totals(lines, billed.entity)
	const applied = others.length > 0 ? 0n : smaller(billed.unpaid, amounts.net + amounts.tax)
	const credit: Credit = {
		id: documentId(teller),
		number: documentNumber(teller, 'CM'),
		createdAt: at,
		invoices,
		versions: [],
	}
	const { customer, billTo, entity, currency, reference, channel } = billed
	const rate = erpRate(currency, legalEntities[entity].currency, date)
	const from = push(
		credit.versions,
		at,
		{
			customer,
			billTo,
			entity,
			currency,
			date,
			rate,
			reference,
			channel,
			memo: null,
			...amounts,
			period: postingPeriod(date, at),
			applied,
			lines,
		},
		lateness(teller),
	)
	teller.story.credits.push(credit)
	if (applied > 0n) settle(invoice, from, applied)
	return credit
}

/** The lines of a credit for a share of an invoice, in hundredths of each line; 100: all of it. */
export function creditLines(invoice: Invoice, hundredths: bigint, only?: (line: SalesLine) => boolean): SalesLine[] {
	const { lines } = latest(invoice.versions)
	const credited = lines.filter((line) => (only ? only(line) : true))
	return credited.map((line, at) => ({
		...line,
		id: at + 1,
		reduces: line.reduces === null ? null : credited.findIndex((one) => one.id === line.reduces) + 1,
		orderLine: line.id,
		plan: null,
		quantity: line.kind === 'item' ? (line.quantity * hundredths) / 100n : line.quantity,
		amount: hundredths === 100n ? line.amount : divide(line.amount * hundredths, 100n),
	}))
}

/** A goodwill credit: a product that the invoice doesn't have, for some hundredths of its net amount. */
export function goodwillLines(teller: Teller, invoice: Invoice): SalesLine[] {
	const { lines, net, currency } = latest(invoice.versions)
	const amount = divide(net * BigInt(teller.choices.between(2, 9)), 100n)
	const product = otherProduct(teller, lines, 'Services')
	const price = (amount * PRICE) / minorUnits(currency)
	return [
		{
			...freightLine(amount, currency),
			id: 1,
			kind: 'item',
			product,
			price,
			quantity: QUANTITY,
			unit: product.unitGroup.units[0]!.name,
			account: product.account,
		},
	]
}

/** Cancels the subscriptions of an invoice at the end of a month: credits what was not recognised, ends the plans. */
export function cancelSubscription(teller: Teller, invoice: Invoice, at: number): void {
	const { lines, currency } = latest(invoice.versions)
	const base = legalEntities[latest(invoice.versions).entity].currency
	if (currency !== base || !isTold(at) || Number(dateOf(at).slice(8)) < 8) return
	const credited: SalesLine[] = []
	for (const line of lines) {
		if (!line.plan) continue
		const rest = truncate(line.plan, monthOf(dateOf(at)), at + HOUR)
		const quantity = divide(
			line.quantity * rest,
			line.plan.rows.reduce((sum, row) => sum + row.amount, 0n),
		)
		if (rest > 0n)
			credited.push({
				...line,
				id: credited.length + 1,
				orderLine: line.id,
				reduces: null,
				plan: null,
				quantity,
				amount: rest,
				account: 'deferred',
			})
	}
	if (credited.length > 0) tellCredit(teller, [invoice], credited, at)
}

/** Most customers pay about when it is due, some in two parts, a few never. */
export function tellPayments(teller: Teller): void {
	for (const invoice of teller.story.invoices) {
		const { choices } = teller
		const state = latest(invoice.versions)
		if (state.status !== 'open' || choices.chance(0.04)) continue
		const paidAt = later(teller, moment(state.dueDate), -12, 28, state.entity)
		const parts = choices.chance(0.06) ? 2n : 1n
		for (let part = 1n; part <= parts; part++)
			pay(teller, invoice, paidAt + Number(part - 1n) * 12 * DAY, parts - part + 1n)
	}
}

function pay(teller: Teller, invoice: Invoice, wanted: number, parts: bigint): void {
	const state = latest(invoice.versions)
	const at = Math.max(wanted, invoice.versions[invoice.versions.length - 1]!.from + HOUR)
	const amount = state.unpaid / parts
	if (amount <= 0n || !isTold(at)) return
	const date = workday(dateOf(at))
	const { customer, entity, currency } = state
	const from = Math.max(at, moment(date))
	const versions = [
		{
			from,
			stamp: from,
			state: {
				customer,
				entity,
				currency,
				date,
				rate: erpRate(currency, legalEntities[entity].currency, date),
				period: postingPeriod(date, from),
				amount,
				applied: [{ invoice, amount }],
				memo: null,
			},
		},
	]
	teller.story.payments.push({
		id: documentId(teller),
		number: documentNumber(teller, 'PYMT'),
		createdAt: from,
		versions,
	})
	settle(invoice, from, amount)
}

function settle(invoice: Invoice, at: number, amount: bigint): void {
	const state = latest(invoice.versions)
	const unpaid = state.unpaid - amount
	const isPaid = unpaid === 0n
	push(invoice.versions, at, {
		...state,
		unpaid,
		status: isPaid ? 'paid' : state.status,
		closeDate: isPaid ? dateOf(at) : null,
	})
}

function smaller(one: bigint, other: bigint): bigint {
	return one < other ? one : other
}
