import { z } from 'zod'
import { addressOf } from '../address.ts'
import { amountColumn, currencyColumn, entityColumn, fileColumn, periodColumn } from '../columns.ts'
import { defineReport } from '../report.ts'

/** How old what is open at the end of each period is. */
export const ageing = defineReport({
	name: 'ageing',
	title: 'Ageing of open breaks',
	question: 'How old is what was still open at the end of the period?',
	reader: 'controller',
	shows:
		'Per period, code, currency and legal entity the balances that are carried into the next period, by their age at the period’s end. The buckets are those of `ageing_buckets` in the configuration.',
	leavesOut: 'Codes that are not carried: they are new and cleared in their own period.',
	parameters: z.object({}),
	query: (db) => db.selectFrom('marts.ageing').selectAll(),
	columns: [
		{ name: 'code', title: 'Code', kind: 'code' },
		{ name: 'bucket', title: 'Age', kind: 'text' },
		periodColumn,
		amountColumn('amount', 'Open'),
		currencyColumn,
		{ name: 'item_count', title: 'Items', kind: 'count' },
		{ name: 'oldest_date', title: 'Oldest', kind: 'date', missing: '–' },
		entityColumn,
		fileColumn('bucket_number', 'Bucket', 'count'),
	],
	key: ['period_id', 'code', 'currency', 'legal_entity', 'bucket_number'],
	sort: ['-period_id', '-bucket_number', '-amount'],
	facets: ['period_id', 'code', 'bucket', 'currency', 'legal_entity'],
	totals: { currency: 'currency', amounts: ['amount'], within: { amount: ['period_id'] } },
	rowHref: (row) =>
		addressOf(['reports', 'open-items'], {
			period_id: String(row['period_id']),
			bucket: String(row['bucket']),
			code: String(row['code']),
			currency: String(row['currency']),
			legal_entity: String(row['legal_entity']),
		}),
	empty: 'Nothing was open at the end of any period.',
})
