import type { Kysely } from 'kysely'
import { addDecimals } from '../reports/decimal.ts'
import { countOf, countText, minutesText, signedAmountText } from '../reports/format.ts'
import type { QuarantineGroup, QuarantineWeek } from '../reports/health-history.ts'
import type { StateSchema } from './state.ts'

/** Weeks of a group's trend, this one included. */
const shownWeeks = 8

const week = 7 * 86_400_000

/**
 * The records in quarantine by connection, stream and reason code, the oldest group first: how many, what they are about, and how many came
 * and were settled in each of the last weeks. Groups of which nothing waits any more are left out.
 */
export async function quarantineGroups(db: Kysely<StateSchema>, now: Date): Promise<QuarantineGroup[]> {
	const starts = weekStarts(now)
	const since = new Date(starts[0]!).toISOString()
	const rows = await db
		.selectFrom('quarantine')
		.select(['connection', 'stream', 'code', 'amount', 'currency', 'quarantined_at', 'resolved_at'])
		.where((row) => row.or([row('resolved_at', 'is', null), row('resolved_at', '>=', since)]))
		.orderBy('id')
		.execute()
	const groups = Map.groupBy(rows, ({ connection, stream, code }) => JSON.stringify([connection, stream, code]))
	return [...groups.values()]
		.filter((group) => group.some((row) => row.resolved_at === null))
		.map((group) => groupOf(group, starts))
		.toSorted((a, b) => (a.oldest_at < b.oldest_at ? -1 : 1))
}

/** What waits in quarantine as one line, null when nothing does: how many records, their money, the age of the oldest. */
export function quarantineLine(groups: readonly QuarantineGroup[], now: Date): string | null {
	if (groups.length === 0) return null
	const records = groups.reduce((sum, group) => sum + group.records, 0)
	const age = Math.floor((now.getTime() - Date.parse(groups[0]!.oldest_at)) / 60_000)
	const money = Map.groupBy(
		groups.flatMap((group) => group.money),
		(one) => one.currency,
	)
	const amounts = [...money].map(
		([currency, list]) => `${signedAmountText(addDecimals(list.map((one) => one.amount)), undefined)} ${currency}`,
	)
	const about = amounts.length > 0 ? `, ${amounts.join(', ')}` : ''
	const more =
		groups.length > 1 ? `, and ${countText(groups.length - 1)} more ${groups.length === 2 ? 'reason' : 'reasons'}` : ''
	const first = groups[0]!
	return `${countOf(records, 'record')}${about}, the oldest since ${minutesText(Math.max(0, age))}: ${first.connection}.${first.stream} ${first.code}${more}`
}

type Row = Pick<
	StateSchema['quarantine'],
	'connection' | 'stream' | 'code' | 'amount' | 'currency' | 'quarantined_at' | 'resolved_at'
>

function groupOf(rows: Row[], starts: number[]): QuarantineGroup {
	const waiting = rows.filter((row) => row.resolved_at === null)
	const { connection, stream, code } = rows[0]!
	const money = moneyOf(waiting)
	return {
		connection,
		stream,
		code,
		records: waiting.length,
		money,
		without_amount: waiting.length - money.reduce((sum, one) => sum + one.records, 0),
		oldest_at: waiting[0]!.quarantined_at,
		weeks: starts.map((start) => weekOf(rows, start)),
	}
}

/** Exact totals by currency. An amount that is no plain decimal number is nobody's money yet. */
function moneyOf(rows: Row[]): QuarantineGroup['money'] {
	const readable = rows.filter(({ amount }) => amount !== null && /^-?\d{1,60}(\.\d{1,60})?$/.test(amount))
	return [...Map.groupBy(readable, ({ currency }) => currency ?? '(none)')]
		.map(([currency, list]) => ({
			currency,
			amount: addDecimals(list.map((row) => row.amount!)),
			records: list.length,
		}))
		.toSorted((a, b) => (a.currency < b.currency ? -1 : 1))
}

function weekOf(rows: Row[], start: number): QuarantineWeek {
	const isIn = (moment: string | null) =>
		moment !== null && Date.parse(moment) >= start && Date.parse(moment) < start + week
	const end = start + week
	const waits = (row: Row) =>
		Date.parse(row.quarantined_at) < end && (row.resolved_at === null || Date.parse(row.resolved_at) >= end)
	return {
		week: new Date(start).toISOString().slice(0, 10),
		came: rows.filter((row) => isIn(row.quarantined_at)).length,
		settled: rows.filter((row) => isIn(row.resolved_at)).length,
		waiting: rows.filter(waits).length,
	}
}

/** The Mondays (UTC) of the last weeks, oldest first. Epoch ms. */
function weekStarts(now: Date): number[] {
	const day = new Date(now.toISOString().slice(0, 10)).getTime()
	const monday = day - ((now.getUTCDay() + 6) % 7) * 86_400_000
	return Array.from({ length: shownWeeks }, (_, index) => monday - (shownWeeks - 1 - index) * week)
}
