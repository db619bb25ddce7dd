import { type AlertChange, alertMessage, recordFindings } from './alerts.ts'
import { findingsOf } from './findings.ts'
import type { PipelineEffects, PipelineRequest, PipelineResult } from './pipeline.ts'
import { pagesUrl } from './served-at.ts'
import { queueMessage, sendMessages } from './webhook.ts'

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
	const { webhook } = config.alerts
	if (!webhook) return
	const baseUrl = pagesUrl(config)
	if (changes.length > 0)
		await queueMessage(state.db, alertMessage(changes, { company: config.company.name, baseUrl }), { now: clock.stamp })
	await sendMessages(state.db, webhook, { log, ...(fetch && { fetch }) })
}
