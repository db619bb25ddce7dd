import type { Kysely, Selectable } from 'kysely'
import { TieoutError } from '../models/error.ts'
import { redact } from './log.ts'
import type { RunTables } from './migrations/101-runs.ts'
import type { StateSchema } from './state.ts'

export type Alert = Selectable<RunTables['alerts']>
export type AlertEvent = 'opened' | 'escalated' | 'resolved' | 'reopened'

/** A problem as a run found it. One alert exists per kind and subject, however many runs find it. */
export type Finding = {
	kind: 'check' | 'freshness' | 'run' | 'quota' | 'quarantine' | 'certificate' | 'expiry' | 'schema'
	/** The check's name, `connection.stream`, the command. */
	subject: string
	severity: 'error' | 'warning'
	owner: string | null
	/** What, since when, how much. */
	text: string
	/** The page's path, from `/`. */
	link: string
}

/** A change of an alert's state: the only thing that makes a message. */
export type AlertChange = { event: AlertEvent; alert: Alert }

/** What a run looked at: every subject of a kind, or only those named. */
export type Judged = Finding['kind'] | { kind: Finding['kind']; subjects: ReadonlySet<string> }

/**
 * Compares what a run found with the alerts there are, and gives the changes. `judged` says what this run looked at: of that, what
 * was not found again is resolved. A snoozed or acknowledged alert stays quiet until it escalates from warning to
 * error, or its snooze ends with the problem still there.
 */
export async function recordFindings(
	db: Kysely<StateSchema>,
	findings: readonly Finding[],
	judged: readonly Judged[],
	{ now }: { now: () => Date },
): Promise<AlertChange[]> {
	const at = now().toISOString()
	return await db.transaction().execute(async (transaction) => {
		const known = await transaction
			.selectFrom('alerts')
			.selectAll()
			.where(
				'kind',
				'in',
				judged.map((one) => (typeof one === 'string' ? one : one.kind)),
			)
			.execute()
		const byKey = new Map(known.map((alert) => [keyOf(alert), alert]))
		const found = new Set(findings.map(keyOf))
		const changes: AlertChange[] = []
		for (const finding of findings) {
			const change = await noteFinding(transaction, finding, byKey.get(keyOf(finding)), at)
			if (change) changes.push(change)
		}
		for (const alert of known)
			if (alert.state !== 'resolved' && !found.has(keyOf(alert)) && wasLookedAt(alert, judged))
				changes.push(
					await change(transaction, alert, 'resolved', { state: 'resolved', snoozed_until: null, reason: null }, at),
				)
		return changes
	})
}

function wasLookedAt({ kind, subject }: Alert, judged: readonly Judged[]): boolean {
	return judged.some((one) => (typeof one === 'string' ? one === kind : one.kind === kind && one.subjects.has(subject)))
}

/** Alerts, the most urgent first: errors before warnings, the oldest first. Without `isAll` only those that are not resolved. */
export async function readAlerts(
	db: Kysely<StateSchema>,
	{ isAll = false, id }: { isAll?: boolean; id?: number } = {},
): Promise<Alert[]> {
	let query = db.selectFrom('alerts').selectAll()
	if (id !== undefined) query = query.where('alert_id', '=', id)
	else if (!isAll) query = query.where('state', '<>', 'resolved')
	return await query.orderBy('severity').orderBy('opened_at').orderBy('alert_id').execute()
}

/** Acknowledges or snoozes an alert; snoozing needs an end and a reason. Throws `usage` or `not_found`. */
export async function actOnAlert(
	db: Kysely<StateSchema>,
	alertId: number,
	action: { by: string; reason: string; snoozedUntil?: Date },
	{ now }: { now: () => Date },
): Promise<void> {
	const at = now()
	if (action.snoozedUntil && action.snoozedUntil <= at)
		throw new TieoutError(
			'usage',
			'alert.snooze',
			`a snooze until ${action.snoozedUntil.toISOString()} ends in the past`,
			{
				next: `choose an end after ${at.toISOString()}`,
			},
		)
	if (action.reason.trim() === '')
		throw new TieoutError('usage', 'alert.reason', 'an alert is acknowledged or snoozed with a reason', {
			next: 'say why',
		})
	const alert = await db.selectFrom('alerts').selectAll().where('alert_id', '=', alertId).executeTakeFirst()
	if (!alert || alert.state === 'resolved')
		throw new TieoutError('not_found', 'alert.unknown', `there is no open alert ${alertId}`, {
			next: 'tieout alerts',
		})
	const state = action.snoozedUntil ? 'snoozed' : 'acknowledged'
	await db
		.updateTable('alerts')
		.set({
			state,
			reason: action.reason,
			acted_by: action.by,
			snoozed_until: action.snoozedUntil?.toISOString() ?? null,
			changed_at: at.toISOString(),
		})
		.where('alert_id', '=', alertId)
		.execute()
	await event(db, alertId, state, `${action.by}: ${action.reason}`, at.toISOString())
}

/** Changes as one message: grouped by owner, then by event; each line says what, since when, and where to look. */
export function alertMessage(
	changes: readonly AlertChange[],
	{ company, baseUrl }: { company: string; baseUrl: string },
) {
	const groups = Map.groupBy(changes, ({ alert }) => alert.owner ?? 'unassigned')
	const owners = [...groups]
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([owner, list]) => ({
			owner,
			alerts: list.toSorted(byUrgency).map(({ event, alert }) => ({
				event,
				severity: alert.severity,
				kind: alert.kind,
				subject: alert.subject,
				text: redact(alert.text),
				since: alert.opened_at,
				url: new URL(alert.link, baseUrl).href,
				alert_url: new URL(`/alerts/${alert.alert_id}`, baseUrl).href,
			})),
		}))
	const text = owners.flatMap(({ owner, alerts }) => [`${owner}:`, ...messageLines(alerts)]).join('\n')
	return { schema: 'tieout.alerts/1' as const, company, text: `${company}: ${summary(changes)}\n${text}`, owners }
}

type Told = { event: AlertEvent; kind: string; subject: string; text: string; since: string; url: string }

/** One line each; of one cause (the same event, kind and words but for the subject) the first, and how many more there are. */
function messageLines(alerts: readonly Told[]): string[] {
	const causes = Map.groupBy(alerts, (one) =>
		[one.event, one.kind, one.since, one.text.replaceAll(one.subject, '')].join('\0'),
	)
	return [...causes.values()].map((list) => {
		const { event, text, since, url } = list[0]!
		const rest = list.slice(1).map((one) => one.subject)
		const more =
			rest.length === 0
				? ''
				: `; the same of ${rest.slice(0, 3).join(', ')}${rest.length > 3 ? ` and ${rest.length - 3} more` : ''}`
		return `  ${event}: ${text}${more} (since ${since}) ${url}`
	})
}

async function noteFinding(
	db: Kysely<StateSchema>,
	finding: Finding,
	known: Alert | undefined,
	at: string,
): Promise<AlertChange | undefined> {
	if (!known) {
		const alert = await db
			.insertInto('alerts')
			.values({ ...finding, state: 'open', opened_at: at, changed_at: at, last_seen_at: at })
			.returningAll()
			.executeTakeFirstOrThrow()
		await event(db, alert.alert_id, 'opened', finding.text, at)
		return { event: 'opened', alert }
	}
	const seen = { ...finding, last_seen_at: at, seen_count: known.seen_count + 1 }
	if (known.state === 'resolved')
		return await change(db, known, 'reopened', { ...seen, state: 'open', opened_at: at }, at)
	if (known.severity === 'warning' && finding.severity === 'error')
		return await change(db, known, 'escalated', { ...seen, state: 'open', snoozed_until: null, reason: null }, at)
	if (known.state === 'snoozed' && known.snoozed_until !== null && known.snoozed_until <= at)
		return await change(db, known, 'reopened', { ...seen, state: 'open', snoozed_until: null, reason: null }, at)
	await db.updateTable('alerts').set(seen).where('alert_id', '=', known.alert_id).execute()
	return undefined
}

async function change(
	db: Kysely<StateSchema>,
	alert: Alert,
	name: AlertEvent,
	values: Partial<Alert>,
	at: string,
): Promise<AlertChange> {
	const changed = await db
		.updateTable('alerts')
		.set({ ...values, changed_at: at })
		.where('alert_id', '=', alert.alert_id)
		.returningAll()
		.executeTakeFirstOrThrow()
	await event(db, alert.alert_id, name, changed.text, at)
	return { event: name, alert: changed }
}

async function event(db: Kysely<StateSchema>, alertId: number, name: string, text: string, at: string): Promise<void> {
	await db
		.insertInto('alert_events')
		.values({ alert_id: alertId, event: name, text: redact(text), happened_at: at })
		.execute()
}

function keyOf({ kind, subject }: { kind: string; subject: string }): string {
	return `${kind}\0${subject}`
}

const urgency = ['escalated', 'opened', 'reopened', 'resolved']

function byUrgency(a: AlertChange, b: AlertChange): number {
	return urgency.indexOf(a.event) - urgency.indexOf(b.event) || (a.alert.subject < b.alert.subject ? -1 : 1)
}

function summary(changes: readonly AlertChange[]): string {
	const counts = urgency.map((name) => [name, changes.filter((one) => one.event === name).length] as const)
	return counts
		.filter(([, count]) => count > 0)
		.map(([name, count]) => `${count} ${name}`)
		.join(', ')
}
