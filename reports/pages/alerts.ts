import { TieoutError } from '../../models/error.ts'
import type { ChecksTable } from '../../models/schema.ts'
import { addressOf, changed } from '../address.ts'
import { breakable } from '../cell.ts'
import type { PageContext } from '../context.ts'
import { countOf, countText, Moment } from '../format.ts'
import type { Alert } from '../health-history.ts'
import { type Html, html } from '../html.ts'
import { requireKnownNames } from '../known-names.ts'
import { facetValues, LinkFacets } from '../link-facets.ts'
import type { PageHandler, PageRequest } from '../page-request.ts'
import { placesOfCheck, placesOfStream } from '../places.ts'
import type { Place } from '../related.ts'
import type { Column } from '../report.ts'
import { Status } from '../status.ts'
import { Table } from '../table.ts'
import { AlertEvents, alertHref, alertNumber, FailingRows, sampleOf } from './health-sections.ts'
import { HealthTabs } from './health-tabs.ts'

/** How many state changes the list of alerts shows. */
const listedEvents = 50

/** What alerts are filtered by, with the words over it. */
const filters = [
	['state', 'State'],
	['owner', 'Owner'],
	['severity', 'Severity'],
	['kind', 'Kind'],
] as const

/** `/alerts`: what is wrong, since when, whose it is. Resolved ones are there when their state is asked for. */
export const alerts: PageHandler = async ({ health, runs, context }) => {
	const [all, events, [run]] = await Promise.all([
		health.alerts(),
		health.alertEvents({ limit: listedEvents }),
		runs.runs(1),
	])
	requireKnownNames(
		context.address,
		filters.map(([name]) => name),
	)
	const asked = filters.map(([name]) => [name, context.address.query.get(name)] as const)
	const isAsked = (one: Alert, except?: string) =>
		asked.every(([name, value]) => name === except || value === null || (one[name] ?? '') === value)
	const hasState = context.address.query.has('state')
	const isListed = (one: Alert) => isAsked(one) && (hasState || one.state !== 'resolved')
	const listed = all.filter(isListed)
	const resolved = all.filter((one) => isAsked(one, 'state') && one.state === 'resolved').length
	const facets = filters.map(([name, title]) => ({
		name,
		title,
		values: facetValues(
			all
				.filter((one) => isAsked(one, name) && (hasState || name === 'state' || one.state !== 'resolved'))
				.map((one) => one[name]),
		),
	}))
	return {
		title: 'Alerts',
		section: 'Health',
		schema: 'tieout.alerts/1',
		data: { alerts: listed, resolvedCount: resolved, events },
		content:
			() => html`<${HealthTabs} current="Alerts" /><div class="heading"><h1>Alerts</h1><p class="question">What is wrong, since when, and whose is it?</p></div>
			<${LinkFacets} facets=${facets} address=${context.address} />
			<${AlertTable} alerts=${listed} resolved=${hasState ? 0 : resolved} isEmpty=${all.length === 0} hasRun=${run !== undefined} context=${context} />
			<${AlertEvents} events=${events} context=${context} note=${events.length === listedEvents ? `the newest ${listedEvents}, of all alerts` : 'of all alerts'} />
			<p class="muted">One alert per check, stream or quota, however many runs find it. It speaks when it opens, escalates, is resolved or comes back; acknowledged and snoozed ones are quiet.</p>`,
	}
}

/** `/alerts/<id>`: what is wrong, where to look, what to do, and everything that happened to it. */
export const alert: PageHandler = async (request) => {
	const { health, parts, context } = request
	const id = parts['id']!
	const found = (await health.alerts()).find((one) => String(one.alert_id) === id)
	if (!found)
		throw new TieoutError('not_found', 'alert.unknown', `there is no alert "${id}"`, {
			where: `/alerts/${id}`,
			next: 'open /alerts for the list',
		})
	const [events, check] = await Promise.all([
		health.alertEvents({ alertId: found.alert_id }),
		readCheck(request, found),
	])
	const places = placesOf(found, request)
	return {
		title: `Alert #${found.alert_id}: ${found.subject}`,
		section: 'Health',
		schema: 'tieout.alert/1',
		data: { alert: found, places, events },
		content: () =>
			html`<${HealthTabs} current="Alerts" /><${AlertView} alert=${found} places=${places} check=${check} context=${context} />
			<${AlertEvents} events=${events} isOne context=${context} />`,
	}
}

const columns: Column[] = [
	{
		name: 'subject',
		title: 'Alert',
		kind: 'text',
		show: (row) => html`${alertNumber(row)} ${breakable(String(row['subject']))}`,
	},
	{ name: 'severity', title: 'Severity', kind: 'status' },
	{ name: 'text', title: 'What', kind: 'text', isLong: true, show: (row) => saidOf(row as Alert).what },
	{ name: 'owner', title: 'Owner', kind: 'text', missing: 'unassigned' },
	{ name: 'opened_at', title: 'Since', kind: 'moment' },
	{ name: 'state', title: 'State', kind: 'text', show: (row) => StateText(row as Alert) },
	{ name: 'seen_count', title: 'Seen', kind: 'count', description: 'In how many runs' },
	{ name: 'last_seen_at', title: 'Last seen', kind: 'moment' },
]

type TableProperties = { alerts: Alert[]; resolved: number; isEmpty: boolean; hasRun: boolean; context: PageContext }

function AlertTable({ alerts: listed, resolved, isEmpty, hasRun, context }: TableProperties): Html {
	const older =
		resolved > 0 &&
		html` <a href=${changed(context.address, { state: 'resolved' })}>${countText(resolved)} resolved</a>`
	const empty = isEmpty
		? hasRun
			? 'There never was an alert: no run has found a problem.'
			: html`Nothing ran yet, so nothing was judged: <code>tieout run</code>`
		: html`<p>No open alerts${context.address.query.size > 0 && ' match these filters'}.${older && html` There ${resolved === 1 ? 'is' : 'are'}${older}.`}</p>`
	return html`<${Table} id="alerts" caption="Open and asked for" isTitled note=${listed.length > 0 && html`${countOf(listed.length, 'alert')}, errors first${older && html`;${older}`}`}
		context=${context} columns=${columns} rows=${listed} rowHref=${alertHref} empty=${empty} />`
}

/** What an alert says, without the name that stands beside it; the first of a check's problems apart. */
function saidOf({ text, subject }: Alert): { what: string; first: string | undefined } {
	const [said = '', first] = text.split(/ First: /)
	return { what: said.startsWith(`${subject}: `) ? said.slice(subject.length + 2) : said, first }
}

/** A sample company's clock stands still while its runs are stamped: their ages say nothing. */
function isPast(at: string, { now }: PageContext): boolean {
	return Date.parse(at) < now.getTime()
}

/** The state, with its end, who set it and why. */
function StateText({ state, snoozed_until, acted_by, reason }: Alert): Html {
	return html`<${Status} status=${state} />${state === 'snoozed' && html` until <${Moment} at=${snoozed_until} />`}${
		acted_by && (state === 'snoozed' || state === 'acknowledged') && html` by ${acted_by}: ${reason}`
	}`
}

type ViewProperties = { alert: Alert; places: Place[]; check: ChecksTable | undefined; context: PageContext }

function AlertView({ alert: found, places, check, context }: ViewProperties): Html {
	const { what, first } = saidOf(found)
	const id = found.alert_id
	const isOver = found.state === 'resolved'
	return html`<div class="heading"><h1>Alert #${id}: ${found.subject}</h1> <${Status} status=${found.severity} /> <${Status} status=${found.state} /></div>
		<p class="why">${what}${first && html`<br /><span class="muted">First: ${first}</span>`}</p>
		<dl class="facts">
			<div><dt>Owner</dt><dd>${found.owner ?? 'unassigned'}</dd></div>
			<div><dt>${isOver ? 'Was open since' : 'Open since'}</dt><dd><${Moment} at=${found.opened_at} /> ${isPast(found.opened_at, context) && html` (<${Moment} at=${found.opened_at} now=${context.now} />)`}</dd></div>
			<div><dt>Seen</dt><dd>in ${countOf(found.seen_count, 'run')}, last <${Moment} at=${found.last_seen_at} /></dd></div>
			<div><dt>State</dt><dd>${StateText(found)}, since <${Moment} at=${found.changed_at} /></dd></div>
			<div><dt>Kind</dt><dd>${found.kind}</dd></div>
			<div><dt>Look at</dt><dd>${places.map((place, index) => html`${index > 0 && ' · '}<a href=${place.href}>${place.text}</a>`)}</dd></div>
			${
				!isOver &&
				html`<div><dt>Somebody has it</dt><dd><code>tieout alerts ack ${id} --reason "…"</code></dd></div>
			<div><dt>Not now</dt><dd><code>tieout alerts snooze ${id} --until 2026-12-01T09:00Z --reason "…"</code></dd></div>`
			}
		</dl>
		${check && html`<${FailingRows} check=${check} sample=${sampleOf(check)} context=${context} />`}`
}

/** What the check of an alert found in the generation of the page. */
async function readCheck({ db, context }: PageRequest, { kind, subject }: Alert): Promise<ChecksTable | undefined> {
	if (kind !== 'check' || !context.generation) return undefined
	return await db.selectFrom('tieout.checks').selectAll().where('check_name', '=', subject).executeTakeFirst()
}

/** Where the problem of an alert can be looked at, the nearest place first. */
function placesOf({ kind, subject, link }: Alert, { reports, context }: PageRequest): Place[] {
	if (kind === 'check')
		return [
			{ text: 'the check', href: addressOf(['checks', subject]) },
			...placesOfCheck(subject, reports, context.systems),
		]
	const first = { text: placeNames[kind] ?? 'where it shows', href: link }
	const isStream = subject.includes('.') && !subject.includes(' ') && kind !== 'quota'
	return isStream ? [first, ...placesOfStream(subject)] : [first]
}

const placeNames: Record<string, string> = {
	run: 'the run that found it',
	freshness: 'its freshness',
	quarantine: 'the records in quarantine',
	certificate: 'its certificates',
	quota: 'the API budget',
}

/** The alert of each check, by the check's name; resolved ones too. */
export function alertsOfChecks(all: readonly Alert[]): ReadonlyMap<string, Alert> {
	return new Map(all.filter((one) => one.kind === 'check').map((one) => [one.subject, one]))
}

/** An alert as a link with its state: `#3 open`. */
export function AlertLink({ alert: one }: { alert: Alert }): Html {
	return html`<a href=${addressOf(['alerts', String(one.alert_id)])}>#${one.alert_id}</a> <${Status} status=${one.state} />`
}
