import { z } from 'zod'
import { fileColumn } from '../columns.ts'
import { defineReport } from '../report.ts'

/** Whether what was loaded is what the source said it had. */
export const certificates = defineReport({
	name: 'certificates',
	title: 'Completeness certificates',
	question: 'Did we load everything that the source has?',
	reader: 'auditor',
	shows: "Per run and stream: the source's own count against what was landed and loaded.",
	leavesOut: 'Streams whose source gives no count read "unverifiable", with the reason.',
	parameters: z.object({}),
	query: (db) => db.selectFrom('tieout.certificates').selectAll(),
	columns: [
		{ name: 'stream', title: 'Stream', kind: 'text' },
		{ name: 'connection', title: 'Connection', kind: 'text' },
		{ name: 'verdict', title: 'Verdict', kind: 'status' },
		{ name: 'source_rows', title: 'Source says', kind: 'count' },
		{ name: 'landed_rows', title: 'Landed', kind: 'count' },
		{
			name: 'loaded_rows',
			title: 'Changed',
			kind: 'count',
			description: 'Rows that differed from the newest version and were loaded',
		},
		{ name: 'quarantined_rows', title: 'Quarantine', kind: 'count' },
		{ name: 'certified_at', title: 'At', kind: 'moment' },
		{ name: 'reason', title: 'Reason', kind: 'text', missing: '–' },
		{ name: 'run_id', title: 'Run', kind: 'id', isFileOnly: true },
		fileColumn('money', 'Money'),
	],
	key: ['run_id', 'connection', 'stream'],
	sort: ['-certified_at'],
	facets: ['verdict', 'connection', 'stream'],
	filters: ['run_id'],
	empty: 'No certificates yet: nothing was extracted.',
})
