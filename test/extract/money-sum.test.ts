import { expect, test } from 'vitest'
import { certify } from '../../extract/certificate.ts'
import { addTotals, createMoneySum, type MoneyMembers, namedTotals, scaledAmount } from '../../extract/money-sum.ts'
import { scanPage } from '../../extract/page-scan.ts'

const members = { amount: 'Amount', currency: 'Currency', deleted: { member: 'IsDeleted', equals: 'true' } }

function totalsOf(records: string[], named: MoneyMembers = members): Record<string, string> {
	const money = createMoneySum(named)
	const body = Buffer.from(`{"records":[${records.join(' , ')}]}`)
	const target = { bytes: new Uint8Array(0), length: 0 }
	scanPage(body, { records: 'records', fields: new Set(), numberFields: new Set(), money }, target)
	return money.totals()
}

test('money is added up exactly while a page is copied, by currency, without what is deleted', () => {
	const records = [
		'{"Amount":90071992547409.93,"Currency":"USD","IsDeleted":false}',
		'{"Currency" : "USD", "Amount" : "0.07"}',
		'{"Amount":-12.5,"Currency":"EUR","nested":{"Amount":99,"Currency":"USD"}}',
		'{"Amount":1e2,"Currency":"JPY"}',
		'{"Amount":7,"Currency":null}',
		'{"Amount":5,"Currency":"USD","IsDeleted":true}',
		'{"Amount":null,"Currency":"USD"}',
		'{"Amount":"a lot","Currency":"USD"}',
		'{"Amount":1.23456,"Currency":"USD"}',
		'{"Amount":1.2300000,"Currency":"\\u0055SD"}',
	]
	expect(totalsOf(records)).toEqual({
		USD: '90071992547411.2300',
		EUR: '-12.5000',
		JPY: '100.0000',
		'(none)': '7.0000',
	})
})

test('where no record names a currency, money is added up all the same, and told as the connection’s own', () => {
	const totals = totalsOf(['{"Amount":1.50,"Currency":"EUR"}', '{"Amount":2}'], { ...members, currency: null })
	expect(totals).toEqual({ '(none)': '3.5000' })
	expect(namedTotals(totals, 'USD')).toEqual({ USD: '3.5000' })
	expect(namedTotals(totals, undefined)).toBe(totals)
	// Records that do name one come to it.
	expect(namedTotals({ ...totals, USD: '0.2500', EUR: '7.0000' }, 'USD')).toEqual({ USD: '3.7500', EUR: '7.0000' })
})

test('the currency may stand further inside; what names none is added up apart, an empty one among it', () => {
	const records = [
		'{"Amount":1.5,"Ref":{"value":"USD","name":"a \\"}\\" dollar"}}',
		'{"Ref" : {"value":"USD","name":"a \\"}\\" dollar"},"Amount":2}',
		'{"Amount":3,"Ref":{"name":"Euro","of":{"value":"JPY"},"value":"\\u0045UR"}}',
		'{"Amount":4,"Ref":{"name":"none"}}',
		'{"Amount":5,"Ref":null}',
		'{"Amount":6}',
		'{"Amount":7,"Ref":{"value":""}}',
		'{"Amount":8,"Other":{"Ref":{"value":"GBP"}}}',
	]
	expect(totalsOf(records, { ...members, currency: 'Ref.value' })).toEqual({
		USD: '3.5000',
		EUR: '3.0000',
		'(none)': '30.0000',
	})
})

test('amounts of every size and form add up as whole numbers do', () => {
	let seed = 7
	const random = () => {
		seed = (seed * 48_271) % 2_147_483_647
		return seed / 2_147_483_647
	}
	const amounts = Array.from({ length: 3000 }, () => {
		const digits = String(BigInt(Math.floor(random() * 1e9)) * BigInt(10) ** BigInt(Math.floor(random() * 14)))
		const places = Math.min(Math.floor(random() * 5), digits.length - 1)
		const text = places > 0 ? `${digits.slice(0, -places)}.${digits.slice(-places)}` : digits
		return `${random() < 0.3 ? '-' : ''}${text}`
	})
	const expected = amounts.reduce((sum, amount) => {
		const [whole = '', fraction = ''] = amount.replace('-', '').split('.')
		const scaled = BigInt(`${whole}${fraction.padEnd(4, '0')}`)
		return sum + (amount.startsWith('-') ? -scaled : scaled)
	}, 0n)
	const totals = totalsOf(
		amounts.map((amount, index) => `{"Amount":${index % 2 ? amount : `"${amount}"`},"Currency":"KWD"}`),
	)
	expect(scaledAmount(totals['KWD']!)).toBe(expected)
})

test('totals of two files are those of both', () => {
	expect(addTotals({ USD: '0.0500', EUR: '1.0000' }, { USD: '-0.1000' })).toEqual({ USD: '-0.0500', EUR: '1.0000' })
})

test('loaded money that is not what was landed is no proof, although every record is there', () => {
	const counted = { landed: 2, proved: 2, quarantined: 0, duplicates: 0, totalAtStart: 2 }
	const certificate = certify({ rows: 2 }, { ...counted, money: { USD: '9.9900' }, landedMoney: { USD: '10.0000' } })
	expect(certificate).toMatchObject({
		verdict: 'short',
		reason: 'USD: the landed records add up to 10.0000, loaded are 9.9900',
		money: [{ currency: 'USD', source: null, landed: '10.0000', loaded: '9.9900' }],
	})
})
