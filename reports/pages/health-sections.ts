import type { ChecksTable, FreshnessTable } from '../../models/schema.ts'
import { addressOf } from '../address.ts'
import { freshness as freshnessReport } from '../catalogue/freshness.ts'
import type { PageContext } from '../context.ts'
import { FileLinks } from '../file-links.ts'
import { countOf, countText } from '../format.ts'
import type { AlertEvent, ApiBudget, DriftEffect, SchemaDrift } from '../health-history.ts'
import { type Html, html } from '../html.ts'
import { placeOfColumn } from '../related.ts'
import type { Column, Row } from '../report.ts'
import { Status } from '../status.ts'
import { Table } from '../table.ts'

/** Streams that a page lists when all of them are fresh; the rest is counted. */
const listedFresh = 8

/** How old each stream is against what is allowed; late ones first. */
export function Freshness({ rows, context }: { rows: FreshnessTable[]; context: PageContext }): Html {
	const late = rows.filter((row) => row.status !== 'pass')
	const shown = rows.slice(0, Math.max(late.length, listedFresh))
	const rest = rows.length - shown.length
	const verdict =
		late.length === 0
			? html`<${Status} status="pass" word=${`all ${countText(rows.length)} streams are fresh`} />`
			: html`<${Status} status="fail" word=${`${countText(late.length)} of ${countText(rows.length)} are late`} />`
	return html`<${Table} id="freshness" caption="Freshness" context=${context} columns=${freshnessReport.columns} rows=${shown} empty=${freshnessReport.empty}
		note=${rows.length > 0 && html`${verdict}${rest > 0 && html` <a href="/reports/freshness">and ${countText(rest)} more</a>`}`} files=${html`<${FileLinks} of="Freshness" href="/reports/freshness.csv" />`} />`
}

/** Calls used of what each account may make: 80 % is marked, and warns. */
export function Budgets({ budgets, context }: { budgets: ApiBudget[]; context: PageContext }): Html {
	const rows = budgets.map((one) => ({ ...one, share: percentOf(one), status: budgetStatus(one) }))
	const columns: Column[] = [
		{ name: 'connection', title: 'Account', kind: 'text' },
		{ name: 'quota', title: 'Quota', kind: 'text' },
		{ name: 'status', title: 'Status', kind: 'status' },
		{ name: 'used', title: 'Used', kind: 'count' },
		{ name: 'maximum', title: 'Allowed', kind: 'count' },
		{ name: 'left', title: 'Left', kind: 'count' },
		{ name: 'forecast', title: 'By midnight UTC', kind: 'count', missing: '–' },
		{ name: 'share', title: 'Share', kind: 'text', show: (row) => html`${row['share']} %` },
		{
			name: 'meter',
			title: 'Against the 80 % mark',
			kind: 'text',
			show: (row) => html`<${Meter} budget=${row} />`,
		},
		{ name: 'noted_at', title: 'At', kind: 'moment' },
	]
	return html`<${Table} id="budgets" caption="API budget" context=${context} columns=${columns} rows=${rows.map((row) => ({ ...row, meter: row.share }))}
		note="As the vendor counts it, for all programs that use the account" empty="No vendor has told a quota yet: nothing was extracted." />`
}

/** Fields that a source's own description gained, lost or changed. */
export function Drift({
	drift,
	listed,
	context,
}: {
	drift: SchemaDrift[]
	listed: number
	context: PageContext
}): Html {
	const rows = drift.map((one) => ({
		...one,
		severity: (one.effect?.breaks ?? (one.is_declared && one.change !== 'added')) ? 'fail' : 'notice',
		types: [one.type_before, one.type_after].filter(Boolean).join(' → '),
	}))
	const columns: Column[] = [
		{ name: 'field', title: 'Field', kind: 'id' },
		{ name: 'stream', title: 'Stream', kind: 'text', show: (row) => `${row['connection']}.${row['stream']}` },
		{ name: 'change', title: 'Change', kind: 'word' },
		{ name: 'types', title: 'Type', kind: 'text', missing: '–' },
		{ name: 'severity', title: 'Severity', kind: 'status' },
		{
			name: 'effect',
			title: 'What it breaks',
			kind: 'text',
			isLong: true,
			missing: 'not looked at yet',
			show: (row) => html`<${DriftReaders} effect=${row['effect']} />`,
		},
		{ name: 'found_at', title: 'Found', kind: 'moment' },
	]
	return html`<${Table} id="schema-drift" caption="Schema drift" context=${context} columns=${columns} rows=${rows}
		note=${drift.length === listed ? `the newest ${listed}` : drift.length > 0 && countOf(drift.length, 'change')}
		empty="No source has changed its fields since the first run that described them." />`
}

/** What a change breaks, with each model and check that reads it. */
function DriftReaders({ effect }: { effect: DriftEffect }): Html {
	const place = (model: string) =>
		model.startsWith('checks.') ? addressOf(['checks', model.slice('checks.'.length)]) : addressOf(['models', model])
	return html`${effect.text}${
		effect.readers.length > 0 &&
		html` <details><summary>${countOf(effect.readers.length, 'reader')}</summary><ul>${effect.readers.map(
			({ model, by }) =>
				html`<li><a href=${place(model)}>${model}</a>${by !== null && html` reads <code>${by}</code>`}</li>`,
		)}</ul></details>`
	}`
}

/** The rows that a check found, at most as many as are kept; all of them are counted. */
export function FailingRows({
	check,
	sample,
	context,
}: {
	check: ChecksTable
	sample: Row[]
	context: PageContext
}): Html {
	const count = Number(check.problem_count ?? 0)
	if (count === 0 && sample.length === 0) return null
	const names = [...new Set(sample.flatMap((row) => Object.keys(row)))]
	const columns = names.map((name) => sampleColumn(name, sample))
	const rest = count - sample.length
	return html`<${Table} id="problems" caption="Failing rows" context=${context} columns=${columns} rows=${sample}
		note=${rest > 0 ? `${countText(sample.length)} of ${countText(count)}${check.sql ? '; the SQL below gives all of them' : ''}` : `all ${countText(count)}`}
		empty="This generation keeps no rows of this check: check again with tieout run." />`
}

/** A column of a check's problems: what its name and its values say of its kind, and the record that it names as a link. */
function sampleColumn(name: string, sample: Row[]): Column {
	const values = sample.map((row) => String(row[name] ?? ''))
	const isNumber = values.some(Boolean) && values.every((value) => /^(-?\d+(\.\d+)?)?$/.test(value))
	const isAmount = isNumber && /(^|_)amount$/.test(name) && sample.every((row) => row['currency'])
	const common = {
		name,
		title: name.replaceAll('_', ' ').replace(/^./, (letter) => letter.toUpperCase()),
		missing: 'null',
		isLong: values.some((value) => value.length > 34),
		href: (row: Row) => (row[name] === null ? null : (placeOfColumn(name, String(row[name])) ?? null)),
	}
	if (isAmount) return { ...common, kind: 'amount', currency: 'currency' }
	if (name === 'code') return { ...common, kind: 'code' }
	if (name === 'period_id') return { ...common, kind: 'period' }
	if (isNumber && !name.endsWith('_id')) return { ...common, kind: 'quantity' }
	return { ...common, kind: 'text' }
}

/** What happened to alerts, newest first; `isOne`: all events are of one alert. */
export function AlertEvents({
	events,
	note,
	isOne,
	context,
}: {
	events: AlertEvent[]
	note?: Html
	isOne?: boolean
	context: PageContext
}): Html {
	const columns: Column[] = [
		{ name: 'happened_at', title: 'At', kind: 'moment' },
		...(isOne
			? []
			: [{ name: 'alert_id', title: 'Alert', kind: 'id', href: alertHref, show: alertNumber } satisfies Column]),
		{ name: 'event', title: 'Change', kind: 'status' },
		{
			name: 'text',
			title: 'What was said',
			kind: 'text',
			isLong: true,
			show: (row) => String(row['text']).split(/ First: /)[0],
		},
	]
	return html`<${Table} id="changes" caption="State changes" note=${note} context=${context} columns=${columns} rows=${events}
		empty="No alert has changed its state yet." />`
}

/** The page of the alert that a row names. */
export function alertHref(row: Row): string {
	return addressOf(['alerts', String(row['alert_id'])])
}

/** `#3`. */
export function alertNumber(row: Row): string {
	return `#${row['alert_id']}`
}

/** The kept problems of a check, as its SQL gave them: values as text. */
export function sampleOf({ sample }: Pick<ChecksTable, 'sample'>): Row[] {
	return sample ? (JSON.parse(sample) as Row[]) : []
}

function Meter({ budget }: { budget: Row }): Html {
	const share = Math.min(100, Number(budget['share']))
	const tone = budget['status'] === 'pass' ? '' : budget['status'] === 'warn' ? 'warn' : 'bad'
	return html`<svg class="meter" role="img" aria-label=${`${budget['share']} % used; 80 % is the mark`} width="200" height="14" viewBox="0 0 200 14">
		<rect class="track" x="0" y="2" width="200" height="10" /><rect class=${`used ${tone}`} x="0" y="2" width=${share * 2} height="10" /><path class="mark" d="M160 0v14" /></svg>`
}

function percentOf({ used, maximum }: ApiBudget): number {
	return maximum === 0 ? 100 : Math.round((used * 1000) / maximum) / 10
}

function budgetStatus(budget: ApiBudget): string {
	const share = percentOf(budget)
	return share >= 100 ? 'fail' : share >= 80 ? 'warn' : 'pass'
}
