import { afterEach, expect, test } from 'vitest'
import { type Auth, refreshToken } from '../../extract/auth.ts'
import { createCredentials } from '../../extract/credentials.ts'
import type { Transport } from '../../extract/http.ts'
import type { Source } from '../../extract/source.ts'
import type { Tokens } from '../../extract/state.ts'
import { smallConnection, startProject, startVendor, thing, vendorSource } from './vendor.ts'

// The machine's clock jumps a year forward, and back again. (A vendor's own clock stops such a run; this one tells none, being on loopback.)
const year = 365 * 24 * 3_600_000
const hour = 3_600_000
const open: { close(): Promise<void> }[] = []
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close()
})

const newest = `select id, amount, _deleted from (select *, row_number() over (partition by _key order by _extracted_at desc, _cursor desc,
	_loaded_at desc) as version from raw.small__things) where version = 1 order by cast(id as integer)`

async function setUp() {
	let isDown = false
	const vendor = await startVendor({ thing: [1, 2, 3].map((id) => thing(id)) }, ({ url }) =>
		isDown && url.pathname.startsWith('/data/') ? { status: 418, json: { code: 'x', message: 'down' } } : null,
	)
	const project = await startProject([smallConnection(vendor)])
	open.push(vendor, project)
	const run = async (full = false) => (await project.run({ streams: ['things'], full })).streams[0]!
	return { vendor, project, run, setDown: (value: boolean) => (isDown = value) }
}

test('what was read while the clock was ahead is read again at a person’s word; after that runs go on as if nothing had been', async () => {
	const { vendor, project, run } = await setUp()
	await run()
	project.clock.now += year
	vendor.objects['thing']![0] = thing(1, { amount: '11.00', changed: '"2026-03-02T09:10:00.000Z"' })
	expect(await run()).toMatchObject({ outcome: 'loaded', appended: 1 })
	project.clock.now += hour - year
	vendor.objects['thing']![1] = thing(2, { amount: '22.00', changed: '"2026-03-02T09:40:00.000Z"' })
	const refused = await run()
	expect(refused).toMatchObject({
		outcome: 'failed',
		error: {
			code: 'clock.behind',
			message: expect.stringMatching(/the clock says 2026-03-02T10:00.*is read up to 2027-03-02/),
			next: expect.stringContaining('tieout extract crm.things --full'),
		},
	})
	vendor.objects['thing']!.pop()
	expect(await run(true)).toMatchObject({ outcome: 'loaded', appended: 1, deleted: 1 })
	expect(await project.rows(newest)).toEqual([
		{ id: '1', amount: '11.00', _deleted: false },
		{ id: '2', amount: '22.00', _deleted: false },
		{ id: '3', amount: '10.50', _deleted: true },
	])
	const cursor = await project.resources.state.cursor('crm', 'things')
	expect(cursor?.watermark).toBe(project.clock.now - 60_000)
	expect([cursor?.deletesUntil, cursor?.sweptAt, cursor?.fullAt]).toEqual(Array(3).fill(project.clock.now))
	project.clock.now += hour
	vendor.objects['thing']![0] = thing(1, { amount: '12.00', changed: '"2026-03-02T10:30:00.000Z"' })
	expect(await run()).toMatchObject({ outcome: 'loaded', appended: 1 })
	expect((await project.rows(newest))[0]).toMatchObject({ amount: '12.00' })
	// The weekly look at all keys keeps to the clock that is right.
	vendor.asked.length = 0
	project.clock.now += 8 * 24 * hour
	await run()
	expect((await project.resources.state.cursor('crm', 'things'))?.sweptAt).toBe(project.clock.now)
})

test('a run that broke off while the clock was ahead is not gone on with: its bounds are yet to come', async () => {
	const { vendor, project, run, setDown } = await setUp()
	await run()
	project.clock.now += year
	setDown(true)
	expect(await run()).toMatchObject({ outcome: 'failed' })
	setDown(false)
	project.clock.now += hour - year
	vendor.objects['thing']![1] = thing(2, { amount: '22.00', changed: '"2026-03-02T09:40:00.000Z"' })
	expect(await run()).toMatchObject({ outcome: 'loaded', appended: 1 })
	expect((await project.resources.state.cursor('crm', 'things'))?.watermark).toBe(project.clock.now - 60_000)
	expect((await project.rows(newest))[1]).toMatchObject({ amount: '22.00' })
})

test('a step back of seconds, as NTP does it, stops nothing', async () => {
	const { vendor, project, run } = await setUp()
	await run()
	project.clock.now -= 20_000
	vendor.objects['thing']![1] = thing(2, { amount: '22.00', changed: '"2026-03-02T08:59:50.000Z"' })
	expect(await run()).toMatchObject({ outcome: 'loaded', appended: 1 })
	expect((await project.rows(newest))[1]).toMatchObject({ amount: '22.00' })
})

/** Credentials whose token endpoint answers as told, on a machine whose clock says `clock.now`. */
function credentialsWith(
	auth: (url: string) => Auth,
	answer: (form: URLSearchParams) => { status?: number; json: object },
) {
	const clock = { now: Date.parse('2026-03-02T09:00:00Z') }
	const vendorNow = clock.now
	const kept: { tokens: Tokens | null } = { tokens: null }
	const transport: Transport = {
		send: async ({ body }) => {
			const { status = 200, json } = answer(new URLSearchParams(String(body)))
			const date = new Date(vendorNow).toUTCString()
			return { status, headers: { date }, body: Buffer.from(JSON.stringify(json)) }
		},
		close: async () => {},
	}
	const url = 'http://127.0.0.1:1'
	const source = { ...vendorSource(), auth: () => auth(`${url}/token`) } as Source
	const state = {
		lock: async () => ({ release: async () => {} }),
		tokens: async () => kept.tokens,
		saveTokens: async (_: string, tokens: Tokens) => {
			kept.tokens = tokens
		},
	} as never
	const start = () =>
		createCredentials({
			source,
			connection: { name: 'crm', kind: 'small', options: { url } },
			state,
			transport,
			addSecret: () => {},
			redact: (text) => text,
			machineNow: () => clock.now,
		})
	return { clock, start }
}

test('a token that was kept by a clock ahead is renewed when the vendor refuses it, not used until next year', async () => {
	let given = 0
	const auth = (tokenUrl: string) => refreshToken({ tokenUrl, clientId: 'c', initial: 'first' })
	const { clock, start } = credentialsWith(auth, () => {
		given++
		return { json: { access_token: `access-${given}`, refresh_token: `refresh-${given}`, expires_in: 1800 } }
	})
	clock.now += year
	expect((await start().current()).secret).toBe('access-1')
	clock.now -= year - hour
	const credentials = start()
	const old = await credentials.current()
	expect(old.secret).toBe('access-1')
	credentials.refused(old, new Error('401') as never)
	expect((await credentials.current()).secret).toBe('access-2')
})

test('a login that is refused while the clocks are apart says so, and the right one is not blamed', async () => {
	const auth = (tokenUrl: string) => refreshToken({ tokenUrl, clientId: 'c', initial: 'first' })
	const refusal = () => ({ status: 400, json: { error: 'invalid_grant', error_description: 'expired assertion' } })
	const { clock, start } = credentialsWith(auth, refusal)
	const plain = await start()
		.current()
		.catch((error) => error)
	expect(plain.message).not.toContain('clock')
	clock.now += year
	await expect(start().current()).rejects.toMatchObject({
		code: 'auth.rejected',
		message: expect.stringMatching(/expired assertion\); this machine's clock is 31536000 s ahead of the vendor's/),
		next: expect.stringContaining('set the clock'),
	})
})
