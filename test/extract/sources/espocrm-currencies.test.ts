import { afterEach, expect, test } from 'vitest'
import { closeCompany, companyTools } from './company-tools.ts'

const { start, rewrite, rows, doctor, provedMoney } = companyTools('espocrm')
afterEach(closeCompany)

const longer = { timeout: 60_000 }

test('a site with one currency and no field for legal entities is read, and its money is proved', longer, async () => {
	const sample = await start({ isOneEntity: true })
	const { extracted, freshness } = await sample.run()
	expect(extracted).toMatchObject({ failed: [], held: [], totals: { quarantined: 0 } })
	expect(freshness!.filter(({ status }) => status !== 'pass')).toEqual([])
	expect(await rows(sample, 'select distinct legal_entity, currency from marts.cells')).toEqual([
		{ legal_entity: 'US', currency: 'USD' },
	])
	const { verdict, money } = await provedMoney(sample, 'opportunities')
	expect(verdict).toBe('proved')
	expect(money).toEqual([{ currency: 'USD', source: null, landed: expect.any(String), loaded: money[0].landed }])
	expect(await doctor(sample)).toEqual([])
})

test('one before version 9.3 says what to write, and then has no rates to tell', longer, async () => {
	const sample = await start({ isOneEntity: true, espocrmVersion: '8.4.2' })
	const { extracted } = await sample.run()
	const [failed] = extracted!.streams.filter(({ error }) => error)
	expect(failed).toMatchObject({ stream: 'currency_rates', error: { next: expect.stringContaining('base_currency') } })
	rewrite(sample, /^( +)api_key: /m, '$1base_currency: USD\n$1api_key: ')
	const again = await sample.run()
	expect(again.extracted).toMatchObject({ failed: [], held: [] })
	expect(await rows(sample, `select * from canonical.exchange_rates where source = 'crm'`)).toEqual([])
})
