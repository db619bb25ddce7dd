import { afterEach, expect, test } from 'vitest'
import { startSandboxes } from '../../../extract/sandbox/sandbox.ts'
import { recordVersions } from '../../../extract/sandbox/world/world.ts'
import { salesforce } from '../../../extract/sources/salesforce/salesforce.ts'
import { closeCompany, companyTools } from './company-tools.ts'

const { start, rewrite, rows, doctor, provedMoney } = companyTools('salesforce')
afterEach(closeCompany)

const pair = { crm: 'salesforce', erp: 'erpnext' } as const
const longer = { timeout: 60_000 }

const deals = 'select currency, count(*) > 0 as is_there from canonical.opportunities group by 1 order by 1'

test(
	'an org with one currency is read without what only several need, and its money is proved in it',
	longer,
	async () => {
		const sample = await start({ isOneEntity: true })
		const { extracted, freshness, checks } = await sample.run()
		expect(extracted).toMatchObject({ failed: [], held: [], totals: { quarantined: 0 } })
		expect(freshness!.filter(({ status }) => status !== 'pass' && status !== 'off')).toEqual([])
		expect(checks!.filter(({ status }) => status === 'fail' || status === 'broken').map(({ name }) => name)).toEqual([
			'unexplained_is_below_materiality',
		])
		expect(extracted!.streams.map(({ stream }) => stream)).not.toContain('currency_types')
		expect(await rows(sample, deals)).toEqual([{ currency: 'USD', is_there: true }])
		expect(await rows(sample, 'select distinct legal_entity, currency from marts.cells')).toEqual([
			{ legal_entity: 'US', currency: 'USD' },
		])
		for (const stream of ['opportunities', 'opportunity_lines']) {
			const { verdict, money } = await provedMoney(sample, stream)
			expect(verdict).toBe('proved')
			expect(money).toEqual([{ currency: 'USD', source: null, landed: expect.any(String), loaded: expect.any(String) }])
			expect(money[0].landed).toBe(money[0].loaded)
		}
		expect(await doctor(sample)).toEqual([])
	},
)

test(
	'where no record names a currency and the option is missing, the run and doctor say what to write',
	longer,
	async () => {
		const sample = await start({ isOneEntity: true })
		rewrite(sample, /^ +currency: USD\n/m, '')
		const { extracted } = await sample.run()
		const error = extracted!.streams.find(({ stream }) => stream === 'opportunities')!.error!
		expect(error).toMatchObject({
			code: 'salesforce.currency_missing',
			message: 'Opportunity has no field CurrencyIsoCode: the org has one currency, and no record names it',
		})
		expect(error.next).toContain('such as currency: USD')
		const failed = extracted!.failed.map((one) => (typeof one === 'string' ? one : one.stream))
		expect(failed).toContain('booking_totals')
		expect(failed).not.toContain('users')
		const finding = (await doctor(sample)).find(({ subject }) => subject === 'crm.opportunities')
		expect(finding).toMatchObject({ status: 'fail', text: error.message, fix: error.next })
		const types = extracted!.streams.find(({ stream }) => stream === 'currency_types')!
		expect(types.error!.next).toContain('such as currency: USD')
	},
)

test('what records name counts more than the option, which is then told to go', longer, async () => {
	const sample = await start({})
	rewrite(sample, /^( +)(client_id: .*SALESFORCE.*\n)/m, '$1$2$1currency: USD\n')
	const { extracted, checks } = await sample.run()
	expect(extracted!.streams.filter(({ error }) => error).map(({ stream, error }) => [stream, error!.code])).toEqual([
		['booking_totals', 'salesforce.currency_superfluous'],
	])
	expect((await rows(sample, deals)).map(({ currency }) => currency)).toEqual(['EUR', 'GBP', 'JPY', 'KWD', 'USD'])
	const check = checks!.find(({ name }) => name === 'records_use_the_currency_of_their_connection')
	expect(check).toMatchObject({ status: 'fail', problemCount: 4 })
	const finding = (await doctor(sample)).find(({ subject }) => subject === 'crm.booking_totals')
	expect(finding).toMatchObject({ status: 'fail', fix: expect.stringContaining('take currency out') })
})

test('when several currencies are switched on, all goes on until the option is taken out', longer, async () => {
	const sample = await start({ isOneEntity: true })
	await sample.run()
	const versions = recordVersions({ scale: 0.02, pair, isOneEntity: true })
	const later = await startSandboxes({ pair, versions, now: sample.sandboxes.now() })
	try {
		rewrite(sample, `\${env:SALESFORCE_URL}`, later.url('salesforce'))
		const { extracted, checks } = await sample.run()
		expect(extracted!.streams.filter(({ error }) => error).map(({ stream }) => stream)).toEqual(['booking_totals'])
		expect(await rows(sample, deals)).toEqual([{ currency: 'USD', is_there: true }])
		expect(checks!.find(({ name }) => name === 'records_use_the_currency_of_their_connection')!.status).toBe('pass')
		rewrite(sample, /^ +currency: USD\n/m, '')
		const without = await sample.run({ full: true })
		expect(without.extracted).toMatchObject({ failed: [], held: [] })
		expect(await rows(sample, deals)).toEqual([{ currency: 'USD', is_there: true }])
		expect(await rows(sample, `select distinct state from marts.tie_out where measure = 'bookings'`)).toEqual([
			{ state: 'ties' },
		])
	} finally {
		await later.close()
	}
})

test(
	'an org with several currencies and no dated rates says how to go on, and goes by its static ones',
	longer,
	async () => {
		const sample = await start({ hasNoDatedRates: true })
		const { extracted } = await sample.run()
		const denied = extracted!.streams.filter(({ error }) => error)
		expect(denied.map(({ stream, outcome }) => [stream, outcome])).toEqual([['dated_conversion_rates', 'denied']])
		expect(denied[0]!.error!.next).toContain('streams: { dated_conversion_rates: { enabled: false } }')
		rewrite(
			sample,
			'    source: salesforce\n',
			'    source: salesforce\n    streams: { dated_conversion_rates: { enabled: false } }\n',
		)
		const again = await sample.run()
		expect(again.extracted).toMatchObject({ failed: [], held: [] })
		expect(again.freshness!.filter(({ status }) => status !== 'pass' && status !== 'off')).toEqual([])
		expect(
			await rows(
				sample,
				`select count(distinct start_date) as days, count(*) as rates from canonical.exchange_rates where source = 'crm'`,
			),
		).toEqual([{ days: '1', rates: '8' }])
		expect(await rows(sample, `select distinct state from marts.tie_out where measure = 'bookings'`)).toEqual([
			{ state: 'ties' },
		])
	},
)

test(
	'an org without picklists of countries is read, and the name of a country is taken for no code',
	longer,
	async () => {
		const sample = await start({})
		for (const field of ['BillingCountryCode', 'ShippingCountryCode'])
			sample.sandboxes.setHidden('salesforce', 'Account', field, true)
		const { extracted } = await sample.run()
		expect(extracted).toMatchObject({ failed: [], held: [], totals: { quarantined: 0 } })
		expect(await rows(sample, `select count(country) as named from canonical.customers where source = 'crm'`)).toEqual([
			{ named: '0' },
		])
	},
)

test('an option must be a currency', () => {
	const given = { url: 'https://acme.my.salesforce.com', client_id: 'c', client_secret: 's' }
	expect(salesforce.options.safeParse({ ...given, currency: 'dollars' }).error!.issues[0]!.message).toBe(
		'is a currency, such as USD',
	)
	const options = salesforce.options.parse({ ...given, currency: 'USD', legal_entity: 'US' })
	expect(salesforce.ownCurrency!(options)).toBe('USD')
	expect(salesforce.ownLegalEntity!(options)).toBe('US')
	expect(salesforce.inUse!(options)).not.toContain('dated_conversion_rates')
	expect(salesforce.inUse!(salesforce.options.parse(given))).toEqual(salesforce.streams.map(({ name }) => name))
})
