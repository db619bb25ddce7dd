import { TieoutError } from '../../models/error.ts'
import { addressOf } from '../address.ts'
import type { PageContext } from '../context.ts'
import { FileLinks } from '../file-links.ts'
import { countOf, countText, Moment, minutesText } from '../format.ts'
import { type Html, html } from '../html.ts'
import { requireKnownNames } from '../known-names.ts'
import { type LinkFacet, LinkFacets } from '../link-facets.ts'
import type { PageHandler } from '../page-request.ts'
import type { Column, Row } from '../report.ts'
import type { HeldRun, QuarantinedRecord, Run, RunDetail, RunFacets, RunFilter, RunStep } from '../run-history.ts'
import { usualRuns } from '../run-history.ts'
import { Status } from '../status.ts'
import { Table } from '../table.ts'
import { HealthTabs } from './health-tabs.ts'
import { noneWaits } from './quarantine.ts'
import { StepStrip } from './strip.ts'

/** How many runs are listed. */
const listed = 100

/** How many records in quarantine are listed; the rest is counted. */
const listedRecords = 50

/** `/runs`: what stopped, since when, how do I run it again? */
export const runs: PageHandler = async ({ runs: history, context }) => {
	requireKnownNames(context.address, Object.keys(facetTitles))
	const filter = filterOf(context.address.query)
	const hasFilter = Object.values(filter).some((value) => value !== undefined)
	const [newest, listedRuns, facets, quarantine, held] = await Promise.all([
		history.runs(1),
		history.runs(listed, filter),
		history.facets(),
		history.quarantine(listedRecords, filter),
		history.held(),
	])
	const running = hasFilter ? await history.runs(listed, { outcome: 'running' }) : listedRuns
	return {
		title: 'Runs',
		section: 'Health',
		schema: 'tieout.runs/1',
		data: { filter, runs: listedRuns, facets, quarantine, held },
		content:
			() => html`<${HealthTabs} current="Runs" /><div class="heading"><h1>Runs</h1><p class="question">What ran, what stopped, and how do I run it again?</p></div>
			<${Now} last=${newest[0]} running=${running.filter((one) => one.outcome === 'running')} context=${context} />
			${held.map((one) => html`<${Held} held=${one} />`)}
			<${LinkFacets} facets=${linkFacets(facets)} address=${context.address} />
			<${Table} caption="Runs" isTitled files=${context.generation && html`Up to generation ${context.generation.generation}: <${FileLinks} of="Runs" href="/reports/runs.csv" />`} note=${listedRuns.length > 0 && (listedRuns.length === listed ? `the newest ${listed}` : `all ${countText(listedRuns.length)}`)} context=${context} columns=${columns} rows=${listedRuns.map(withDuration)}
				rowHref=${(row: Row) => addressOf(['runs', String(row['run_id'])])} empty=${hasFilter ? html`No run matches these filters. <a href="/runs">All runs</a>` : html`No run yet. <code>tieout run</code> extracts, loads, builds, checks and publishes.`} />
			<${Quarantine} records=${quarantine.records} count=${quarantine.count} last=${newest[0]} context=${context} />`,
	}
}

const facetTitles: Record<keyof RunFilter, string> = {
	outcome: 'Result',
	command: 'Command',
	trigger: 'Started by',
	connection: 'Source',
	stream: 'Stream',
}

function filterOf(query: URLSearchParams): RunFilter {
	const names = Object.keys(facetTitles) as (keyof RunFilter)[]
	return Object.fromEntries(names.map((name) => [name, query.get(name) ?? undefined]))
}

function linkFacets(facets: RunFacets): LinkFacet[] {
	return (Object.keys(facetTitles) as (keyof RunFilter)[]).map((name) => ({
		name,
		title: facetTitles[name],
		values: facets[name],
	}))
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
	{ name: 'took', title: 'Took', kind: 'text', missing: '–' },
	{
		name: 'usual_seconds',
		title: 'Usually',
		kind: 'text',
		missing: '–',
		description: `Median of the ${usualRuns} successful runs of the same command before it`,
		show: (row) =>
			html`${secondsText(Number(row['usual_seconds']))}${isSlow(row as Run) && html` <${Status} status="warn" word=${timesText(row as Run)} />`}`,
	},
	{ name: 'rows_landed', title: 'Landed', kind: 'count', missing: '–' },
	{ name: 'rows_loaded', title: 'Changed', kind: 'count', missing: '–' },
	{ name: 'rows_quarantined', title: 'Quarantine', kind: 'count', missing: '–' },
	{ name: 'generation', title: 'Generation', kind: 'text', missing: 'none' },
	{
		name: 'steps',
		title: 'Steps',
		kind: 'text',
		missing: '–',
		show: (row) => html`<${StepStrip} steps=${(row as unknown as Run).steps ?? []} />`,
	},
	{ name: 'error', title: 'Why', kind: 'text', missing: '–', isLong: true },
]

function withDuration(one: Run): Row {
	return { ...one, took: durationOf(one) }
}

function durationOf(one: Run): string | null {
	const seconds = secondsOf(one)
	return seconds === null ? null : secondsText(seconds)
}

/** Unknown of a run whose process ended in the middle: when that was nobody saw. */
function secondsOf({ outcome, seconds, started_at, finished_at }: Run): number | null {
	if (typeof seconds === 'number') return seconds
	if (outcome === 'interrupted') return null
	return finished_at ? (instant(finished_at) - instant(started_at)) / 1000 : null
}

/** From twice the usual on, and ten seconds more, a run is slow. */
function isSlow(one: Run): boolean {
	const [took, usual] = [secondsOf(one), one.usual_seconds ?? null]
	return took !== null && usual !== null && took >= usual * 2 && took - usual >= 10
}

function timesText(one: Run): string {
	return `${(secondsOf(one)! / Math.max(0.1, one.usual_seconds!)).toFixed(1)} times that`
}

/** What a run took, against what the runs before it took. */
function Took({ run: one }: { run: Run }): Html {
	const took = durationOf(one)
	if (took === null) return one.outcome === 'interrupted' ? 'n/a: its process ended in the middle' : 'not finished'
	if (one.usual_seconds === null || one.usual_seconds === undefined)
		return html`${took} <span class="muted">(no successful run of this command before it to compare with)</span>`
	return html`${took} <span class="muted">(usually ${secondsText(one.usual_seconds)}: the median of at most ${usualRuns} successful runs of this command before it)</span>${isSlow(one) && html` <${Status} status="warn" word=${timesText(one)} />`}`
}

function secondsText(seconds: number): string {
	if (seconds < 10) return `${seconds.toFixed(1)} s`
	return seconds < 120 ? `${Math.round(seconds)} s` : minutesText(Math.round(seconds / 60))
}

/** Milliseconds of a moment in UTC, written as the warehouse does or as ISO 8601. */
function instant(moment: string): number {
	return Date.parse(`${moment.replace(' ', 'T').replace(/Z$/, '')}Z`)
}

type NowProperties = { last: Run | undefined; running: Run[]; context: PageContext }

/** What runs at this moment, or when the last run ended and what is in service. */
function Now({ last, running, context }: NowProperties): Html {
	if (running.length > 0)
		return running.map(
			(
				one,
			) => html`<p class="banner"><${Status} status="running" /> <a href=${addressOf(['runs', one.run_id])}>${one.run_id}</a>
				since <${Moment} at=${one.started_at} /> (<${Moment} at=${one.started_at} now=${context.now} />)${one.steps?.at(-1) && `, step ${one.steps.at(-1)!.name}`}${one.usual_seconds && `, usually done in ${secondsText(one.usual_seconds)}`}</p>`,
		)
	if (!last) return null
	const served = context.generation
		? html`Generation ${context.generation.generation} is in service.`
		: html`Nothing is in service.`
	return html`<p class=${`banner ${last.outcome === 'succeeded' ? 'ok' : 'bad'}`}>Nothing runs now. The last run <a href=${addressOf(['runs', last.run_id])}>${last.run_id}</a> <${Status} status=${last.outcome} /> at <${Moment} at=${last.finished_at ?? last.started_at} />. ${served}</p>`
}

/** A run that waits for a person, with what each decision does and the command that carries it out. */
function Held({ held }: { held: HeldRun }): Html {
	const { connection, stream, rows_now, rows_before, run_id, held_at, reason } = held
	const command = (decision: string) => `tieout replay --held ${decision} --confirm ${run_id}`
	return html`<div class="banner warn" role="note"><p><${Status} status="held" /> ${connection}.${stream}: ${countText(rows_now)} rows where ${countText(rows_before)} were expected, since <${Moment} at=${held_at} />. ${reason}</p>
		<ul><li>Load: ${countText(rows_now)} rows are loaded, and about ${countText(rows_before - rows_now)} count as deleted. <code>${command('load')}</code></li>
			<li>Discard: nothing is loaded; ${countText(rows_before)} rows stay as they are. <code>${command('discard')}</code></li></ul></div>`
}

type QuarantineProperties = {
	records: QuarantinedRecord[]
	count: number
	context: PageContext
	isOfRun?: boolean
	last?: Run | undefined
}

/** Records that could not be loaded: why, where they stand in the archive, and how to load them again. */
function Quarantine({ records, count, context, isOfRun, last }: QuarantineProperties): Html {
	const note =
		count > records.length ? `the oldest ${countText(records.length)} of ${countText(count)}` : countOf(count, 'record')
	return html`<${Table} id="quarantine" caption="Quarantine" note=${records.length > 0 && note} context=${context} columns=${quarantineColumns} rows=${records}
			empty=${isOfRun ? 'No record of this run waits in quarantine.' : noneWaits(last)} />
		${records.some((one) => one.resolved_at === null) && html`<p>Correct the records in their source, or the connection's <code>fields:</code>, then load them again: <code>tieout replay --quarantine</code></p>`}`
}

const quarantineColumns: Column[] = [
	{ name: 'stream', title: 'Stream', kind: 'text', show: (row) => `${row['connection']}.${row['stream']}` },
	{ name: 'record_key', title: 'Record', kind: 'id', missing: 'no key' },
	{ name: 'code', title: 'Kind', kind: 'word' },
	{ name: 'reason', title: 'Reason', kind: 'text', isLong: true },
	{
		name: 'file',
		title: 'File and line',
		kind: 'text',
		isLong: true,
		show: (row) => html`<code>${row['file']}:${row['line']}</code>`,
	},
	{
		name: 'record',
		title: 'What arrived',
		kind: 'text',
		isLong: true,
		show: (row) => html`<details><summary>show</summary><code>${row['record']}</code></details>`,
	},
	{ name: 'quarantined_at', title: 'Since', kind: 'moment' },
	{ name: 'resolution', title: 'Settled', kind: 'text', missing: 'waits' },
]

const stepColumns: Column[] = [
	{ name: 'name', title: 'Step', kind: 'text' },
	{ name: 'outcome', title: 'Result', kind: 'status' },
	{ name: 'started_at', title: 'Started', kind: 'moment' },
	{ name: 'took', title: 'Took', kind: 'text', missing: '–' },
	{ name: 'detail', title: 'What came of it', kind: 'text', missing: '–', isLong: true },
]

const streamColumns: Column[] = [
	{ name: 'stream', title: 'Stream', kind: 'text', show: (row) => `${row['connection']}.${row['stream']}` },
	{ name: 'outcome', title: 'Result', kind: 'status' },
	{ name: 'why', title: 'Why', kind: 'text', missing: '–', isLong: true },
	{ name: 'kind', title: 'Read', kind: 'word' },
	{ name: 'verdict', title: 'Certificate', kind: 'status', missing: 'none' },
	{ name: 'source_rows', title: 'Source says', kind: 'count' },
	{ name: 'landed_rows', title: 'Landed', kind: 'count' },
	{ name: 'difference', title: 'Missing', kind: 'count' },
	{ name: 'loaded_rows', title: 'Loaded', kind: 'count' },
	{ name: 'rows_loaded', title: 'Changed', kind: 'count', missing: '–' },
	{ name: 'rows_deleted', title: 'Deleted', kind: 'count' },
	{ name: 'quarantined_rows', title: 'Quarantine', kind: 'count' },
]

/** One row per stream: what its run did beside what its certificate says; from a published file the certificates alone. */
function streamRows({ streams, certificates }: RunDetail): Row[] {
	const names = new Set([...streams, ...certificates].map((one) => `${one.connection} ${one.stream}`))
	return [...names].sort().map((name) => {
		const is = (one: { connection: string; stream: string }) => `${one.connection} ${one.stream}` === name
		const stream = streams.find(is)
		const certificate = certificates.find(is)
		const { source_rows = null, landed_rows = null } = certificate ?? {}
		const why = [stream?.error, stream?.next_step && `next: ${stream.next_step}`, stream?.notes, certificate?.reason]
		return {
			landed_rows: stream?.rows_landed ?? null,
			quarantined_rows: stream?.rows_quarantined ?? null,
			...stream,
			...certificate,
			difference: source_rows === null || landed_rows === null ? null : Number(source_rows) - Number(landed_rows),
			why: why.filter(Boolean).join('; '),
		}
	})
}

/** The command that does the same again: what was typed, or the whole. */
function again({ command }: Run): string {
	return command?.startsWith('tieout') ? command : command ? `tieout ${command}` : 'tieout run'
}

function RunView({ run: found, context }: { run: RunDetail; context: PageContext }): Html {
	const steps = found.steps.map((step: RunStep) => ({
		...step,
		took: step.seconds === null ? null : secondsText(step.seconds),
	}))
	return html`<div class="heading"><h1>Run ${found.run_id}</h1> <${Status} status=${found.outcome} /></div>
		<dl class="facts">
			<div><dt>Started</dt><dd><${Moment} at=${found.started_at} /> by ${found.trigger ?? 'a person'}</dd></div>
			<div><dt>Took</dt><dd><${Took} run=${found} /></dd></div>
			<div><dt>Rows</dt><dd>${countText(found.rows_landed ?? 0)} landed, ${countText(found.rows_loaded ?? 0)} changed, ${countText(found.rows_quarantined ?? 0)} in quarantine</dd></div>
			<div><dt>Published</dt><dd>${found.generation === null ? 'nothing: the generation before stays in service' : `generation ${found.generation}`}</dd></div>
			<div><dt>To run it again</dt><dd><code>${again(found)}</code></dd></div>
		</dl>
		${found.error && html`<div class="banner bad" role="note"><p>${found.error}</p>${found.next_step && html`<p>Next: ${/^tieout /.test(found.next_step) ? html`<code>${found.next_step}</code>` : found.next_step}</p>`}</div>`}
		${steps.length > 0 && html`<${Table} caption="Steps" context=${context} columns=${stepColumns} rows=${steps} />`}
		<${Table} caption="Streams" note="What the source said it had, against what was landed and loaded" context=${context} columns=${streamColumns} rows=${streamRows(found)}
			empty="This run has no certificate: it extracted nothing." />
		<${Quarantine} isOfRun records=${found.quarantine} count=${found.quarantine.length} context=${context} />
		<${Log} log=${found.log} />`
}

/** The end of what the run said while it worked. */
function Log({ log: { lines, count } }: { log: RunDetail['log'] }): Html {
	const note =
		count > lines.length ? `the last ${countText(lines.length)} of ${countOf(count, 'line')}` : countOf(count, 'line')
	return html`<section class="table" id="log" aria-label="Log"><div class="caption"><h2>Log</h2>${count > 0 && html`<p>${note}, times in UTC</p>`}</div>
		${
			count === 0
				? html`<div class="empty">Nothing is kept of what this run said.</div>`
				: html`<div class="log" tabindex="0" role="region" aria-label="Log, lines"><ol>${lines.map(
						({ said_at, level, text }) =>
							html`<li class=${level}><time datetime=${said_at}>${said_at.slice(11, 19)}</time> <span class="level">${level}</span> ${text}</li>`,
					)}</ol></div>`
		}</section>`
}
