import { z } from 'zod'
import { addressOf } from '../address.ts'
import { fileColumn } from '../columns.ts'
import { defineReport } from '../report.ts'

/** Every check of this generation, passes too. */
export const checks = defineReport({
	name: 'checks',
	path: '/checks',
	title: 'Checks',
	question: 'Can I trust it; who repairs what?',
	reader: 'integration owner',
	shows:
		'Every check of this generation with its result. A check that cannot run is "broken" and never counts as a pass.',
	leavesOut: 'Earlier results: each check has a page with its history.',
	parameters: z.object({}),
	query: (db) => db.selectFrom('tieout.checks').selectAll(),
	columns: [
		{ name: 'check_name', title: 'Check', kind: 'text' },
		{ name: 'status', title: 'Result', kind: 'status' },
		{ name: 'problem_count', title: 'Problems', kind: 'count' },
		{ name: 'owner', title: 'Owner', kind: 'text', missing: 'nobody' },
		{ name: 'severity', title: 'Severity', kind: 'text' },
		{ name: 'is_blocking', title: 'Blocks', kind: 'text' },
		{
			name: 'explanation',
			title: 'What it proves',
			kind: 'text',
			isLong: true,
			show: (row) => String(row['explanation']).split(/ First: /)[0],
		},
		{ name: 'checked_at', title: 'At', kind: 'moment' },
		fileColumn('sample', 'Problems, at most 20, as JSON'),
		fileColumn('sql', 'SQL'),
	],
	key: ['check_name'],
	sort: ['check_name'],
	facets: ['status', 'owner', 'severity', 'is_blocking'],
	search: ['check_name', 'explanation', 'owner'],
	rowHref: (row) => addressOf(['checks', String(row['check_name'])]),
	empty: 'No check has run: nothing here is proved.',
})
