import { afterEach, expect, test } from 'vitest'
import { closeCompany, companyTools } from './company-tools.ts'

const { start, rewrite, rows, doctor, provedMoney } = companyTools('hubspot')
afterEach(closeCompany)

const longer = { timeout: 60_000 }

test('an account with one currency says which, and its deals are in it', longer, async () => {
	const sample = await start({ isOneEntity: true })
	const { extracted, freshness, checks } = await sample.run()
	expect(extracted).toMatchObject({ failed: [], held: [], totals: { quarantined: 0 } })
	expect(freshness!.filter(({ status }) => status !== 'pass')).toEqual([])
	expect(checks!.filter(({ status }) => status === 'broken')).toEqual([])
	for (const entity of ['opportunities', 'opportunity_lines', 'stage_changes', 'customers where not is_deleted'])
		expect(await rows(sample, `select distinct currency from (from canonical.${entity}) where source = 'crm'`)).toEqual(
			[{ currency: 'USD' }],
		)
	expect(await rows(sample, 'select distinct legal_entity, currency from marts.cells')).toEqual([
		{ legal_entity: 'US', currency: 'USD' },
	])
	const { verdict, money } = await provedMoney(sample, 'deals')
	expect(verdict).toBe('proved')
	// HubSpot alone says which currency it is, not the records.
	expect(money).toEqual([{ currency: '(none)', source: null, landed: expect.any(String), loaded: expect.any(String) }])
	expect(money[0].landed).toBe(money[0].loaded)
	expect(await doctor(sample)).toEqual([])
})

test(
	'a deal that names no currency is not valued in the reporting currency where nothing says which it is',
	longer,
	async () => {
		const sample = await start({ isOneEntity: true })
		rewrite(sample, '    source: hubspot\n', '    source: hubspot\n    streams: { account: { enabled: false } }\n')
		await expect(sample.run()).rejects.toThrow('deals_have_a_currency (fail): 1 problem')
		expect(await rows(sample, `select distinct currency from marts.cells where bookings_amount <> 0`)).toEqual([
			{ currency: '(none)' },
		])
	},
)

test('without the option and the property doctor names both ways to say the legal entity', longer, async () => {
	const sample = await start({ isOneEntity: true })
	rewrite(sample, /^ +legal_entity: US\n/m, '')
	const { checks } = await sample.run()
	expect(checks!.find(({ name }) => name === 'records_fall_in_a_period')).toMatchObject({ status: 'fail' })
	const findings = await doctor(sample)
	expect(findings.map(({ subject }) => subject).sort()).toEqual(['crm.companies', 'crm.deals'])
	expect(findings[0]!.fix).toContain('connections.crm.options: { legal_entity: ')
})
