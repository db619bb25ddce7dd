import { expect, test } from 'vitest'
import { scanCsv } from '../../extract/csv-scan.ts'
import { createMoneySum } from '../../extract/money-sum.ts'

function scan(text: string, { offsets = [] as string[] } = {}) {
	const target = { bytes: new Uint8Array(0), length: 0 }
	const fields = new Set<string>()
	const money = createMoneySum({
		amount: 'Amount',
		currency: 'Currency',
		deleted: { member: 'IsDeleted', equals: 'true' },
	})
	const page = scanCsv(Buffer.from(text), { fields, numberFields: new Set(), money, offsets }, target)
	const lines = Buffer.from(target.bytes.subarray(0, target.length)).toString('utf8')
	return {
		...page,
		fields: [...fields],
		lines,
		records:
			lines.trim() === ''
				? []
				: lines
						.trim()
						.split('\n')
						.map((line) => JSON.parse(line)),
		money: money.totals(),
	}
}

test('every value lands as its text, digits and all; an empty one is null, in quotes or not', () => {
	const { records, rows, last, fields } = scan('"Id","Amount","Name"\n"1","90071992547409.930","NA"\n2,,""\n')
	expect(records).toEqual([
		{ Id: '1', Amount: '90071992547409.930', Name: 'NA' },
		{ Id: '2', Amount: null, Name: null },
	])
	expect({ rows, last, fields }).toEqual({
		rows: 2,
		last: '{"Id":"2","Amount":null,"Name":null}',
		fields: ['Id', 'Amount', 'Name'],
	})
})

test('quotes, commas, line ends, backslashes and control signs in a value come through', () => {
	const value = 'a "b", \\n\r\nc\td\u0001é—𝄞'
	expect(scan(`"Id","Name"\r\n"1","${value.replaceAll('"', '""')}"\r\n`).records).toEqual([{ Id: '1', Name: value }])
	const worst = '\u0001'.repeat(5000)
	expect(scan(`Id,Name\n1,"${worst}"\n2,"${'"'.repeat(4000)}"\n`).records).toEqual([
		{ Id: '1', Name: worst },
		{ Id: '2', Name: '"'.repeat(2000) },
	])
})

test('moments land as the vendor’s JSON writes them, where that is said', () => {
	const text = 'Id,At,Code\n1,2026-03-01T10:00:00.000Z,Z\n2,,\n'
	expect(scan(text, { offsets: ['At'] }).records).toEqual([
		{ Id: '1', At: '2026-03-01T10:00:00.000+0000', Code: 'Z' },
		{ Id: '2', At: null, Code: null },
	])
})

test('money is added up on the way, without what is deleted', () => {
	const rows = '"1.10","USD","false"\n"2.20","USD","true"\n"3","EUR","false"\n"","EUR","false"\n0.0001,USD,false\n'
	expect(scan(`Amount,Currency,IsDeleted\n${rows}`).money).toEqual({ USD: '1.1001', EUR: '3.0000' })
})

test.each([
	['in a value', 'Id,Name\n1,"half'],
	['behind a value', 'Id,Name\n1,"whole"'],
	['behind a comma', 'Id,Name\n1,'],
	['with a value too few', 'Id,Name\n1\n2,b\n'],
	['with a value too many', 'Id,Name\n1,a,b\n'],
])('a page that breaks off %s is asked for again', (_, text) => {
	expect(() => scan(text)).toThrow(expect.objectContaining({ code: 'page.truncated' }))
})

test('a page without a header is none', () => {
	expect(() => scan('')).toThrow(expect.objectContaining({ code: 'page.no_records' }))
	expect(() => scan('Id')).toThrow(expect.objectContaining({ code: 'page.no_records' }))
	expect(scan('Id,Name\n').records).toEqual([])
})
