import { TieoutError } from '../../models/error.ts'
import type { RunTable } from '../../models/schema.ts'
import { addressOf } from '../address.ts'
import { certificates as certificateReport } from '../catalogue/certificates.ts'
import type { PageContext } from '../context.ts'
import { countText, Moment, minutesText } from '../format.ts'
import { type Html, html } from '../html.ts'
import type { PageHandler } from '../page-request.ts'
import type { Column, Row } from '../report.ts'
import type { RunDetail } from '../run-history.ts'
import { Status } from '../status.ts'
import { Table } from '../table.ts'
import { HealthTabs } from './health-tabs.ts'

/** How many runs are listed. */
const listed = 100

/** `/runs`: what stopped, since when, how do I run it again? */
export const runs: PageHandler = async ({ runs: history, context }) => {
	const all = await history.runs(listed)
	const current = all.filter((one) => one.outcome === 'running')
	return {
		title: 'Runs',
		section: 'Health',
		schema: 'tieout.runs/1',
		data: { runs: all },
		content:
			() => html`<${HealthTabs} current="Runs" /><div class="heading"><h1>Runs</h1><p class="question">What ran, what stopped, and how do I run it again?</p></div>
			${current.map((one) => html`<p class="banner"><${Status} status="running" /> <a href=${addressOf(['runs', one.run_id])}>${one.run_id}</a> since <${Moment} at=${one.started_at} /></p>`)}
			<${Table} caption="Runs" files=${context.generation && html`<a href="/reports/runs.csv">CSV up to generation ${context.generation.generation}</a>`} note=${all.length === listed ? `the newest ${listed}` : `all ${countText(all.length)}`} context=${context} columns=${columns} rows=${all.map(withDuration)}
				rowHref=${(row: Row) => addressOf(['runs', String(row['run_id'])])} empty=${html`No run yet. <code>tieout run</code> extracts, loads, builds, checks and publishes.`} />`,
	}
}

/** `/runs/<id>`: what one run brought, stream by stream, and the command to run it again. */
export const run: PageHandler = async ({ runs: history, parts, context }) => {
	const id = parts['id']!
	const found = await history.run(id)
	if (!found)
		throw new TieoutError('not_found', 'run.unknown', `there is no run "${id}"`, {
			where: `/runs/${id}`,
			next: 'open /runs for the list',
		})
	return {
		title: `Run ${found.run_id}`,
		section: 'Health',
		schema: 'tieout.run/1',
		data: { run: found },
		content: () => html`<${HealthTabs} current="Runs" /><${RunView} run=${found} context=${context} />`,
	}
}

const columns: Column[] = [
	{ name: 'run_id', title: 'Run', kind: 'id' },
	{ name: 'outcome', title: 'Result', kind: 'status' },
	{ name: 'trigger', title: 'Started by', kind: 'text', missing: '–' },
	{ name: 'started_at', title: 'Started', kind: 'moment' },
	{ name: 'minutes', title: 'Took', kind: 'text', missing: '–' },
	{ name: 'rows_landed', title: 'Landed', kind: 'count' },
	{ name: 'rows_loaded', title: 'Changed', kind: 'count' },
	{ name: 'rows_quarantined', title: 'Quarantine', kind: 'count' },
	{ name: 'generation', title: 'Generation', kind: 'text', missing: 'none' },
	{ name: 'error', title: 'Why', kind: 'text', missing: '–' },
]

function withDuration(one: RunTable): Row {
	return { ...one, minutes: durationOf(one) }
}

function durationOf({ started_at, finished_at }: RunTable): string | null {
	if (!finished_at) return null
	const seconds = Math.round((instant(finished_at) - instant(started_at)) / 1000)
	return seconds < 120 ? `${seconds} s` : minutesText(Math.round(seconds / 60))
}

/** Milliseconds of a moment in UTC, written as the warehouse does or as ISO 8601. */
function instant(moment: string): number {
	return Date.parse(`${moment.slice(0, 19).replace(' ', 'T')}Z`)
}

function RunView({ run: found, context }: { run: RunDetail; context: PageContext }): Html {
	const money = certificateReport.columns.filter((column) => !['run_id', 'money'].includes(column.name))
	const gap = (row: RunDetail['certificates'][number]) =>
		row.source_rows === null || row.landed_rows === null
			? null
			: countText(Number(row.source_rows) - Number(row.landed_rows))
	const rows = found.certificates.map((row) => ({ ...row, difference: gap(row) }))
	const withDifference: Column[] = [
		...money.slice(0, 5),
		{ name: 'difference', title: 'Missing', kind: 'count' },
		...money.slice(5),
	]
	return html`<div class="heading"><h1>Run ${found.run_id}</h1> <${Status} status=${found.outcome} /></div>
		<dl class="facts">
			<div><dt>Started</dt><dd><${Moment} at=${found.started_at} /> by ${found.trigger ?? 'a person'}</dd></div>
			<div><dt>Took</dt><dd>${durationOf(found) ?? 'not finished'}</dd></div>
			<div><dt>Rows</dt><dd>${countText(found.rows_landed ?? 0)} landed, ${countText(found.rows_loaded ?? 0)} changed, ${countText(found.rows_quarantined ?? 0)} in quarantine</dd></div>
			<div><dt>Published</dt><dd>${found.generation === null ? 'nothing: the generation before stays in service' : `generation ${found.generation}`}</dd></div>
		</dl>
		${found.error && html`<div class="banner bad" role="note"><p>${found.error}</p>${found.next_step && html`<p>Next: <code>${found.next_step}</code></p>`}</div>`}
		<${Table} caption="Streams" note="What the source said it had, against what was landed and loaded" context=${context} columns=${withDifference} rows=${rows}
			empty="This run has no certificate: it extracted nothing." />
		<p>To run it again: <code>tieout run</code></p>`
}
