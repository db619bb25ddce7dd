import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { hubspotCredentials } from '../../../extract/sandbox/hubspot/credentials.ts'
import { hubspotObjects } from '../../../extract/sandbox/hubspot/objects.ts'
import type { SandboxOptions } from '../../../extract/sandbox/options.ts'
import { recordVersions } from '../../../extract/sandbox/world/world.ts'
import { startCompany } from '../../company-sandboxes.ts'
import { isThorough } from '../../thorough.ts'
import { deal, link, version } from '../sandbox/hubspot/records.ts'
import { stateOf } from '../sandbox/world/measures.ts'
import { sandboxConnections } from '../sandboxes.ts'
import { startProject } from '../vendor.ts'

const pair = { crm: 'hubspot', erp: 'netsuite' } as const
const start = Date.parse('2026-11-04T09:00:00Z')
const hour = 3_600_000
/** Searches wait for their turn; doing that in no time would keep the processor busy. */
const inRealTime = { sleep: async (milliseconds: number) => void (await delay(milliseconds)) }
const open: { close(): Promise<void> }[] = []
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close()
})

async function setUp(given: SandboxOptions, more: Record<string, unknown> = {}, fields?: Record<string, string>) {
	const sandboxes = await startCompany({ pair, ...given })
	const [connection] = sandboxConnections(sandboxes)
	const options = { ...connection!.options, ...more }
	const project = await startProject([{ ...connection!, options, ...(fields && { fields }) }])
	project.clock.now = sandboxes.now()
	open.push(sandboxes, project)
	const live = (stream: string, columns: string) =>
		project.rows(`select ${columns} from (select *, row_number() over (partition by _key
			order by _extracted_at desc, _cursor desc, _loaded_at desc) as version from raw.hubspot__${stream})
			where version = 1 and not _deleted order by _key`)
	const certificate = async (stream: string) =>
		await project.db
			.selectFrom('certificates')
			.selectAll()
			.where('stream', '=', stream)
			.orderBy('id', 'desc')
			.executeTakeFirstOrThrow()
	return {
		sandboxes,
		project,
		live,
		certificate,
		run: async (streams: string[], request: { full?: boolean } = {}) =>
			(await project.run({ streams, ...request }, inRealTime)).streams,
		moveTo: (moment: number) => {
			sandboxes.setClock(moment)
			project.clock.now = moment
		},
	}
}

const yesterday = '2026-11-03T10:00:00Z'

test.runIf(isThorough)(
	'the first read brings every record of the company, and a day later exactly what changed on that day',
	async () => {
		const scale = 0.05
		// On the day after a company is merged, and deals are won and corrected.
		const first = Date.parse('2026-11-05T09:00:00Z')
		const versions = [...recordVersions({ scale, pair })].filter(({ system }) => system === 'hubspot')
		const { project, moveTo } = await setUp({ scale, now: first })
		const { streams } = await project.run({}, inRealTime)
		expect(streams.filter(({ outcome }) => outcome !== 'loaded')).toEqual([])
		const before = stateOf(versions, first)
		for (const { name } of hubspotObjects) {
			const alive = [...before.get(name)!].filter(([, values]) => values['archived'] !== true).map(([id]) => id)
			const rows = await project.rows<{ id: string }>(`select hs_object_id as id from raw.hubspot__${name}`)
			expect(rows.map(({ id }) => id).sort(), name).toEqual(alive.sort())
		}
		const later = first + 24 * hour
		moveTo(later)
		const second = await project.run({}, inRealTime)
		expect(second.streams.filter(({ outcome }) => outcome !== 'loaded')).toEqual([])
		const after = stateOf(versions, later)
		let changes = 0
		for (const { name } of hubspotObjects) {
			const isAlive = (values?: Record<string, unknown>) => values !== undefined && values['archived'] !== true
			const shown = (values?: Record<string, unknown>) => (isAlive(values) ? JSON.stringify(values) : 'gone')
			const ids = new Set([...before.get(name)!.keys(), ...after.get(name)!.keys()])
			const changed = [...ids]
				.filter((id) => shown(before.get(name)!.get(id)) !== shown(after.get(name)!.get(id)))
				.map((id) => `${id} ${isAlive(after.get(name)!.get(id)) ? 'alive' : 'gone'}`)
			const rows = await project.rows<{ id: string; gone: boolean }>(
				`select hs_object_id as id, _deleted as gone from raw.hubspot__${name} where _extracted_at > timestamp '2026-11-05 09:00:01'`,
			)
			expect(rows.map(({ id, gone }) => `${id} ${gone ? 'gone' : 'alive'}`).sort(), name).toEqual(changed.sort())
			changes += changed.length
		}
		expect(changes).toBeGreaterThan(5)
	},
	30_000,
)

test('digits stay what was sent: fifteen and more, and those of a float written out; an empty text is nothing', async () => {
	const versions = [
		deal('11', yesterday, {
			amount: '90071992547409.93',
			hs_deal_stage_probability: `0.1${'0'.repeat(16)}55511151231`,
		}),
		deal('12', yesterday, { amount: '12345678901234567890.1234', deal_currency_code: 'JPY' }),
		deal('13', yesterday, { amount: '', closedate: '', hs_is_closed: '', dealname: '' }),
		deal('14', yesterday, { amount: '1.100' }),
	]
	const { run, live, certificate } = await setUp({ versions })
	expect(await run(['deals'])).toMatchObject([{ outcome: 'loaded', landed: 4, quarantined: 0 }])
	expect(await live('deals', 'hs_object_id as id, amount, dealname, close_date')).toEqual([
		{ id: '11', amount: '90071992547409.93', dealname: null, close_date: null },
		{ id: '12', amount: '12345678901234567890.1234', dealname: null, close_date: null },
		{ id: '13', amount: null, dealname: null, close_date: null },
		{ id: '14', amount: '1.100', dealname: null, close_date: null },
	])
	const { verdict, reason, money } = await certificate('deals')
	expect({ verdict, reason }).toEqual({ verdict: 'proved', reason: 'money: HubSpot adds nothing up' })
	expect(JSON.parse(money)).toEqual([
		{ currency: 'EUR', source: null, landed: '90071992547411.0300', loaded: '90071992547411.0300' },
		{ currency: 'JPY', source: null, landed: '12345678901234567890.1234', loaded: '12345678901234567890.1234' },
	])
})

test('a number that is none puts its deal in quarantine, with what it says; the others are loaded', async () => {
	const versions = [deal('11', yesterday), deal('12', yesterday, { amount: 'about 5k' })]
	const { run, project } = await setUp({ versions })
	expect(await run(['deals'])).toMatchObject([{ outcome: 'loaded', landed: 2, loaded: 1, quarantined: 1 }])
	const [waiting] = await project.resources.state.quarantined({ stream: 'deals' })
	expect(waiting).toMatchObject({ key: '12', code: 'not_a_number', reason: 'amount: "about 5k" is no number' })
})

test('a close date is the day on the account’s clock, in summer and in winter', async () => {
	const versions = [
		deal('11', yesterday, { closedate: '2026-10-30T23:30:00.000Z' }),
		deal('12', yesterday, { closedate: '2026-07-30T22:00:00.000Z' }),
		deal('13', yesterday, { closedate: '2026-10-31T22:59:59.999Z' }),
	]
	const { run, live } = await setUp({ versions })
	await run(['deals'])
	expect(await live('deals', 'closedate, close_date')).toEqual([
		{ closedate: '2026-10-30T23:30:00Z', close_date: '2026-10-31' },
		{ closedate: '2026-07-30T22:00:00Z', close_date: '2026-07-31' },
		{ closedate: '2026-10-31T22:59:59.999Z', close_date: '2026-10-31' },
	])
})

test('what is archived, erased or merged is named; what is restored lives again', async () => {
	const archived = { archived: true, archivedAt: '2026-11-04T12:00:00.000Z' }
	const old = { hs_lastmodifieddate: new Date(yesterday).toISOString() }
	const versions = [
		...['11', '12', '13', '14', '15', '16'].map((id) => version('companies', id, yesterday, { name: `Company ${id}` })),
		// Archived: in no search from then on, and its stamp stays where it was.
		version('companies', '11', '2026-11-04T12:00:00Z', { name: 'Company 11', ...old, ...archived }),
		version('companies', '11', '2026-11-06T12:00:00Z', { name: 'Company 11', ...old }),
		version('companies', '12', '2026-11-04T12:30:00Z', null),
		version('companies', '13', '2026-11-04T13:00:00Z', null),
		version('companies', '14', '2026-11-04T13:00:00Z', { name: 'Company 14', hs_merged_object_ids: '13' }),
	]
	const { run, live, moveTo, certificate } = await setUp({ versions })
	await run(['companies'])
	moveTo(start + 24 * hour)
	expect(await run(['companies'])).toMatchObject([{ outcome: 'loaded', landed: 1, deleted: 3 }])
	expect(await live('companies', 'hs_object_id as id, hs_merged_object_ids as merged')).toEqual([
		{ id: '14', merged: '13' },
		{ id: '15', merged: null },
		{ id: '16', merged: null },
	])
	moveTo(start + 72 * hour)
	// Its stamp tells nothing: the count of all shows that one is missing, and the run reads everything.
	const [restored] = await run(['companies'])
	expect(restored!.notes![0]).toContain('the source has 4 records in all, 3 are live here')
	expect(await certificate('companies')).toMatchObject({ verdict: 'proved' })
	expect(await live('companies', 'hs_object_id as id')).toEqual(['11', '14', '15', '16'].map((id) => ({ id })))
})

test('a record that the search does not know yet is listed, and proved; a later run finds it by its stamp', async () => {
	const versions = [
		deal('11', yesterday),
		deal('12', '2026-11-04T08:59:30Z'),
		deal('13', '2026-11-04T09:59:30Z', { amount: '7' }),
	]
	const { run, certificate, live, moveTo } = await setUp({ versions })
	expect(await run(['deals'])).toMatchObject([{ outcome: 'loaded', landed: 2 }])
	expect(await certificate('deals')).toMatchObject({
		verdict: 'proved',
		source_rows: 1,
		reason: "1 more came than the source's index knows yet; money: HubSpot adds nothing up",
	})
	moveTo(start + hour)
	// The index is two minutes behind: not yet.
	expect(await run(['deals'])).toMatchObject([{ outcome: 'loaded', appended: 0 }])
	moveTo(start + 2 * hour)
	expect(await run(['deals'])).toMatchObject([{ outcome: 'loaded', appended: 1 }])
	expect(await live('deals', 'hs_object_id as id')).toHaveLength(3)
})

test('a time zone that is not the account’s is refused by a run, as close dates would be other days', async () => {
	const { run, live } = await setUp({ versions: [deal('11', yesterday)] }, { time_zone: 'Asia/Tokyo' })
	const [deals, companies] = await run(['deals', 'companies'])
	expect([deals, companies].map((one) => [one!.stream, one!.outcome, one!.error?.code])).toEqual(
		expect.arrayContaining([
			['deals', 'failed', 'hubspot.zone'],
			['companies', 'loaded', undefined],
		]),
	)
	expect(await live('companies', 'hs_object_id')).toEqual([])
})

test('many records of one millisecond come all, page by page', async () => {
	const ids = Array.from({ length: 700 }, (_, at) => String(19_000_000_000 + at * 11))
	const versions = ids.flatMap((id) => [deal(id, yesterday), deal(id, '2026-11-04T11:00:00Z', { amount: '5' })])
	const { run, moveTo, certificate } = await setUp({ versions })
	await run(['deals'])
	moveTo(start + 4 * hour)
	expect(await run(['deals'])).toMatchObject([{ outcome: 'loaded', landed: 700, appended: 700, pages: 4 }])
	expect(await certificate('deals')).toMatchObject({ verdict: 'proved', source_rows: 700 })
})

test('links and histories are asked for what changed; a deal without a company is told so and is no fault', async () => {
	const versions = [
		...['11', '12'].map((id) => deal(id, yesterday, { dealstage: 'contractsent' })),
		link('deal_company', '11', '901', yesterday),
		link('deal_company', '11', '902', yesterday),
		deal('11', '2026-11-04T11:00:00Z', { hs_updated_by_user_id: '9580' }),
		deal('12', '2026-11-04T11:00:00Z', { dealstage: 'contractsent', dealname: 'Renamed' }),
		link('deal_company', '12', '901', '2026-11-04T10:30:00Z'),
	]
	const { project, live, certificate, moveTo, sandboxes } = await setUp({ versions })
	const streams = ['deals', 'deal_companies', 'deal_histories']
	await project.run({ streams }, inRealTime)
	expect(await certificate('deal_companies')).toMatchObject({
		verdict: 'proved',
		reason: '2 keys were asked for, 1 answered, 1 have nothing',
	})
	expect(await live('deal_company_links', 'deal_id, company_id, type_id, label')).toEqual([
		{ deal_id: '11', company_id: '901', type_id: '341', label: null },
		{ deal_id: '11', company_id: '901', type_id: '5', label: 'Primary' },
		{ deal_id: '11', company_id: '902', type_id: '341', label: null },
		{ deal_id: '11', company_id: '902', type_id: '5', label: 'Primary' },
	])
	moveTo(start + 4 * hour)
	sandboxes.forgetRequests()
	await project.run({ streams }, inRealTime)
	expect(await live('deal_company_links', 'distinct deal_id, company_id, _key')).toHaveLength(6)
	expect(await live('stage_changes', 'deal_id, stage, changed_at, updated_by_user_id')).toEqual([
		{ deal_id: '11', stage: 'contractsent', changed_at: '2026-11-03T10:00:00Z', updated_by_user_id: null },
		{ deal_id: '11', stage: 'closedwon', changed_at: '2026-11-04T11:00:00Z', updated_by_user_id: '9580' },
		{ deal_id: '12', stage: 'contractsent', changed_at: '2026-11-03T10:00:00Z', updated_by_user_id: null },
	])
	expect(sandboxes.requests().hubspot.byRoute).toMatchObject({
		'POST /crm/v4/associations/deals/companies/batch/read': 1,
		'POST /crm/v3/objects/deals/batch/read': 1,
	})
	expect(sandboxes.requests().hubspot.writes).toEqual([])
})

test('a link that comes after its deal was read, and leaves no stamp, is found by the next run, a later one within a week', async () => {
	const versions = [
		...['11', '12'].map((id) => deal(id, '2026-11-04T08:30:00Z')),
		link('deal_company', '11', '901', '2026-11-04T09:10:00Z'),
		link('deal_company', '12', '902', '2026-11-06T09:00:00Z'),
	]
	const { project, live, moveTo } = await setUp({ versions })
	const links = async (moment: number) => {
		moveTo(moment)
		await project.run({ streams: ['deals', 'deal_companies'] }, inRealTime)
		return (await live('deal_company_links', "distinct deal_id || ' ' || company_id as link, deal_id, _key"))
			.map(({ link }) => link)
			.filter((link, at, all) => all.indexOf(link) === at)
	}
	expect(await links(start)).toEqual([])
	expect(await links(start + hour)).toEqual(['11 901'])
	expect(await links(start + 4 * hour)).toEqual(['11 901'])
	expect(await links(start + 72 * hour)).toEqual(['11 901'])
	expect(await links(start + 8 * 24 * hour)).toEqual(['11 901', '12 902'])
})

test('a deal that was merged away is answered by the one that lives on, and is gone', async () => {
	const versions = [
		...['11', '12'].map((id) => deal(id, yesterday, { dealstage: 'contractsent' })),
		deal('12', '2026-11-04T08:58:00Z', null),
		deal('11', '2026-11-04T08:58:00Z', { hs_merged_object_ids: '12' }),
	]
	const { project, live, moveTo } = await setUp({ versions, now: Date.parse('2026-11-04T08:00:00Z') })
	await project.run({ streams: ['deals'] })
	moveTo(start)
	const { streams } = await project.run({ streams: ['deal_histories'], full: true })
	expect(streams).toMatchObject([{ outcome: 'loaded' }])
	expect(await live('deal_histories', 'id')).toEqual([{ id: '11' }])
})

test('an object that the app may not read is denied, and named; the others are read', async () => {
	const { sandboxes, project } = await setUp({ versions: [deal('11', yesterday)] })
	sandboxes.setHidden('hubspot', 'products', null, true)
	const { streams } = await project.run({ streams: ['deals', 'products'] })
	expect(streams).toMatchObject([
		{ stream: 'deals', outcome: 'loaded' },
		{ stream: 'products', outcome: 'denied', error: { code: 'vendor.denied' } },
	])
	expect(streams[1]!.error!.message).toContain('MISSING_SCOPES')
})

test('a property that is gone is noticed, because HubSpot would leave it out in silence', async () => {
	const { sandboxes, run, moveTo } = await setUp({ versions: [deal('11', yesterday)] })
	sandboxes.setHidden('hubspot', 'deals', 'sales_channel', true)
	const [first] = await run(['deals'])
	expect(first!.notes).toEqual([expect.stringContaining('deals has no field sales_channel; channel is empty')])
	sandboxes.setHidden('hubspot', 'deals', 'amount', true)
	moveTo(start + hour)
	expect(await run(['deals'])).toMatchObject([{ outcome: 'failed', error: { code: 'drift.removed' } }])
})

test('a custom property that the account does not have is an error before the first page, with the nearest names', async () => {
	const { run } = await setUp({ versions: [deal('11', yesterday)] }, {}, { channel: 'sales_chanel' })
	const [outcome] = await run(['deals'])
	expect(outcome).toMatchObject({ outcome: 'failed', landed: 0, error: { code: 'fields.unknown' } })
})

test('an OAuth app renews its token when it has ended, and never shows its secrets', async () => {
	const { clientId, clientSecret, refreshToken } = hubspotCredentials
	const login = {
		access_token: undefined,
		client_id: clientId,
		client_secret: clientSecret,
		refresh_token: refreshToken,
	}
	const { sandboxes, run, moveTo } = await setUp({ versions: [deal('11', yesterday)] }, login)
	expect(await run(['deals'])).toMatchObject([{ outcome: 'loaded', landed: 1 }])
	sandboxes.expireTokens()
	moveTo(start + hour)
	expect(await run(['deals'])).toMatchObject([{ outcome: 'loaded' }])
	expect(sandboxes.requests().hubspot.tokensIssued).toBeGreaterThanOrEqual(2)
	const wrong = await setUp({ versions: [deal('11', yesterday)] }, { ...login, refresh_token: 'not-the-right-one' })
	const [refused] = await wrong.run(['deals'])
	expect(refused).toMatchObject({ outcome: 'failed', error: { code: 'auth.rejected' } })
	expect(JSON.stringify(refused)).not.toMatch(/not-the-right-one|opens-nothing-else/)
})

test('an OAuth app’s token is renewed before it ends, so that no request is refused for it', async () => {
	const { clientId, clientSecret, refreshToken } = hubspotCredentials
	const login = {
		access_token: undefined,
		client_id: clientId,
		client_secret: clientSecret,
		refresh_token: refreshToken,
	}
	const { sandboxes, project } = await setUp({ versions: [deal('11', yesterday)] }, login)
	let passed = 0
	const machineNow = () => Date.now() + passed
	const progress = ({ type }: { type: string }) => {
		if (type === 'page') passed = 29.5 * 60_000
	}
	const { streams } = await project.run(
		{ streams: ['deals', 'deal_histories'] },
		{ ...inRealTime, machineNow, progress },
	)
	expect(streams).toMatchObject([{ outcome: 'loaded' }, { outcome: 'loaded' }])
	expect(sandboxes.requests().hubspot.tokensIssued).toBe(2)
	expect(Object.keys(sandboxes.requests().hubspot.byStatus)).toEqual(['200'])
})

test('a private app’s token that is wrong stops at once, and is not shown', async () => {
	const { run } = await setUp({ versions: [deal('11', yesterday)] }, { access_token: 'pat-eu1-wrong' })
	const [refused] = await run(['deals'])
	expect(refused).toMatchObject({ outcome: 'failed', error: { code: 'vendor.auth' } })
	expect(JSON.stringify(refused)).not.toContain('pat-eu1-wrong')
})
