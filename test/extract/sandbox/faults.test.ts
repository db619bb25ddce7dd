import { afterEach, expect, test } from 'vitest'
import { commonFaults, createFaults, type FaultKind } from '../../../extract/sandbox/faults.ts'
import { type Sandboxes, startSandboxes } from '../../../extract/sandbox/sandbox.ts'
import { type Answer, netsuiteClient, salesforceClient } from './clients.ts'
import { opportunity, transaction } from './records.ts'

/** The faults of each, as its server declares them. */
const salesforce = { system: 'salesforce', faultKinds: [...commonFaults, 'not-acceptable', 'expired-token'] } as const
const netsuite = { system: 'netsuite', faultKinds: [...commonFaults, 'unexpected-error', 'expired-token'] } as const

let sandboxes: Sandboxes | null = null
afterEach(async () => {
	await sandboxes?.close()
	sandboxes = null
})

test('faults are off by default', () => {
	const faults = createFaults(1)
	expect(Array.from({ length: 100 }, (_, at) => faults.next(netsuite, `GET /${at}`))).toEqual(Array(100).fill(null))
})

test('what a request meets depends on the seed and on itself, not on the order of requests', () => {
	const names = Array.from({ length: 200 }, (_, at) => `GET /${at}`)
	const met = (seed: number, order: string[]) => {
		const faults = createFaults(seed, { rate: 0.2 })
		return Object.fromEntries(order.map((name) => [name, faults.next(salesforce, name)]))
	}
	expect(met(1, names)).toEqual(met(1, names.toReversed()))
	expect(met(1, names)).not.toEqual(met(2, names))
	const count = Object.values(met(1, names)).filter((fault) => fault !== null).length
	expect(count).toBeGreaterThan(20)
	expect(count).toBeLessThan(60)
})

test('at the worst rate a request gets its answer on the third try', () => {
	const faults = createFaults(1, { rate: 1 })
	const tries = Array.from({ length: 6 }, () => faults.next(salesforce, 'GET /') === null)
	expect(tries).toEqual([false, false, true, false, false, true])
})

test('what is to fail for ever does, and nothing else', () => {
	const faults = createFaults(1, { rate: 1, kinds: ['unexpected-error'], only: 'from transaction ' })
	const asked = (text: string) => Array.from({ length: 4 }, () => faults.next(netsuite, `POST /suiteql ${text}`))
	expect(asked('select id from transaction where id > 1')).toEqual(Array(4).fill('unexpected-error'))
	expect(asked('select id from transactionline')).toEqual(Array(4).fill(null))
	faults.set({ only: '', rate: 0 })
	expect(asked('select id from transaction where id > 1')).toEqual(Array(4).fill(null))
})

async function tries(kind: FaultKind, system: 'salesforce' | 'netsuite'): Promise<(Answer | Error)[]> {
	sandboxes = await startSandboxes({
		versions: [opportunity(1), transaction(1)],
		faults: { slowMilliseconds: 150, retryAfterSeconds: 7 },
	})
	const salesforce = await salesforceClient(sandboxes)
	const netsuite = await netsuiteClient(sandboxes)
	sandboxes.setFaults({ rate: 1, kinds: [kind] })
	const send = () =>
		system === 'salesforce'
			? salesforce.query('SELECT Id FROM Opportunity')
			: netsuite.query('SELECT id FROM transaction')
	const answers: (Answer | Error)[] = []
	for (let at = 0; at < 3; at++) answers.push(await send().catch((error: Error) => error))
	return answers
}

/** Third tries succeed, but for a session that has ended. */
const expectations: Record<FaultKind, (answer: Answer | Error) => void> = {
	'too-many-requests': (answer) =>
		expect([(answer as Answer).status, (answer as Answer).headers.get('retry-after')]).toEqual([429, '7']),
	'too-many-requests-bare': (answer) =>
		expect([(answer as Answer).status, (answer as Answer).headers.get('retry-after')]).toEqual([429, null]),
	unavailable: (answer) => expect([(answer as Answer).status, (answer as Answer).json]).toEqual([503, undefined]),
	'unexpected-error': (answer) =>
		expect((answer as Answer).json).toMatchObject({
			status: 500,
			'o:errorDetails': [{ 'o:errorCode': 'UNEXPECTED_ERROR' }],
		}),
	'not-acceptable': (answer) => expect([(answer as Answer).status, (answer as Answer).text]).toEqual([406, '']),
	reset: (answer) => expect(answer).toBeInstanceOf(Error),
	truncated: (answer) => expect(answer).toBeInstanceOf(Error),
	slow: (answer) => expect((answer as Answer).status).toBe(200),
	html: (answer) =>
		expect([
			(answer as Answer).status,
			(answer as Answer).headers.get('content-type'),
			(answer as Answer).json,
		]).toEqual([200, expect.stringContaining('text/html'), undefined]),
	'expired-token': (answer) => expect((answer as Answer).status).toBe(401),
}

for (const { system, faultKinds } of [salesforce, netsuite]) {
	test.each(faultKinds.map((kind) => [kind]))(`${system} can answer with: %s`, async (kind) => {
		const [first, second, third] = await tries(kind, system)
		expectations[kind](first as Answer)
		if (kind === 'reset' || kind === 'truncated') expectations[kind](second as Error)
		expect((third as Answer).status).toBe(kind === 'expired-token' ? 401 : 200)
		expect(sandboxes?.requests()[system].faults).toEqual({ [kind]: 2 })
	})
}

test('a slow answer is late, and right', async () => {
	const start = performance.now()
	const answers = await tries('slow', 'netsuite')
	expect(performance.now() - start).toBeGreaterThan(290)
	expect((answers[0] as Answer).json.items).toEqual([{ links: [], id: '1' }])
})
