import type { Currency, EntityCode } from '../../company/entities.ts'
import { legalEntities } from '../../company/entities.ts'
import { amountText, rateText } from '../../company/exact.ts'
import type { Values } from '../emit.ts'
import { type Book, companyName, rowName } from './site.ts'

/** One entry of the general ledger: debits positive; `own` in the company's currency, `foreign` in the transaction's. */
export type Entry = {
	account: string
	own: bigint
	foreign: bigint
	/** The account's own currency, where it is not the company's. */
	accountCurrency?: Currency
	party?: string | null
	/** The row of the voucher that it books. */
	detail?: string
	against?: [type: string, name: string]
}

export type Voucher = {
	type: string
	name: string
	entity: EntityCode
	date: string
	currency: Currency
	rate: bigint
	remarks: string | null
}

/** Books the entries of a voucher. Amounts that are zero are booked nowhere. `run` tells one booking of it from another. */
export function bookEntries(
	book: Book,
	voucher: Voucher,
	entries: Entry[],
	from: number,
	stamp: number,
	run = '',
): void {
	entries.forEach((entry, at) => {
		if (entry.own === 0n && entry.foreign === 0n) return
		book.write('GL Entry', entryName(voucher, run, at), from, stamp, entryValues(voucher, entry, run === '', false))
	})
}

/** Cancelled: each entry is marked, and one that reverses it is written beside it, marked as well. */
export function cancelEntries(book: Book, voucher: Voucher, entries: Entry[], from: number, stamp: number): void {
	entries.forEach((entry, at) => {
		if (entry.own === 0n && entry.foreign === 0n) return
		book.write('GL Entry', entryName(voucher, '', at), from, stamp, entryValues(voucher, entry, true, true))
		const reversed = { ...entry, own: -entry.own, foreign: -entry.foreign }
		book.write('GL Entry', entryName(voucher, 'cancel', at), from, stamp, entryValues(voucher, reversed, true, true))
	})
}

function entryName({ type, name }: Voucher, run: string, at: number): string {
	return rowName('GL Entry', type, name, run, at)
}

/** Entries of deferred accounting say nothing of the transaction's currency. */
function entryValues(voucher: Voucher, entry: Entry, hasTransaction: boolean, isCancelled: boolean): Values {
	const { entity, currency, rate } = voucher
	const base = legalEntities[entity].currency
	const accountCurrency = entry.accountCurrency ?? base
	const inAccount = accountCurrency === base ? entry.own : entry.foreign
	return {
		posting_date: voucher.date,
		account: entry.account,
		party_type: entry.party ? 'Customer' : null,
		party: entry.party ?? null,
		company: companyName(entity),
		...sides('', entry.own, base),
		account_currency: accountCurrency,
		...sides('_in_account_currency', inAccount, accountCurrency),
		transaction_currency: hasTransaction ? currency : null,
		transaction_exchange_rate: hasTransaction ? rateText(rate) : '0',
		...sides('_in_transaction_currency', hasTransaction ? entry.foreign : 0n, currency),
		voucher_type: voucher.type,
		voucher_no: voucher.name,
		voucher_detail_no: entry.detail ?? null,
		against_voucher_type: entry.against?.[0] ?? null,
		against_voucher: entry.against?.[1] ?? null,
		is_cancelled: isCancelled ? '1' : '0',
		remarks: voucher.remarks,
	}
}

function sides(suffix: string, amount: bigint, currency: string): Values {
	const zero = amountText(0n, currency)
	return {
		[`debit${suffix}`]: amount > 0n ? amountText(amount, currency) : zero,
		[`credit${suffix}`]: amount < 0n ? amountText(-amount, currency) : zero,
	}
}
