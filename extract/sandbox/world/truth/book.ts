import { amountText } from '../company/exact.ts'

/** Period, customer (global id), legal entity (code) and currency of a figure; '(none)' stands for an empty part. */
export type Cell = { period: string; customer: string; legalEntity: string; currency: string }

/** One named part of the difference between bookings and revenue, as known at a moment. */
export type TruthBreak = Cell & {
	code: string
	/** The chain's global id, or the document's where there is no chain. */
	item: string
	/** In the currency's minor digits, exact. */
	amount: string
	/** Salesforce id of the deal line, or of the deal. */
	crmId: string | null
	/** NetSuite id of the order, or of the document. */
	erpId: string | null
	why: string
}

type Entry = Cell & {
	code: string
	item: string
	amount: bigint
	crmId: string | null
	erpId: string | null
	why: string
}

/** Collects breaks; those of one item, code and cell are one. */
export class BreakBook {
	#entries = new Map<string, Entry>()

	/** `amount` in minor units of the cell's currency. */
	add(
		code: string,
		cell: Cell,
		amount: bigint,
		of: { item: string; crmId: string | null; erpId: string | null },
		why: string,
	): void {
		if (amount === 0n) return
		const key = `${of.item}|${code}|${cell.period}|${cell.customer}|${cell.legalEntity}|${cell.currency}`
		const known = this.#entries.get(key)
		if (known) known.amount += amount
		else this.#entries.set(key, { ...cell, code, amount, ...of, why })
	}

	/** Those that are not zero. */
	*breaks(): Iterable<TruthBreak> {
		for (const {
			code,
			item,
			period,
			customer,
			legalEntity,
			currency,
			amount,
			crmId,
			erpId,
			why,
		} of this.#entries.values()) {
			if (amount !== 0n)
				yield {
					code,
					item,
					period,
					customer,
					legalEntity,
					currency,
					amount: amountText(amount, currency),
					crmId,
					erpId,
					why,
				}
		}
	}
}

export function inPeriod(cell: Cell, period: string): Cell {
	return { ...cell, period }
}
