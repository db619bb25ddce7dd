import { addressOf } from '../address.ts'
import type { PageContext } from '../context.ts'
import { countOf, countText, Moment, signedAmountText } from '../format.ts'
import type { QuarantineGroup, QuarantineWeek } from '../health-history.ts'
import { type Html, html } from '../html.ts'
import { requireKnownNames } from '../known-names.ts'
import type { PageHandler } from '../page-request.ts'
import type { Column, Row } from '../report.ts'
import type { Run } from '../run-history.ts'
import { Status } from '../status.ts'
import { Table } from '../table.ts'
import { HealthTabs } from './health-tabs.ts'

/** How many records of the groups that are shown are listed; the rest is counted. */
const listed = 100

/** `/quarantine`: what could not be loaded, why, how much money is in it, and how is it loaded again? */
export const quarantine: PageHandler = async ({ runs, health, context }) => {
	const { query } = context.address
	const names = ['connection', 'stream', 'code']
	requireKnownNames(context.address, names)
	const filter = Object.fromEntries(names.map((name) => [name, query.get(name) ?? undefined])) as {
		connection?: string
		stream?: string
		code?: string
	}
	const [all, { records, count }, [last]] = await Promise.all([
		health.quarantine(context.now),
		runs.quarantine(listed, filter),
		runs.runs(1),
	])
	const groups = all.filter((group) =>
		(['connection', 'stream', 'code'] as const).every((name) => !filter[name] || filter[name] === group[name]),
	)
	const hasFilter = groups.length < all.length
	return {
		title: 'Quarantine',
		section: 'Health',
		schema: 'tieout.quarantine/1',
		data: { filter, groups, records, count },
		content:
			() => html`<${HealthTabs} current="Quarantine" /><div class="heading"><h1>Quarantine</h1><p class="question">What could not be loaded, why, and how much money is in it?</p></div>
			<${Table} id="groups" caption="Reasons" isTitled context=${context} columns=${groupColumns(context)} rows=${groups.map(rowOf)}
				note=${groups.length > 0 && html`${countOf(sum(groups), 'record')}${hasFilter && html` · <a href="/quarantine">all reasons</a>`}`}
				rowHref=${(row: Row) => addressOf(['quarantine'], { connection: String(row['connection']), stream: String(row['stream']), code: String(row['code']) })}
				empty=${hasFilter ? html`Nothing waits for this reason. <a href="/quarantine">All reasons</a>` : noneWaits(last)} />
			${groups.length > 0 && html`<${Commands} groups=${groups} />`}
			${
				records.length > 0 &&
				html`<${Table} id="records" caption="Records" context=${context} columns=${recordColumns} rows=${records}
				note=${count > records.length ? `the oldest ${countText(records.length)} of ${countText(count)}` : countOf(count, 'record')} />`
			}`,
	}
}

/** Why no record waits: nothing was read, or all of what was landed is loaded. What a run could not read is in neither. */
export function noneWaits(last: Run | undefined): Html {
	if (!last) return html`Nothing was read yet, so no record can wait: <code>tieout run</code>`
	const unread = ['failed', 'interrupted', 'incomplete'].includes(last.outcome)
	return html`No record waits: whatever was landed is loaded.${unread && html` The last run <a href=${addressOf(['runs', last.run_id])}>${last.run_id}</a> <${Status} status=${last.outcome} />: what it did not read is neither loaded nor here.`}`
}

function sum(groups: QuarantineGroup[]): number {
	return groups.reduce((all, group) => all + group.records, 0)
}

function rowOf(group: QuarantineGroup): Row {
	return { ...group, name: `${group.connection}.${group.stream}` } as unknown as Row
}

function groupColumns(context: PageContext): Column[] {
	return [
		{ name: 'code', title: 'Reason', kind: 'word' },
		{ name: 'name', title: 'Stream', kind: 'text' },
		{ name: 'records', title: 'Records', kind: 'count' },
		{ name: 'money', title: 'Money', kind: 'text', show: (row) => html`<${Money} group=${row} context=${context} />` },
		{
			name: 'oldest_at',
			title: 'Oldest',
			kind: 'text',
			show: (row) => html`<${Moment} at=${row['oldest_at']} now=${context.now} />`,
		},
		{
			name: 'weeks',
			title: 'Waiting by week',
			kind: 'text',
			description: 'At the end of each of the last eight weeks (from Monday, UTC), this one last',
			show: (row) => html`<${Trend} weeks=${row['weeks']} />`,
		},
	]
}

function Money({ group, context }: { group: QuarantineGroup; context: PageContext }): Html {
	const parts = group.money.map(
		({ currency, amount }) => `${signedAmountText(amount, context.minorDigits(currency))} ${currency}`,
	)
	if (group.without_amount > 0)
		parts.push(
			parts.length > 0 ? `and ${countText(group.without_amount)} without a readable amount` : 'no readable amount',
		)
	return parts.join(', ')
}

/** One bar a week, and the numbers for those who don't see them. */
function Trend({ weeks }: { weeks: QuarantineWeek[] }): Html {
	const most = Math.max(1, ...weeks.map(({ waiting }) => waiting))
	const label = weeks.map(({ week, waiting }) => `${week}: ${waiting}`).join(', ')
	const last = weeks.at(-1)
	return html`<svg class="meter" role="img" aria-label=${`waiting at the end of the week of ${label}`} width="88" height="18" viewBox="0 0 88 18">
		${weeks.map(({ waiting }, index) => {
			const height = Math.max(waiting === 0 ? 1 : 2, Math.round((waiting / most) * 16))
			return html`<rect class=${waiting === 0 ? 'track' : 'used warn'} x=${index * 11} y=${18 - height} width="9" height=${height} />`
		})}</svg>${last && html` <span class="muted">this week ${countText(last.came)} came, ${countText(last.settled)} settled</span>`}`
}

/** What to do, for one group or for all. */
function Commands({ groups }: { groups: QuarantineGroup[] }): Html {
	const [first] = groups
	const one = `tieout replay ${first!.connection}.${first!.stream} --quarantine --code ${first!.code}`
	return html`<p>Correct the records in their source, or the connection's <code>fields:</code>, then load them again: ${groups.length === 1 ? html`<code>${one}</code>` : html`one group (<code>${one}</code>) or all (<code>tieout replay --quarantine</code>)`}; one record by its number with <code>--record</code>. A record that is corrected in its source comes by itself with the next run.</p>`
}

const recordColumns: Column[] = [
	{ name: 'id', title: 'Number', kind: 'id' },
	{ name: 'stream', title: 'Stream', kind: 'text', show: (row) => `${row['connection']}.${row['stream']}` },
	{ name: 'record_key', title: 'Record', kind: 'id', missing: 'no key' },
	{ name: 'code', title: 'Reason', kind: 'word' },
	{ name: 'reason', title: 'Why', kind: 'text', isLong: true },
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
]
