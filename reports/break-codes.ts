import type { BreakCode } from '../models/break-code.ts'
import { allSystems, type Need, type Systems } from './systems.ts'

/**
 * A break code in words: its name, and what it says about the difference. Carried ones stay open until their balance is zero. `needs`:
 * what the systems must have to show such a difference; `without`: what it means where they have not.
 */
export type BreakCodeWords = {
	title: string
	meaning: string
	isCarried: boolean
	needs?: readonly Need[]
	without?: Partial<Record<Need, string>>
}

/** Every code of the closed list, in the order in which a difference is split (docs/definitions.md). */
export const breakCodes: Record<BreakCode, BreakCodeWords> = {
	timing: carried('Timing', 'Won in one period and invoiced in another: it comes back there with the other sign'),
	not_ordered: carried('Not ordered', 'Won, and no sales order exists for it', { needs: ['orders'] }),
	awaiting_approval: carried('Awaiting approval', 'Ordered, and the order waits for approval', { needs: ['orders'] }),
	not_invoiced: carried('Not invoiced', 'Ordered, and nothing of the line is invoiced yet', {
		without: { orders: 'Won, and no invoice exists for it' },
	}),
	partly_invoiced: carried('Partly invoiced', 'Ordered and invoiced in part: what is still to come', {
		needs: ['orders'],
	}),
	missing_in_crm: once('Missing in CRM', 'Revenue of an order or invoice that belongs to no deal', {
		without: { orders: 'Revenue of an invoice that belongs to no deal' },
	}),
	price: once('Price', 'Another unit price than the deal has', {
		without: { compared_lines: 'Another amount than the deal has' },
	}),
	quantity: once('Quantity', 'Another quantity than the deal has', { needs: ['compared_lines'] }),
	unit_of_measure: once('Unit of measure', 'The same number in another unit', { needs: ['deal_lines', 'units'] }),
	discount: once('Discount', 'Another discount than the deal has', { needs: ['compared_lines'] }),
	tax_or_freight: once('Tax or freight', 'Tax or freight counted on one side only'),
	exchange_rate: once('Exchange rate', 'The two systems translate at different rates'),
	currency_mismatch: once('Currency mismatch', 'The deal and its order or invoice are in different currencies', {
		without: { orders: 'The deal and its invoice are in different currencies' },
	}),
	duplicate: once('Duplicate', 'The same deal or order exists twice', {
		without: { orders: 'The same deal or invoice exists twice' },
	}),
	cancelled_or_credited: once('Cancelled or credited', 'Closed short, cancelled, credited or billed again', {
		without: { orders: 'Credited or billed again' },
	}),
	wrong_customer: once('Wrong customer', 'Posted at another customer than the one who bought'),
	wrong_entity: once('Wrong legal entity', 'Posted at another legal entity than the deal names'),
	deferred: carried('Deferred', 'Invoiced, and recognised in another period', { needs: ['recognition'] }),
	out_of_scope: once('Out of scope', 'Not meant to be in both systems, by the configuration'),
	rounding: once('Rounding', 'Each side rounds by itself: at most one minor unit per line'),
	unexplained: once('Unexplained', 'No other code fits: to be looked at by a person'),
}

/** The words of a code, for the systems in use; a code of a newer release is shown by its own name. */
export function breakCodeWords(code: string, systems: Systems = allSystems): BreakCodeWords {
	const words =
		(breakCodes as Record<string, BreakCodeWords>)[code] ??
		once(
			code.replaceAll('_', ' ').replace(/^./, (letter) => letter.toUpperCase()),
			'A code that this release does not know',
		)
	const other = Object.entries(words.without ?? {}).find(([need]) => !systems.has(need as Need))
	return other ? { ...words, meaning: other[1] } : words
}

/** Whether the systems in use can show such a difference, or one is found all the same. */
export function breakCodeIsPossible(code: string, systems: Systems): boolean {
	return systems.codes.has(code) || (breakCodeWords(code).needs ?? []).every((need) => systems.has(need))
}

type Rest = Pick<BreakCodeWords, 'needs' | 'without'>

function carried(title: string, meaning: string, rest: Rest = {}): BreakCodeWords {
	return { title, meaning, isCarried: true, ...rest }
}

function once(title: string, meaning: string, rest: Rest = {}): BreakCodeWords {
	return { title, meaning, isCarried: false, ...rest }
}
