import { z } from 'zod'
import { addressOf } from '../address.ts'
import { entityColumn, fileColumn, periodColumn } from '../columns.ts'
import { defineReport } from '../report.ts'

/** When each legal entity's periods end, and until when they are to be closed. */
export const closeCalendar = defineReport({
	name: 'close-calendar',
	title: 'Close calendar',
	question: 'When does each legal entity’s period end, and until when must it be closed?',
	reader: 'controller',
	shows:
		'Per period that has begun and legal entity: its last moment in the entity’s own time zone, and the day by which its close is due, counted in the entity’s own working days.',
	leavesOut: 'Whether it was closed: that stands on the period’s paper.',
	parameters: z.object({}),
	query: (db) => db.selectFrom('marts.period_closes').selectAll(),
	columns: [
		periodColumn,
		entityColumn,
		{ name: 'start_date', title: 'From', kind: 'date' },
		{ name: 'end_date', title: 'To', kind: 'date' },
		{ name: 'ends_at', title: 'Ends at', kind: 'moment' },
		{ name: 'due_date', title: 'Close due', kind: 'date' },
		fileColumn('time_zone', 'Time zone'),
		fileColumn('has_ended', 'Ended'),
	],
	key: ['period_id', 'legal_entity'],
	sort: ['-period_id', 'legal_entity'],
	facets: ['period_id', 'legal_entity'],
	rowHref: (row) => addressOf(['month', String(row['period_id'])]),
	empty: 'The configuration names no legal entity.',
})
