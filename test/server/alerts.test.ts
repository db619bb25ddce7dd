import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import pino from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { actOnAlert, alertMessage, type Finding, recordFindings } from '../../server/alerts.ts'
import { queueMessage, sendMessages } from '../../server/webhook.ts'
import { stateFixture } from './state-fixture.ts'

let fixture: Awaited<ReturnType<typeof stateFixture>>
let clock = Date.UTC(2026, 10, 4, 9)
const now = () => new Date(clock)
const later = (hours: number) => {
	clock += hours * 3_600_000
}

beforeEach(async () => {
	clock = Date.UTC(2026, 10, 4, 9)
	fixture = await stateFixture()
})
afterEach(() => fixture.remove())

function problem(changes: Partial<Finding> = {}): Finding {
	return {
		kind: 'check',
		subject: 'orders_balance',
		severity: 'warning',
		owner: 'ana',
		text: 'orders_balance: 3 problems',
		link: '/checks/orders_balance',
		...changes,
	}
}

async function found(...findings: Finding[]): Promise<string[]> {
	const changes = await recordFindings(fixture.state.db, findings, ['check', 'freshness'], { now })
	return changes.map(({ event, alert }) => `${event} ${alert.subject}`)
}

describe('one alert has a life', () => {
	test('ten failing runs make one message', async () => {
		expect(await found(problem())).toEqual(['opened orders_balance'])
		for (let run = 0; run < 9; run++) expect(await found(problem())).toEqual([])
		const alerts = await fixture.state.db.selectFrom('alerts').selectAll().execute()
		expect(alerts).toHaveLength(1)
		expect(alerts[0]).toMatchObject({ state: 'open', seen_count: 10 })
	})

	test('it is resolved when it is not found again, and reopened when it comes back', async () => {
		await found(problem())
		later(1)
		expect(await found()).toEqual(['resolved orders_balance'])
		expect(await found()).toEqual([])
		later(1)
		expect(await found(problem())).toEqual(['reopened orders_balance'])
		const [alert] = await fixture.state.db.selectFrom('alerts').selectAll().execute()
		expect(alert!.opened_at).toBe('2026-11-04T11:00:00.000Z')
	})

	test('a warning that becomes an error escalates, also out of a snooze', async () => {
		await found(problem())
		await actOnAlert(
			fixture.state.db,
			1,
			{ by: 'ana', reason: 'known', snoozedUntil: new Date(clock + 86_400_000) },
			{ now },
		)
		expect(await found(problem())).toEqual([])
		expect(await found(problem({ severity: 'error' }))).toEqual(['escalated orders_balance'])
		expect(await found(problem({ severity: 'error' }))).toEqual([])
	})

	test('a snooze ends by itself when the problem is still there', async () => {
		await found(problem())
		await actOnAlert(
			fixture.state.db,
			1,
			{ by: 'ana', reason: 'waits for ben', snoozedUntil: new Date(clock + 7_200_000) },
			{ now },
		)
		later(1)
		expect(await found(problem())).toEqual([])
		later(2)
		expect(await found(problem())).toEqual(['reopened orders_balance'])
	})

	test('an acknowledged alert stays quiet until it is resolved', async () => {
		await found(problem())
		await actOnAlert(fixture.state.db, 1, { by: 'ben', reason: 'on it' }, { now })
		expect(await found(problem())).toEqual([])
		expect(await found()).toEqual(['resolved orders_balance'])
	})

	test('what a run did not look at is not resolved by it', async () => {
		await found(problem())
		expect(await recordFindings(fixture.state.db, [], ['freshness'], { now })).toEqual([])
	})

	test('a run of one stream resolves nothing of another stream', async () => {
		const { db } = fixture.state
		const failed = (subject: string) =>
			problem({ kind: 'run', subject, severity: 'error', text: `${subject} is failed` })
		await recordFindings(db, [failed('run'), failed('crm.accounts'), failed('erp.items')], ['run'], { now })
		const ofStream = { kind: 'run' as const, subjects: new Set(['run crm.accounts', 'crm.accounts']) }
		const changes = await recordFindings(db, [], [ofStream], { now })
		expect(changes.map(({ event, alert }) => `${event} ${alert.subject}`)).toEqual(['resolved crm.accounts'])
	})

	test('a snooze needs an end that is not past, and a reason', async () => {
		await found(problem())
		const act = (reason: string, until: Date) =>
			actOnAlert(fixture.state.db, 1, { by: 'ana', reason, snoozedUntil: until }, { now })
		await expect(act('x', new Date(clock))).rejects.toThrow(/ends in the past/)
		await expect(act(' ', new Date(clock + 1))).rejects.toThrow(/with a reason/)
		await expect(actOnAlert(fixture.state.db, 9, { by: 'ana', reason: 'x' }, { now })).rejects.toThrow(
			/no open alert 9/,
		)
	})

	test('everything that happened to it is kept', async () => {
		await found(problem())
		await actOnAlert(fixture.state.db, 1, { by: 'ana', reason: 'on it' }, { now })
		await found()
		const events = await fixture.state.db.selectFrom('alert_events').select('event').orderBy('id').execute()
		expect(events.map(({ event }) => event)).toEqual(['opened', 'acknowledged', 'resolved'])
	})
})

test('a message is grouped by owner and links to the page', async () => {
	const changes = await recordFindings(
		fixture.state.db,
		[
			problem(),
			problem({
				subject: 'erp.transactions',
				kind: 'freshness',
				owner: 'ben',
				text: 'erp.transactions is 500 min old, allowed 240 min',
				link: '/checks',
			}),
		],
		['check', 'freshness'],
		{ now },
	)
	expect(
		alertMessage(changes, { company: 'Example', baseUrl: 'https://tieout.example.com' }).text,
	).toBe(`Example: 2 opened
ana:
  opened: orders_balance: 3 problems (since 2026-11-04T09:00:00.000Z) https://tieout.example.com/checks/orders_balance
ben:
  opened: erp.transactions is 500 min old, allowed 240 min (since 2026-11-04T09:00:00.000Z) https://tieout.example.com/checks`)
})

test('one cause is one line of a message, however many streams it stops', async () => {
	const down = (subject: string) =>
		problem({ kind: 'run', subject, severity: 'error', text: `${subject} is failed: no answer`, link: '/runs/r1' })
	const names = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `crm.${name}`)
	const changes = await recordFindings(fixture.state.db, [...names.map(down), problem()], ['run', 'check'], { now })
	const { text, owners } = alertMessage(changes, { company: 'Example', baseUrl: 'https://tieout.example.com' })
	expect(text).toBe(`Example: 7 opened
ana:
  opened: crm.a is failed: no answer; the same of crm.b, crm.c, crm.d and 2 more (since 2026-11-04T09:00:00.000Z) https://tieout.example.com/runs/r1
  opened: orders_balance: 3 problems (since 2026-11-04T09:00:00.000Z) https://tieout.example.com/checks/orders_balance`)
	expect(owners[0]!.alerts).toHaveLength(7)
	expect(owners[0]!.alerts[0]).toMatchObject({ alert_url: 'https://tieout.example.com/alerts/1' })
})

test('a webhook that is down gets the message when it is up again, once', async () => {
	const received: string[] = []
	let status = 503
	const server = createServer((request, response) => {
		let body = ''
		request.on('data', (chunk) => {
			body += chunk
		})
		request.on('end', () => {
			if (status === 200) received.push(body)
			response.writeHead(status).end()
		})
	})
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
	const log = pino({ level: 'silent' })
	await queueMessage(fixture.state.db, { text: 'one' }, { now })
	await sendMessages(fixture.state.db, url, { log })
	expect(received).toEqual([])
	status = 200
	await queueMessage(fixture.state.db, { text: 'two' }, { now })
	await sendMessages(fixture.state.db, url, { log })
	await sendMessages(fixture.state.db, url, { log })
	expect(received).toEqual(['{"text":"one"}', '{"text":"two"}'])
	server.close()
})
