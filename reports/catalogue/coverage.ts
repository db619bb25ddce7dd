import { z } from 'zod'
import { defineReport } from '../report.ts'

/** How much of each system has its partner in the other. */
export const coverage = defineReport({
	name: 'coverage',
	title: 'Coverage',
	question: 'How much of each system has its partner in the other?',
	reader: 'integration owner',
	shows:
		'For each measure the count on both sides, what matches, the gap that is expected and the one that nothing explains.',
	leavesOut: 'Whether everything of a source was loaded: that is completeness, on the certificates.',
	parameters: z.object({}),
	query: (db) => db.selectFrom('marts.coverage').selectAll(),
	columns: [
		{ name: 'measure', title: 'Measure', kind: 'text' },
		{ name: 'crm_count', title: 'In CRM', kind: 'count', missing: '–' },
		{ name: 'erp_count', title: 'In ERP', kind: 'count', missing: '–' },
		{ name: 'matched_count', title: 'Matched', kind: 'count', missing: '–' },
		{ name: 'expected_gap_count', title: 'Expected gap', kind: 'count', missing: '–' },
		{ name: 'unexplained_gap_count', title: 'Unexplained gap', kind: 'count', missing: '–' },
	],
	key: ['measure'],
	sort: ['-unexplained_gap_count'],
	empty: 'Nothing is loaded to compare.',
})
