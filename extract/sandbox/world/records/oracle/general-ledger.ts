import { DAY, HOUR, stampOf } from '../../company/calendar.ts'
import { type EntityCode, type LedgerAccount, legalEntities } from '../../company/entities.ts'
import { amountText } from '../../company/exact.ts'
import type { Emit } from '../emit.ts'
import { accountCombination, ledgerName, oracleBook, type Row } from './book.ts'
import { oracleId } from './identifiers.ts'

const object = 'journalBatches'
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** What a document posts to an account: minor units, credits positive; `base` in the ledger's currency. */
export type Posting = { category: string; account: LedgerAccount; date: string; amount: bigint; base: bigint }

/** Where a document is posted. */
export type Posted = {
	source: 'Receivables' | 'Revenue Management'
	entity: EntityCode
	currency: string
}

type Batch = {
	from: number
	entity: EntityCode
	source: string
	sums: Map<string, Posting & { currency: string }>
}

/** The general ledger: what the subledgers transfer to it, every day at nine (UTC). It holds days, not documents. */
export type GeneralLedger = {
	/** What a document has posted from a moment on. The difference to what it had, of the same story, is transferred. */
	post(document: Posted, from: number, before: Posting[], now: Posting[]): void
	/** Writes the batches: one for each ledger, subledger and day, with a journal for each category, currency and accounting date. */
	write(emit: Emit): void
}

export function createGeneralLedger(): GeneralLedger {
	const batches = new Map<string, Batch>()
	return {
		post: ({ source, entity, currency }, at, before, now) => {
			const from = Math.ceil((at - 9 * HOUR) / DAY) * DAY + 9 * HOUR
			const key = `${from} ${entity} ${source}`
			const batch = batches.get(key) ?? { from, entity, source, sums: new Map() }
			const taken = before.map((one) => ({ ...one, amount: -one.amount, base: -one.base }))
			for (const one of [...taken, ...now]) {
				const place = `${one.category}|${currency}|${one.date}|${one.account}`
				const sum = batch.sums.get(place)
				const [amount, base] = [one.amount + (sum?.amount ?? 0n), one.base + (sum?.base ?? 0n)]
				batch.sums.set(place, { ...one, currency, amount, base })
			}
			batches.set(key, batch)
		},
		write: (emit) => {
			const inOrder = [...batches].sort(([one, a], [other, b]) => a.from - b.from || (one < other ? -1 : 1))
			for (const [at, [, batch]] of inOrder.entries()) emitBatch(emit, batch, oracleId('batch', at + 1))
		},
	}
}

function emitBatch(emit: Emit, { from, entity, source, sums }: Batch, id: string): void {
	const moved = [...sums.values()].filter(({ amount, base }) => amount !== 0n || base !== 0n)
	if (moved.length === 0) return
	const journals = Map.groupBy(moved, ({ category, currency, date }) => `${category} ${currency} ${date}`)
	const rows = [...journals].flatMap(([name, lines], at): Row[] => {
		const header = `${id} ${at + 1}`
		const { category, currency, date } = lines[0]!
		const month = `${months[Number(date.slice(5, 7)) - 1]}-${date.slice(2, 4)}`
		return [
			{
				object: `${object}.journalHeaders`,
				id: header,
				parent: id,
				values: {
					JournalName: name,
					UserJeCategoryName: category,
					LedgerName: ledgerName(entity),
					LegalEntityName: legalEntities[entity].name,
					PeriodName: month,
					DefaultEffectiveDate: date,
					CurrencyCode: currency,
					JournalDescription: `${category} of ${source}`,
				},
			},
			...lines.map((line, number) => lineRow(header, number + 1, line, entity)),
		]
	})
	const values = {
		JeBatchId: id,
		BatchName: `${source} A ${id}`,
		Status: 'P',
		StatusMeaning: 'Posted',
		ActualFlagMeaning: 'Actual',
		UserJeSourceName: source,
		PostedDate: stampOf(from),
	}
	oracleBook(emit).write(from, from, [{ object, id, values }, ...rows])
}

function lineRow(parent: string, number: number, line: Posting & { currency: string }, entity: EntityCode): Row {
	const base = legalEntities[entity].currency
	const sides = (amount: bigint, currency: string) => ({
		debit: amount < 0n ? amountText(-amount, currency) : null,
		credit: amount > 0n ? amountText(amount, currency) : null,
	})
	const entered = sides(line.amount, line.currency)
	const accounted = sides(line.base, base)
	return {
		object: `${object}.journalHeaders.journalLines`,
		id: `${parent} ${number}`,
		parent,
		values: {
			JeLineNumber: String(number),
			AccountCombination: accountCombination(line.account, entity),
			CurrencyCode: line.currency,
			EnteredDr: entered.debit,
			EnteredCr: entered.credit,
			AccountedDr: accounted.debit,
			AccountedCr: accounted.credit,
			Description: null,
		},
	}
}
