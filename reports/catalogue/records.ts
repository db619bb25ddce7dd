import { z } from 'zod'
import { amountColumn, currencyColumn, customerIdColumn, entityColumn, fileColumn, periodColumn } from '../columns.ts'
import { defineReport } from '../report.ts'

/** The records that bookings, billings and revenue are made of. */
export const records = defineReport({
	name: 'records',
	title: 'Records behind the figures',
	question: 'Which records of the systems make up a figure?',
	reader: 'auditor',
	shows:
		'Deals and their lines by close date, invoices and credit notes with their lines and revenue entries by posting period, each at its own place.',
	leavesOut: 'Nothing: records that do not count (drafts, voided, deleted, deals not won) are marked so.',
	parameters: z.object({}),
	query: (db) => db.selectFrom('marts.records').selectAll(),
	columns: [
		{ name: 'object', title: 'Record', kind: 'word' },
		{ name: 'document_number', title: 'Document', kind: 'text', missing: '–' },
		{ name: 'own_date', title: 'Date', kind: 'date' },
		periodColumn,
		entityColumn,
		amountColumn('amount', 'Amount'),
		currencyColumn,
		{ name: 'account', title: 'Account', kind: 'text', missing: '–' },
		amountColumn('base_amount', 'In the entity’s currency', 'base_currency', { missing: '–' }),
		amountColumn('open_amount', 'Open', 'currency', { missing: '–', needs: ['receivables'] }),
		{ name: 'source', title: 'System', kind: 'text' },
		fileColumn('due_month', 'Month due'),
		fileColumn('own_legal_entity', 'Legal entity that the deal itself names'),
		fileColumn('base_currency', 'Currency of the entity'),
		fileColumn('is_counted', 'Counts'),
		fileColumn('record_id', 'Record id', 'id'),
		fileColumn('document_id', 'Document id', 'id'),
		customerIdColumn,
	],
	key: ['object', 'record_id'],
	sort: ['-own_date'],
	facets: ['object', 'period_id', 'legal_entity', 'currency', 'account', 'source', 'is_counted'],
	filters: ['document_id', 'customer_id', 'due_month', 'own_legal_entity'],
	search: ['document_number', 'record_id', 'document_id'],
	totals: {
		currency: 'currency',
		amounts: ['amount', 'open_amount'],
		own: ['base_amount'],
		within: {
			amount: ['object', 'is_counted'],
			open_amount: ['object', 'is_counted'],
			base_amount: ['object', 'is_counted'],
		},
	},
	empty: 'Nothing is loaded.',
})
