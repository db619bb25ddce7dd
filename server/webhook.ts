import type { Kysely } from 'kysely'
import { errorDocument } from './errors.ts'
import { type Logger, redact } from './log.ts'
import type { StateSchema } from './state.ts'

/** Messages older attempts of which failed this often are given up; the alert itself stays. */
const maximumAttempts = 20

/** Puts a message on its way: it is kept until the webhook has taken it. */
export async function queueMessage(db: Kysely<StateSchema>, body: object, { now }: { now: () => Date }): Promise<void> {
	await db
		.insertInto('alert_outbox')
		.values({ body: JSON.stringify(body), made_at: now().toISOString() })
		.execute()
}

/** Sends what waits, oldest first, and stops at the first failure: it is tried again at the next occasion. */
export async function sendMessages(
	db: Kysely<StateSchema>,
	webhook: string,
	{ log, fetch = globalThis.fetch }: { log: Logger; fetch?: typeof globalThis.fetch },
): Promise<void> {
	const waiting = await db
		.selectFrom('alert_outbox')
		.selectAll()
		.where('attempts', '<', maximumAttempts)
		.orderBy('id')
		.limit(100)
		.execute()
	for (const message of waiting) {
		const failure = await post(webhook, message.body, fetch)
		if (failure !== undefined) {
			log.warn({ failure }, 'the alert webhook did not take a message; it will be sent again')
			const change = { attempts: message.attempts + 1, last_error: failure }
			await db.updateTable('alert_outbox').set(change).where('id', '=', message.id).execute()
			return
		}
		await db.deleteFrom('alert_outbox').where('id', '=', message.id).execute()
	}
}

async function post(webhook: string, body: string, fetch: typeof globalThis.fetch): Promise<string | undefined> {
	try {
		const headers = { 'content-type': 'application/json' }
		const answer = await fetch(webhook, {
			method: 'POST',
			headers,
			body,
			redirect: 'error',
			signal: AbortSignal.timeout(10_000),
		})
		await answer.body?.cancel()
		return answer.ok ? undefined : `HTTP ${answer.status}`
	} catch (error) {
		return redact(errorDocument(error).error.message)
	}
}
