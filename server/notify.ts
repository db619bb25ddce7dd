import { type AlertChange, alertMessage, type Finding, recordFindings } from './alerts.ts'
import { errorDocument } from './errors.ts'
import type { PipelineEffects, PipelineRequest, PipelineResult } from './pipeline.ts'
import { queueMessage, sendMessages } from './webhook.ts'

/** At this share of a quota the owner is told. */
const quotaShare = 0.8

/** Turns what a run found into alerts, and sends what changed to the log and the webhook. Never fails the run. */
export async function notify(
	request: PipelineRequest,
	result: PipelineResult,
	failure: unknown,
	{ clock, log, fetch }: PipelineEffects,
): Promise<void> {
	try {
		const { findings, judged } = await findingsOf(request, result, failure)
		const changes = await recordFindings(request.state.db, findings, judged, { now: clock.stamp })
		for (const { event, alert } of changes)
			log.warn({ alert: alert.alert_id, event, owner: alert.owner, subject: alert.subject }, alert.text)
		await send(request, changes, { clock, log, ...(fetch && { fetch }) })
	} catch (error) {
		log.error({ error }, 'alerts could not be recorded')
	}
}

async function send(
	{ config, state }: PipelineRequest,
	changes: AlertChange[],
	{ clock, log, fetch }: PipelineEffects,
): Promise<void> {
	const { webhook, base_url } = config.alerts
	if (!webhook) return
	const baseUrl = base_url ?? `http://${config.server.bind}:${config.server.port}`
	if (changes.length > 0)
		await queueMessage(state.db, alertMessage(changes, { company: config.company.name, baseUrl }), { now: clock.stamp })
	await sendMessages(state.db, webhook, { log, ...(fetch && { fetch }) })
}

/** Only what this run looked at is judged: an extraction alone resolves no check's alert. */
async function findingsOf({ config, state, command }: PipelineRequest, result: PipelineResult, failure: unknown) {
	const judged: Finding['kind'][] = ['run']
	const findings: Finding[] = []
	if (failure !== undefined) {
		const { message, next } = errorDocument(failure).error
		findings.push({
			kind: 'run',
			subject: command,
			severity: 'error',
			owner: config.owners.default,
			text: `${message}${next ? `; next: ${next}` : ''}`,
			link: '/runs',
		})
	}
	for (const stream of result.extracted?.failed ?? []) findings.push(streamFinding(stream, ownerOf(config, stream)))
	for (const stream of result.extracted?.held ?? []) findings.push(streamFinding(stream, ownerOf(config, stream)))
	if (result.extracted) {
		judged.push('quota')
		findings.push(...(await quotaFindings(state.db, config)))
	}
	if (result.checks) {
		judged.push('check')
		findings.push(...result.checks.flatMap(checkFinding))
	}
	if (result.freshness) {
		judged.push('freshness')
		findings.push(...result.freshness.flatMap(freshnessFinding))
	}
	return { findings, judged }
}

type Config = PipelineRequest['config']
type Stream = NonNullable<PipelineResult['extracted']>['streams'][number]

function streamFinding(stream: Stream, owner: string): Finding {
	const subject = `${stream.connection}.${stream.stream}`
	const why = stream.error ? `: ${stream.error.message}${stream.error.next ? `; next: ${stream.error.next}` : ''}` : ''
	return {
		kind: 'run',
		subject,
		severity: 'error',
		owner,
		text: `${subject} is ${stream.outcome}${why}`,
		link: '/runs',
	}
}

function ownerOf(config: Config, { connection, stream }: Stream): string {
	const found = config.connections.find((one) => one.name === connection)
	return found?.streams[stream]?.owner ?? found?.owner ?? config.owners.default
}

async function quotaFindings(db: PipelineRequest['state']['db'], config: Config): Promise<Finding[]> {
	const usage = await db.selectFrom('api_usage').selectAll().execute()
	return usage
		.filter((one) => one.maximum > 0 && one.used >= one.maximum * quotaShare)
		.map((one) => ({
			kind: 'quota' as const,
			subject: `${one.connection}.${one.quota}`,
			severity: one.used >= one.maximum ? ('error' as const) : ('warning' as const),
			owner:
				config.connections.find((connection) => connection.name === one.connection)?.owner ?? config.owners.default,
			text: `${one.connection} has used ${one.used} of ${one.maximum} of its quota ${one.quota}`,
			link: '/checks',
		}))
}

function checkFinding(check: NonNullable<PipelineResult['checks']>[number]): Finding[] {
	if (check.status === 'pass' || check.status === 'not run') return []
	const severity = check.status === 'warn' ? 'warning' : 'error'
	return [
		{
			kind: 'check',
			subject: check.name,
			severity,
			owner: check.owner,
			text: `${check.name}: ${check.explanation}`,
			link: `/checks/${encodeURIComponent(check.name)}`,
		},
	]
}

function freshnessFinding(one: NonNullable<PipelineResult['freshness']>[number]): Finding[] {
	if (one.status === 'pass') return []
	const subject = `${one.connection}.${one.stream}`
	const limit = one.status === 'warn' ? one.warn_minutes : one.error_minutes
	const text =
		one.status === 'not run'
			? `${subject} was never read`
			: `${subject} is ${one.age_minutes} min old, allowed ${limit} min`
	return [
		{
			kind: 'freshness',
			subject,
			severity: one.status === 'warn' ? 'warning' : 'error',
			owner: one.owner,
			text,
			link: '/checks',
		},
	]
}
