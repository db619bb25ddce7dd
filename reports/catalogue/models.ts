import { z } from 'zod'
import { addressOf } from '../address.ts'
import { fileColumn } from '../columns.ts'
import { defineReport } from '../report.ts'

/** Every model of a generation: the catalogue of its tables. */
export const models = defineReport({
	name: 'models',
	path: '/models',
	title: 'Models',
	question: 'What does each table mean, and may I use it?',
	reader: 'analyst',
	shows: 'Every model of this generation with what a row is, its key, owner, size and SQL.',
	leavesOut: 'The landed records: they are not published.',
	parameters: z.object({}),
	query: (db) => db.selectFrom('tieout.models').selectAll(),
	columns: [
		{ name: 'name', title: 'Model', kind: 'id' },
		{ name: 'layer', title: 'Layer', kind: 'text' },
		{ name: 'one_row_per', title: 'One row per', kind: 'text', isLong: true },
		{ name: 'key', title: 'Key', kind: 'text', missing: '–' },
		{ name: 'row_count', title: 'Rows', kind: 'count' },
		{ name: 'owner', title: 'Owner', kind: 'text', missing: 'nobody' },
		{ name: 'built_at', title: 'Built', kind: 'moment' },
		fileColumn('columns', 'Columns'),
		fileColumn('reads', 'Reads'),
		fileColumn('sql', 'SQL'),
	],
	key: ['name'],
	sort: ['layer', 'name'],
	facets: ['layer', 'owner'],
	search: ['name', 'one_row_per'],
	rowHref: (row) => addressOf(['models', String(row['name'])]),
	empty: 'No model is published: run `tieout build`.',
})
