import type { Kysely } from 'kysely'
import { TieoutError } from '../../models/error.ts'
import type { ChecksTable, FreshnessTable, Schema } from '../../models/schema.ts'
import type { Reason } from '../../models/trust.ts'
import { addressOf, changed } from '../address.ts'
import { checks as checksReport } from '../catalogue/checks.ts'
import type { PageContext } from '../context.ts'
import { countOf, countText, Moment } from '../format.ts'
import type { Alert, AlertEvent, CheckPoint } from '../health-history.ts'
import { type Html, html } from '../html.ts'
import { type Facet, readList } from '../list.ts'
import { parseListRequest } from '../list-request.ts'
import { ListView } from '../list-view.ts'
import type { PageHandler } from '../page-request.ts'
import { placesOfCheck } from '../places.ts'
import type { Place } from '../related.ts'
import type { Column, Row } from '../report.ts'
import { Status } from '../status.ts'
import { reasonPath } from '../trust-line.ts'
import { AlertLink, alertsOfChecks } from './alerts.ts'
import { AlertEvents, Budgets, Drift, FailingRows, Freshness, sampleOf } from './health-sections.ts'
import { HealthTabs } from './health-tabs.ts'
import { ResultLinks, ResultStrip, stripLength } from './strip.ts'

/** How many changes of the sources' descriptions are listed. */
const listedDrift = 50

/** `/checks`: can I trust it, and who repairs what? */
export const checks: PageHandler = async ({ db, context, health }) => {
	const request = parseListRequest(checksReport, context.address.query)
	const [list, attention, late, points, drift, budgets, allAlerts] = await Promise.all([
		readList(db, checksReport, request),
		readAttention(db),
		readFreshness(db),
		health.checkPoints(stripLength),
		health.drift(listedDrift),
		health.budgets(),
		health.alerts(),
	])
	const open = allAlerts.filter((one) => one.state !== 'resolved')
	const byCheck = alertsOfChecks(open)
	const history = {
		after: 'problem_count',
		column: historyColumn,
		value: (row: Row) => points.get(String(row['check_name'])) ?? [],
	}
	return {
		title: 'Checks',
		section: 'Health',
		schema: 'tieout.checks/1',
		data: { trust: context.trust, attention, freshness: late, drift, budgets, openAlerts: open, ...list },
		content: () => html`<${HealthTabs} current="Checks" />
			<${VerdictSection} context=${context} />
			<${Attention} checks=${attention} points=${points} alerts=${byCheck} />
			<${OpenAlerts} alerts=${open} />
			<${Freshness} rows=${late} context=${context} />
			<${Budgets} budgets=${budgets} context=${context} />
			<${Drift} drift=${drift} listed=${listedDrift} context=${context} />
			<section id="all" aria-label="All checks"><${ListView} isPart report=${checksReport} request=${request} list=${list} context=${context} more=${history}
				before=${html`<${Results} facet=${list.facets.find((facet) => facet.column === 'status')} context=${context} />`} /></section>`,
	}
}

/** `/checks/<name>`: what it proves, its result, the rows that fail, its history, who was told, and its SQL. */
export const check: PageHandler = async ({ db, parts, context, health, reports }) => {
	const name = parts['name']!
	const [found, points, allAlerts] = await Promise.all([
		db.selectFrom('tieout.checks').selectAll().where('check_name', '=', name).executeTakeFirst(),
		health.checkPoints(stripLength),
		health.alerts(),
	])
	if (!found)
		throw new TieoutError('not_found', 'check.unknown', `there is no check "${name}" in this generation`, {
			where: `/checks/${name}`,
			next: 'open /checks for the list',
		})
	const history = points.get(name) ?? []
	const sample = sampleOf(found)
	const alert = alertsOfChecks(allAlerts).get(name)
	const told = alert ? await health.alertEvents({ alertId: alert.alert_id }) : []
	const places = placesOfCheck(name, reports, context.systems)
	return {
		title: found.check_name,
		section: 'Health',
		schema: 'tieout.check/1',
		data: { check: { ...found, sample }, history, alert: alert ?? null, told, places },
		content: () =>
			html`<${HealthTabs} current="Checks" /><${CheckView} check=${found} sample=${sample} history=${history} alert=${alert} told=${told} places=${places} context=${context} />`,
	}
}

const historyColumn: Column = {
	name: 'history',
	title: 'Last 30',
	kind: 'text',
	show: (row) => html`<${ResultStrip} points=${row['history']} />`,
}

function readAttention(db: Kysely<Schema>): Promise<ChecksTable[]> {
	return db
		.selectFrom('tieout.checks')
		.selectAll()
		.where('status', 'not in', ['pass', 'not run'])
		.orderBy('is_blocking', 'desc')
		.orderBy('owner')
		.orderBy('check_name')
		.execute()
}

/** The latest first: what is late or was never read stands on top. */
function readFreshness(db: Kysely<Schema>): Promise<FreshnessTable[]> {
	return db
		.selectFrom('tieout.freshness')
		.selectAll()
		.orderBy((row) => row.case().when('status', '=', 'pass').then(1).else(0).end())
		.orderBy('connection')
		.orderBy('stream')
		.execute()
}

function VerdictSection({ context: { trust } }: { context: PageContext }): Html {
	return html`<section class="verdict-box" aria-label="Verdict"><h1>Can this be trusted? <${Status} status=${trust.verdict} /></h1>
		${
			trust.reasons.length === 0
				? html`<p>Every check passes, every stream is fresh and complete, and nothing is unexplained.</p>`
				: html`<ul class="reasons">${groupsOf(trust.reasons).map(
						(list) =>
							html`<li><${ReasonLine} reason=${list[0]!} />${
								list.length > 1 &&
								html`<details><summary>and ${countText(list.length - 1)} more of this kind</summary>
								<ul class="reasons">${list.slice(1).map((reason) => html`<li><${ReasonLine} reason=${reason} /></li>`)}</ul></details>`
							}</li>`,
					)}</ul>`
		}</section>`
}

/** So many reasons of one kind stand each on its line; of more only the first does. */
const apart = 3

/** The reasons in their order; many streams that are late, short or in quarantine for one cause come together. */
function groupsOf(reasons: readonly Reason[]): Reason[][] {
	const groups = Map.groupBy(reasons, (reason) =>
		reason.kind === 'check' ? `check ${reason.subject}` : `${reason.kind} ${reason.blocks}`,
	)
	return [...groups.values()].flatMap((list) => (list.length > apart ? [list] : list.map((reason) => [reason])))
}

function ReasonLine({ reason }: { reason: Reason }): Html {
	return html`<${Status} status=${reason.blocks ? 'fail' : 'warn'} word=${reason.blocks ? 'blocks' : 'warning'} /> <${ReasonText} reason=${reason} />`
}

/** A check's explanation ends with the first of its problems: that is shown apart, so that the reason can be read at a glance. */
function ReasonText({ reason }: { reason: Reason }): Html {
	const [text, first] = reason.text.split(/ First: /)
	return html`<a href=${reasonPath(reason)}>${text}</a>${first && html`<br /><span class="muted">First: ${first}</span>`}`
}

type Points = ReadonlyMap<string, CheckPoint[]>

type AttentionProperties = { checks: ChecksTable[]; points: Points; alerts: ReadonlyMap<string, Alert> }

/** What fails, by who repairs it, with the alert that speaks of it. */
function Attention({ checks: failing, points, alerts }: AttentionProperties): Html {
	if (failing.length === 0) return null
	const owners = [...Map.groupBy(failing, (one) => one.owner ?? 'nobody')]
	return html`<section class="attention" aria-label="Needs attention"><h2>Needs attention</h2>${owners.map(
		([owner, own]) =>
			html`<h3>${owner === 'nobody' ? 'Without an owner' : owner}</h3><ul class="reasons">${own.map(
				(one) =>
					html`<li><${Status} status=${one.status} /> <a href=${addressOf(['checks', one.check_name])}>${one.check_name}</a>${one.problem_count !== null && `: ${countOf(one.problem_count, 'problem')}`}${one.is_blocking && ', blocks'}${sinceText(points.get(one.check_name))}${alerts.has(one.check_name) && html`, alert <${AlertLink} alert=${alerts.get(one.check_name)} />`}</li>`,
			)}</ul>`,
	)}</section>`
}

/** How many alerts are open, and where they are. */
function OpenAlerts({ alerts: open }: { alerts: Alert[] }): Html {
	if (open.length === 0)
		return html`<p class="sum"><${Status} status="pass" word="no open alerts" /> <a href="/alerts">All alerts</a></p>`
	const errors = open.filter((one) => one.severity === 'error').length
	return html`<p class="sum"><${Status} status=${errors > 0 ? 'error' : 'warning'} word=${`${countOf(open.length, 'alert')} not resolved`} /> <a href="/alerts">${countText(errors)} errors, ${countText(open.length - errors)} warnings</a></p>`
}

/** How many checks have each result; each count filters the list below. */
function Results({ facet, context }: { facet: Facet | undefined; context: PageContext }): Html {
	if (!facet || facet.values.length === 0) return null
	return html`<p class="counts">${facet.values.map(
		({ value, rowCount }) =>
			html`<a href=${changed(context.address, { status: value })}><${Status} status=${value} word=${`${countText(rowCount)} ${value}`} /></a>`,
	)}</p>`
}

/** Since when a check has had its present status, as far back as its kept results go. */
function sinceText(points: readonly CheckPoint[] = []): Html {
	const last = points.at(-1)
	if (!last) return null
	const changedAt = points.findLastIndex((point) => point.status !== last.status)
	const first = points[changedAt + 1]!
	return html`, ${changedAt < 0 ? 'at least since' : 'since'} <${Moment} at=${first.checked_at} />`
}

type CheckProperties = {
	check: ChecksTable
	sample: Row[]
	history: CheckPoint[]
	alert: Alert | undefined
	told: AlertEvent[]
	places: Place[]
	context: PageContext
}

function CheckView({ check: found, sample, history, alert, told, places, context }: CheckProperties): Html {
	return html`<div class="heading"><h1>${found.check_name}</h1> <${Status} status=${found.status} /></div>
		<p class="why">${found.explanation?.split(/ First: /)[0] ?? 'This check has no description.'}</p>
		<dl class="facts">
			<div><dt>Problems</dt><dd>${found.problem_count === null ? 'n/a: the check did not run' : countText(found.problem_count)}</dd></div>
			<div><dt>Severity</dt><dd>${found.severity}${found.is_blocking ? ', blocks publishing' : ', warns only'}</dd></div>
			<div><dt>Owner</dt><dd>${found.owner ?? 'nobody'}</dd></div>
			<div><dt>Checked</dt><dd><${Moment} at=${found.checked_at} /> (<${Moment} at=${found.checked_at} now=${context.now} />)${sinceText(history)}</dd></div>
			<div><dt>Alert</dt><dd>${alert ? html`<${AlertLink} alert=${alert} />` : 'none: it never failed while alerts were kept'}</dd></div>
			${places.length > 0 && html`<div><dt>Look at</dt><dd>${places.map((place, index) => html`${index > 0 && ' · '}<a href=${place.href}>${place.text}</a>`)}</dd></div>`}
		</dl>
		<${FailingRows} check=${found} sample=${sample} context=${context} />
		<section class="table" aria-label="History"><h2>History</h2><${ResultLinks} points=${history} /></section>
		${alert && html`<${AlertEvents} events=${told} isOne context=${context} />`}
		${
			found.sql
				? html`<section aria-label="SQL"><h2>SQL <small>its rows are the problems</small></h2><pre class="sql" tabindex="0">${found.sql}</pre>
			<p class="muted">It reads the build, which holds more than is published. Run all checks again: <code>tieout check</code></p></section>`
				: html`<p class="muted">This check asks the state of the runs, not the build: it has no SQL.</p>`
		}`
}
