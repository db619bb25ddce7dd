import { lastMoment, stampOf } from '../../company/calendar.ts'
import { legalEntities } from '../../company/entities.ts'
import { amountText } from '../../company/exact.ts'
import type { Journal } from '../../story/facts.ts'
import type { Emit } from '../emit.ts'
import { accountCombination, accountingDate, ledgerName, oracleBook, type Row } from './book.ts'
import { documentId, oracleId } from './identifiers.ts'

const object = 'journalBatches'
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** A journal by hand, alone in its batch. The general ledger names no customer. */
export function emitJournal(emit: Emit, journal: Journal, manual: NonNullable<Journal['manual']>): void {
	const { entity, createdAt: from, stamp, period } = journal
	if (from >= lastMoment) return
	const { currency } = legalEntities[entity]
	const batch = oracleId('header', Number(journal.id) * 10)
	const header = documentId(journal.id)
	const name = `${journal.number} ${manual.memo}`
	const sides = [
		{ account: manual.against, amount: manual.amount },
		{ account: manual.account, amount: -manual.amount },
	]
	const lines = sides.map(({ account, amount }, at): Row => {
		const debit = amount > 0n ? amountText(amount, currency) : null
		const credit = amount < 0n ? amountText(-amount, currency) : null
		return {
			object: `${object}.journalHeaders.journalLines`,
			id: `${header} ${at + 1}`,
			parent: header,
			values: {
				JeLineNumber: String(at + 1),
				AccountCombination: accountCombination(account, entity),
				CurrencyCode: currency,
				EnteredDr: debit,
				EnteredCr: credit,
				AccountedDr: debit,
				AccountedCr: credit,
				Description: manual.memo,
			},
		}
	})
	oracleBook(emit).write(from, stamp, [
		{
			object,
			id: batch,
			values: {
				JeBatchId: batch,
				BatchName: name,
				Status: 'P',
				StatusMeaning: 'Posted',
				UserJeSourceName: 'Manual',
				PostedDate: stampOf(stamp),
			},
		},
		{
			object: `${object}.journalHeaders`,
			id: header,
			parent: batch,
			values: {
				JournalName: name,
				UserJeCategoryName: 'Adjustment',
				LedgerName: ledgerName(entity),
				PeriodName: `${months[Number(period.slice(5)) - 1]}-${period.slice(2, 4)}`,
				DefaultEffectiveDate: accountingDate(journal, from),
				CurrencyCode: currency,
				JournalDescription: manual.memo,
			},
		},
		...lines,
	])
}
