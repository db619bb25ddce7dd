import type { Kysely } from 'kysely'
import { TieoutError } from '../../models/error.ts'
import type { CheckTable, FreshnessTable, Schema } from '../../models/schema.ts'
import type { Reason } from '../../models/trust.ts'
import { addressOf, changed } from '../address.ts'
import { checks as checksReport } from '../catalogue/checks.ts'
import { freshness as freshnessReport } from '../catalogue/freshness.ts'
import type { PageContext } from '../context.ts'
import { countOf, countText, Moment } from '../format.ts'
import { type Html, html } from '../html.ts'
import { type Facet, readList } from '../list.ts'
import { parseListRequest } from '../list-request.ts'
import { ListView } from '../list-view.ts'
import type { PageHandler } from '../page-request.ts'
import { Status } from '../status.ts'
import { Table } from '../table.ts'
import { reasonPath } from '../trust-line.ts'
import { HealthTabs } from './health-tabs.ts'

/** `/checks`: can I trust it, and who repairs what? */
export const checks: PageHandler = async ({ db, context }) => {
	const request = parseListRequest(checksReport, context.address.query)
	const [list, attention, late] = await Promise.all([
		readList(db, checksReport, request),
		readAttention(db),
		readFreshness(db),
	])
	return {
		title: 'Checks',
		section: 'Health',
		schema: 'tieout.checks/1',
		data: { trust: context.trust, attention, freshness: late, ...list },
		content: () => html`<${HealthTabs} current="Checks" />
			<${VerdictSection} context=${context} />
			<${Attention} checks=${attention} />
			<${Results} facet=${list.facets.find((facet) => facet.column === 'status')} context=${context} />
			<${ListView} isPart report=${checksReport} request=${request} list=${list} context=${context} />
			<${Table} id="freshness" caption="Freshness" context=${context} columns=${freshnessReport.columns} rows=${late} empty=${freshnessReport.empty}
				files=${html`<a href="/reports/freshness.csv">CSV</a>`} />`,
	}
}

/** `/checks/<name>`: what it proves, its result and its SQL. */
export const check: PageHandler = async ({ db, parts, context }) => {
	const name = parts['name']!
	const found = await db.selectFrom('tieout.checks').selectAll().where('check_name', '=', name).executeTakeFirst()
	if (!found)
		throw new TieoutError('not_found', 'check.unknown', `there is no check "${name}" in this generation`, {
			where: `/checks/${name}`,
			next: 'open /checks for the list',
		})
	return {
		title: found.check_name,
		section: 'Health',
		schema: 'tieout.check/1',
		data: { check: found },
		content: () => html`<${HealthTabs} current="Checks" /><${CheckView} check=${found} context=${context} />`,
	}
}

function readAttention(db: Kysely<Schema>): Promise<CheckTable[]> {
	return db
		.selectFrom('tieout.checks')
		.selectAll()
		.where('status', 'not in', ['pass', 'not run'])
		.orderBy('is_blocking', 'desc')
		.orderBy('owner')
		.orderBy('check_name')
		.execute()
}

function readFreshness(db: Kysely<Schema>): Promise<FreshnessTable[]> {
	return db.selectFrom('tieout.freshness').selectAll().orderBy('connection').orderBy('stream').execute()
}

function VerdictSection({ context: { trust } }: { context: PageContext }): Html {
	return html`<section class="verdict-box" aria-label="Verdict"><h1>Can this be trusted? <${Status} status=${trust.verdict} /></h1>
		${
			trust.reasons.length === 0
				? html`<p>Every check passes, every stream is fresh and complete, and nothing is unexplained.</p>`
				: html`<ul class="reasons">${trust.reasons.map(
						(reason) =>
							html`<li><${Status} status=${reason.blocks ? 'fail' : 'warn'} word=${reason.blocks ? 'blocks' : 'warning'} /> <${ReasonText} reason=${reason} /></li>`,
					)}</ul>`
		}</section>`
}

/** A check's explanation ends with the first of its problems: that is shown apart, so that the reason can be read at a glance. */
function ReasonText({ reason }: { reason: Reason }): Html {
	const [text, first] = reason.text.split(/ First: /)
	return html`<a href=${reasonPath(reason)}>${text}</a>${first && html`<br /><span class="muted">First: ${first}</span>`}`
}

/** What fails, by who repairs it. */
function Attention({ checks: failing }: { checks: CheckTable[] }): Html {
	if (failing.length === 0) return null
	const owners = [...Map.groupBy(failing, (one) => one.owner ?? 'nobody')]
	return html`<section class="attention" aria-label="Needs attention"><h2>Needs attention</h2>${owners.map(
		([owner, own]) =>
			html`<h3>${owner === 'nobody' ? 'Without an owner' : owner}</h3><ul class="reasons">${own.map(
				(one) =>
					html`<li><${Status} status=${one.status} /> <a href=${addressOf(['checks', one.check_name])}>${one.check_name}</a>${one.problem_count !== null && `: ${countOf(one.problem_count, 'problem')}`}${one.is_blocking && ', blocks'}</li>`,
			)}</ul>`,
	)}</section>`
}

/** How many checks have each result; each count filters the list below. */
function Results({ facet, context }: { facet: Facet | undefined; context: PageContext }): Html {
	if (!facet || facet.values.length === 0) return null
	return html`<p class="counts">${facet.values.map(
		({ value, rowCount }) =>
			html`<a href=${changed(context.address, { status: value })}><${Status} status=${value} word=${`${countText(rowCount)} ${value}`} /></a>`,
	)}</p>`
}

function CheckView({ check: found, context }: { check: CheckTable; context: PageContext }): Html {
	return html`<div class="heading"><h1>${found.check_name}</h1> <${Status} status=${found.status} /></div>
		<p class="why">${found.explanation ?? 'This check has no description.'}</p>
		<dl class="facts">
			<div><dt>Problems</dt><dd>${found.problem_count === null ? 'n/a: the check did not run' : countText(found.problem_count)}</dd></div>
			<div><dt>Severity</dt><dd>${found.severity}${found.is_blocking ? ', blocks publishing' : ', warns only'}</dd></div>
			<div><dt>Owner</dt><dd>${found.owner ?? 'nobody'}</dd></div>
			<div><dt>Checked</dt><dd><${Moment} at=${found.checked_at} /> (<${Moment} at=${found.checked_at} now=${context.now} />)</dd></div>
		</dl>
		${
			found.sql
				? html`<section aria-label="SQL"><h2>SQL <small>its rows are the problems</small></h2><pre class="sql">${found.sql}</pre>
			<p class="muted">It reads the build, which holds more than is published. Run it again: <code>tieout check ${found.check_name}</code></p></section>`
				: html`<p class="muted">This check is built in and has no SQL of its own.</p>`
		}`
}
