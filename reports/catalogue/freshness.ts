import { sql } from 'kysely'
import { z } from 'zod'
import { freshnessOfAnyRelease } from '../../models/history-tables.ts'
import type { FreshnessTable } from '../../models/schema.ts'
import { defineReport } from '../report.ts'

/** How old each stream's newest data is, against what is allowed. */
export const freshness = defineReport({
	name: 'freshness',
	title: 'Freshness',
	question: 'How far behind is each stream, and is that allowed?',
	reader: 'integration owner',
	shows: "The source's own watermark of each stream when this generation was built, its age and its limits.",
	leavesOut:
		'What the systems have that no stream reads. A stream that `tieout.yml` switches off is shown as off: its records are in no figure, or as they were when it was last read.',
	parameters: z.object({}),
	query: (db) => db.selectFrom(sql.raw<FreshnessTable>(freshnessOfAnyRelease).as('freshness')).selectAll(),
	columns: [
		{ name: 'stream', title: 'Stream', kind: 'text' },
		{ name: 'connection', title: 'Connection', kind: 'text' },
		{ name: 'status', title: 'Status', kind: 'status' },
		{ name: 'watermark', title: 'Source says up to', kind: 'moment', missing: 'never loaded' },
		{ name: 'age_minutes', title: 'Age', kind: 'minutes' },
		{ name: 'warn_minutes', title: 'Warn after', kind: 'minutes', missing: '–' },
		{ name: 'error_minutes', title: 'Fail after', kind: 'minutes', missing: '–' },
		{ name: 'outcome', title: 'Newest run', kind: 'status', missing: 'read' },
		{ name: 'problem', title: 'Why it was not read', kind: 'text', isLong: true, missing: '–' },
		{ name: 'feeds', title: 'What comes of it', kind: 'text', isLong: true, missing: '–' },
		{ name: 'owner', title: 'Owner', kind: 'text', missing: 'nobody' },
	],
	key: ['connection', 'stream'],
	sort: ['outcome', '-age_minutes'],
	facets: ['status', 'connection'],
	filters: ['stream'],
	empty: 'No stream has been loaded yet: run `tieout run`.',
})
