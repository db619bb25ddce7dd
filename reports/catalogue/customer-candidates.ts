import { z } from 'zod'
import { addressOf } from '../address.ts'
import { fileColumn } from '../columns.ts'
import { defineReport } from '../report.ts'

/** ERP customers without an account, with the accounts that they may belong to. */
export const customerCandidates = defineReport({
	name: 'customer-candidates',
	title: 'Candidates of customers',
	question: 'Which ERP customers are no account’s, and whose may they be?',
	reader: 'RevOps',
	shows:
		'ERP customers that nothing links to an account, each with up to five accounts that have a name, a domain, a contact or amounts in common with it, and what people rejected.',
	leavesOut: 'ERP customers with which no account has anything in common: they are among the exceptions.',
	parameters: z.object({}),
	query: (db) => db.selectFrom('marts.customer_candidates').selectAll(),
	columns: [
		{ name: 'erp_name', title: 'ERP customer', kind: 'text' },
		{ name: 'erp_number', title: 'Number', kind: 'text', missing: '–' },
		{ name: 'crm_name', title: 'Account', kind: 'text' },
		{ name: 'evidence', title: 'Why', kind: 'text', isLong: true },
		{ name: 'evidence_count', title: 'Reasons', kind: 'count' },
		{ name: 'choice', title: 'Choice', kind: 'word' },
		{ name: 'won_deal_count', title: 'Won deals', kind: 'count' },
		{ name: 'state', title: 'State', kind: 'word' },
		{ name: 'owner_name', title: 'Owner', kind: 'text', missing: 'nobody' },
		fileColumn('crm_id', 'Id of the account', 'id'),
		fileColumn('erp_id', 'Id of the ERP customer', 'id'),
		fileColumn('candidate_id', 'Candidate id', 'id'),
	],
	key: ['candidate_id'],
	sort: ['-evidence_count', 'erp_name'],
	facets: ['choice', 'state', 'owner_name'],
	filters: ['choice', 'crm_id', 'erp_id', 'candidate_id'],
	search: ['erp_name', 'crm_name', 'erp_number', 'crm_id', 'erp_id'],
	rowHref: (row) => addressOf(['links'], { crm: String(row['crm_id']), erp: String(row['erp_id']) }),
	empty: 'Every ERP customer has its account, or nothing in common with any.',
})
