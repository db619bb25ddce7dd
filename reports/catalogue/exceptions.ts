import { z } from 'zod'
import { addressOf } from '../address.ts'
import { fileColumn } from '../columns.ts'
import { defineReport } from '../report.ts'

/** Problems that a person settles by saying what belongs together. */
const linkProblems = new Set([
	'no_match',
	'two_candidates',
	'disagreement',
	'deal_leads_nowhere',
	'order_leads_nowhere',
	'ambiguous_reference',
	'order_disagreement',
	'decision_leads_nowhere',
])

/** Records that could not be matched or linked without a person. */
export const exceptions = defineReport({
	name: 'exceptions',
	title: 'Exceptions of identity',
	question: 'Which records fit nobody, two, or lead nowhere?',
	reader: 'RevOps',
	shows:
		'Every record whose partner is missing, doubled or refused, with the candidates and the owner; and every line or rate that can’t be as it stands.',
	leavesOut: 'Accounts that never won a deal: they need no ERP customer.',
	parameters: z.object({}),
	query: (db) => db.selectFrom('marts.exceptions').selectAll(),
	columns: [
		{ name: 'subject_name', title: 'Record', kind: 'text' },
		{ name: 'kind', title: 'Problem', kind: 'word' },
		{ name: 'explanation', title: 'Why', kind: 'text', isLong: true },
		{ name: 'candidates', title: 'Candidates', kind: 'text', missing: 'none' },
		{ name: 'owner_name', title: 'Owner', kind: 'text', missing: 'nobody' },
		{ name: 'subject_id', title: 'Id', kind: 'id' },
		fileColumn('exception_id', 'Exception id', 'id'),
	],
	key: ['exception_id'],
	sort: ['kind', 'subject_name'],
	facets: ['kind', 'owner_name'],
	filters: ['subject_id', 'exception_id'],
	search: ['subject_name', 'subject_id', 'explanation', 'candidates'],
	rowHref: (row) =>
		linkProblems.has(String(row['kind'])) ? addressOf(['links'], { record: String(row['subject_id']) }) : null,
	empty: 'No exceptions: every record that needs a partner has exactly one.',
})
