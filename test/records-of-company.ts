import type { RecordVersion } from '../extract/sandbox/world/world.ts'
import type { Source, Stream } from '../extract/source.ts'
import { netsuite } from '../extract/sources/netsuite/netsuite.ts'
import { salesforce } from '../extract/sources/salesforce/salesforce.ts'
import { all, type Row, type State, stateOf, text } from './extract/sandbox/world/measures.ts'

/** A month's bookings and revenue in the reporting currency (USD), exact text with two decimals, read from the vendors' records alone. */
export function reportingFigures(versions: RecordVersion[], moment: number, period: string) {
	const state = stateOf(versions, moment)
	return { bookings: amountText(bookings(state, period)), revenue: amountText(revenue(state, period)) }
}

/** Each won deal of the period at the dated rate of its close date, rounded to the cent. */
function bookings(state: State, period: string): bigint {
	const rates = all(state, 'DatedConversionRate')
	let total = 0n
	for (const deal of all(state, 'Opportunity')) {
		if (!deal.IsWon || deal.IsDeleted || text(deal.CloseDate).slice(0, 7) !== period) continue
		const isCovering = (rate: Row) =>
			rate.IsoCode === deal.CurrencyIsoCode &&
			text(rate.StartDate) <= text(deal.CloseDate) &&
			text(deal.CloseDate) < text(rate.NextStartDate)
		const rate = deal.CurrencyIsoCode === 'USD' ? '1' : text(rates.find(isCovering)?.ConversionRate)
		const inverse = rounded(10n ** 20n, scaled(rate, 10))
		total += rounded(scaled(deal.Amount, 4) * inverse, 10n ** 12n)
	}
	return total
}

/** What was posted to income accounts in the period, at the period's average consolidation rate, each rounded to the cent. */
function revenue(state: State, period: string): bigint {
	const isIncome = new Set(
		all(state, 'account')
			.filter(({ accttype }) => accttype === 'Income' || accttype === 'OthIncome')
			.map(({ id }) => text(id)),
	)
	const periods = new Set(
		all(state, 'accountingperiod')
			.filter(
				(one) => text(one.startdate).slice(0, 7) === period && !one.isyear && !one.isquarter && one.isadjust !== true,
			)
			.map(({ id }) => text(id)),
	)
	const averages = new Map(
		all(state, 'consolidatedexchangerate')
			.filter((one) => periods.has(text(one.postingperiod)) && one.tosubsidiary === '1')
			.map((one) => [text(one.fromsubsidiary), text(one.averagerate)]),
	)
	let total = 0n
	for (const posting of all(state, 'transactionaccountingline')) {
		if (!posting.posting || !isIncome.has(text(posting.account))) continue
		const transaction = state.get('transaction')!.get(text(posting.transaction))!
		if (transaction.voided || !transaction.posting || !periods.has(text(transaction.postingperiod))) continue
		const line = state.get('transactionline')!.get(`${text(posting.transaction)}:${text(posting.transactionline)}`)!
		const rate = line.subsidiary === '1' ? '1' : averages.get(text(line.subsidiary))!
		const credited = scaled(posting.credit ?? '0', 4) - scaled(posting.debit ?? '0', 4)
		total += rounded(credited * scaled(rate, 10), 10n ** 12n)
	}
	return total
}

function scaled(value: string | boolean | null | undefined, places: number): bigint {
	const [whole = '0', part = ''] = text(value).split('.')
	return BigInt(whole + part.padEnd(places, '0').slice(0, places))
}

/** The quotient, half away from zero. */
function rounded(value: bigint, divisor: bigint): bigint {
	const size = (2n * (value < 0n ? -value : value) + divisor) / (2n * divisor)
	return value < 0n ? -size : size
}

function amountText(cents: bigint): string {
	const digits = `${cents < 0n ? -cents : cents}`.padStart(3, '0')
	return `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/**
 * The records of each stream (`salesforce__accounts`) that are new, changed or gone in the company between two moments, by key;
 * fields that no stream reads do not count. Keys are sorted.
 */
export function changedRecords(versions: RecordVersion[], from: number, to: number): Map<string, string[]> {
	const before = stateOf(versions, from)
	const after = stateOf(versions, to)
	const changed = new Map<string, string[]>()
	for (const [source, stream] of streams()) {
		const [old, current] = [before.get(stream.object), after.get(stream.object)]
		const keys = [...new Set([...(old?.keys() ?? []), ...(current?.keys() ?? [])])].filter(
			(key) => print(stream, old?.get(key)) !== print(stream, current?.get(key)),
		)
		if (keys.length > 0) changed.set(`${source}__${stream.name}`, keys.sort())
	}
	return changed
}

/** The streams of records; what a system adds up itself is none. */
function streams(): [string, Stream][] {
	const read = (kind: string, { streams: declared, inUse }: Pick<Source, 'streams' | 'inUse'>) => {
		const names = inUse?.({}) ?? declared.map(({ name }) => name)
		return declared
			.filter(({ name }) => names.includes(name) && !name.endsWith('_totals'))
			.map((stream): [string, Stream] => [kind, stream])
	}
	return [...read('salesforce', salesforce as never), ...read('netsuite', netsuite as never)]
}

function print(stream: Stream, record: Row | undefined): string {
	if (!record) return 'none'
	return JSON.stringify(Object.values(stream.columns).map((column) => record[column.field] ?? null))
}
