import { z } from 'zod'
import { addressOf } from '../address.ts'
import { defineReport } from '../report.ts'

/** The runs of the pipeline that a generation knows of. */
export const runs = defineReport({
	name: 'runs',
	title: 'Runs of the pipeline',
	question: 'What ran up to this generation, and what came of it?',
	reader: 'integration owner',
	shows: 'One row per run up to the one that published this generation.',
	leavesOut: 'Runs since then, and those that publish nothing: Health has them as they happen.',
	parameters: z.object({}),
	query: (db) => db.selectFrom('tieout.runs').selectAll(),
	columns: [
		{ name: 'run_id', title: 'Run', kind: 'id' },
		{ name: 'outcome', title: 'Result', kind: 'status' },
		{ name: 'trigger', title: 'Started by', kind: 'text', missing: '–' },
		{ name: 'started_at', title: 'Started', kind: 'moment' },
		{ name: 'finished_at', title: 'Ended', kind: 'moment', missing: '–' },
		{ name: 'generation', title: 'Generation', kind: 'text', missing: 'none' },
		{ name: 'rows_landed', title: 'Landed', kind: 'count' },
		{ name: 'rows_loaded', title: 'Changed', kind: 'count' },
		{ name: 'rows_quarantined', title: 'Quarantine', kind: 'count' },
		{ name: 'error', title: 'Why', kind: 'text', missing: '–', isLong: true },
		{ name: 'next_step', title: 'Next step', kind: 'text', missing: '–', isFileOnly: true },
	],
	key: ['run_id'],
	sort: ['-started_at'],
	facets: ['outcome', 'trigger'],
	rowHref: (row) => addressOf(['runs', String(row['run_id'])]),
	empty: 'No run is known to this generation.',
})
