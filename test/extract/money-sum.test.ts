import { expect, test } from 'vitest'
import { certify } from '../../extract/certificate.ts'
import { addTotals, createMoneySum, inOwnCurrency, scaledAmount } from '../../extract/money-sum.ts'
import { scanPage } from '../../extract/page-scan.ts'

const members = { amount: 'Amount', currency: 'Currency', deleted: { member: 'IsDeleted', equals: 'true' } }

function totalsOf(records: string[]): Record<string, string> {
	const money = createMoneySum(members)
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

test('what names no currency is in the connection’s own one, where its options name that', () => {
	const money = createMoneySum({ amount: 'Amount', currency: null })
	const body = Buffer.from('{"records":[{"Amount":1.10},{"Amount":"2.2","Currency":"EUR"}]}')
	const target = { bytes: new Uint8Array(0), length: 0 }
	scanPage(body, { records: 'records', fields: new Set(), numberFields: new Set(), money }, target)
	expect(money.totals()).toEqual({ '(none)': '3.3000' })
	expect(inOwnCurrency({ '(none)': '3.3', EUR: '1' }, 'USD')).toEqual({ USD: '3.3000', EUR: '1' })
	expect(inOwnCurrency({ '(none)': '3.3', USD: '1' }, 'USD')).toEqual({ USD: '4.3000' })
	expect(inOwnCurrency({ '(none)': '3.3' }, undefined)).toEqual({ '(none)': '3.3' })
	expect(inOwnCurrency({ EUR: '1' }, 'USD')).toEqual({ EUR: '1' })
})
