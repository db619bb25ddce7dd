import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type LineBuffer, quoteNumbers, scanPage } from '../../extract/page-scan.ts'

function scan(
	json: string,
	{ records = 'records', ignore = [] as string[], ignoreInside = [] as string[], mayLackList = false } = {},
) {
	const target: LineBuffer = { bytes: new Uint8Array(4), length: 0 }
	const numberFields = new Set<string>()
	const fields = new Set<string>()
	const page = scanPage(Buffer.from(json), { records, ignore, ignoreInside, mayLackList, fields, numberFields }, target)
	const lines = Buffer.from(target.bytes.subarray(0, target.length)).toString()
	return { ...page, lines, fields: [...fields], numberFields: [...numberFields] }
}

test('digits stay the ones the vendor sent, in quotes', () => {
	const page = scan('{"records":[{"a":90071992547409.93,"b":1.10,"c":-1E-7,"d":12345678901234567890}]}')
	expect(page.lines).toBe('{"a":"90071992547409.93","b":"1.10","c":"-1E-7","d":"12345678901234567890"}\n')
	expect(page.numberFields).toEqual(['a', 'b', 'c', 'd'])
})

test('numbers in texts, also escaped and nested ones, are left alone', () => {
	const page = scan('{"records":[{"a":"12.30 \\"7\\" \\\\","b":{"c":[1,2.50,{"d":3}],"e":"4"}}]}')
	expect(page.lines).toBe('{"a":"12.30 \\"7\\" \\\\","b":{"c":["1","2.50",{"d":"3"}],"e":"4"}}\n')
	expect(page.numberFields).toEqual(['b.c', 'b.c.d'])
})

test('space between tokens goes, so that a record is one line', () => {
	const page = scan('{ "records" : [ {\n  "a" : 1,\n  "b" : "x y"\n} , { "a" : null, "b": true } ] , "done" : false }')
	expect(page.lines).toBe('{"a":"1","b":"x y"}\n{"a":null,"b":true}\n')
	expect(page).toMatchObject({ rows: 2, envelope: { records: [], done: false }, last: '{"a":null,"b":true}' })
})

test('the envelope keeps totals and the next address, wherever the records stand', () => {
	const page = scan('{"totalSize":12345678901234567890,"records":[{"a":1}],"nextRecordsUrl":"/x-2"}')
	expect(page.envelope).toEqual({ totalSize: '12345678901234567890', records: [], nextRecordsUrl: '/x-2' })
})

test('records are found at a path, and where the page itself is the list', () => {
	expect(scan('{"d":{"x":{"results":[1]},"results":[{"a":1}]}}', { records: 'd.results' }).lines).toBe('{"a":"1"}\n')
	expect(scan('[{"a":1}]', { records: '' })).toMatchObject({ lines: '{"a":"1"}\n', rows: 1, envelope: [] })
})

test.each([
	['{"x":{"type":"A","n":[1,2]},"a":1}', '{"a":"1"}\n'],
	['{"a":1,"x":"y"}', '{"a":"1"}\n'],
	['{"a":1, "x" : 5 , "b":2}', '{"a":"1","b":"2"}\n'],
	['{"x":null}', '{}\n'],
	['{"x":[ ],"x":"again","a":{"x":1}}', '{"a":{"x":"1"}}\n'],
])('transport members are dropped: %s', (record, line) => {
	expect(scan(`{"records":[${record}]}`, { ignore: ['x'] }).lines).toBe(line)
})

test.each([
	['{"x":1,"a":{"x":{"type":"A"},"b":[1]}}', '{"x":"1","a":{"b":["1"]}}\n'],
	['{"a":{"b":1, "x" : {"y":[{"x":"z"}]} }}', '{"a":{"b":"1"}}\n'],
	['{"a":[{"x":null},{"b":1,"x":2,"c":{"x":{}}},{"xx":1}]}', '{"a":[{},{"b":"1","c":{}},{"xx":"1"}]}\n'],
	['{"a":{"y":"x","x":"}"},"b":["x"]}', '{"a":{"y":"x"},"b":["x"]}\n'],
])('transport members are dropped inside records: %s', (record, line) => {
	const found = scan(`{"records":[${record}]}`, { ignoreInside: ['x'] })
	expect([found.lines, found.isDoubtful]).toEqual([line, false])
})

test('the names of members are noted, also of those that only some records have', () => {
	expect(scan('{"records":[{"a":1,"c":"x"},{"a":"1","b":{"z":1},"c":2}]}')).toMatchObject({
		fields: ['a', 'c', 'b'],
		numberFields: ['a', 'b.z', 'c'],
	})
})

test('an empty list is a page without rows', () => {
	expect(scan('{"records":[],"done":true}')).toMatchObject({ rows: 0, last: null, lines: '' })
})

test('an element that is no object becomes a line too, for quarantine to find', () => {
	expect(scan('{"records":[5, "x", {"a":1}, null]}').lines).toBe('"5"\n"x"\n{"a":"1"}\nnull\n')
})

test('a page cut off anywhere is noticed', () => {
	const whole = '{"totalSize":2,"records":[{"a":"x\\"y","b":1},{"a":[1,{"c":2}],"b":2}],"done":true}'
	for (let length = 0; length < whole.length; length++)
		expect(() => scan(whole.slice(0, length)), `cut at ${length}`).toThrow()
})

test('a page without the list says so', () => {
	expect(() => scan('{"error":"x"}')).toThrow('no member "records"')
	expect(() => scan('{"records":{"a":1}}')).toThrow('no list of records')
	expect(() => scan('{"records":[],}')).toThrow('not JSON')
})

test('any record comes out as it went in, but for the quotes around its numbers', () => {
	const value = fc.jsonValue({ maxDepth: 4 })
	fc.assert(
		fc.property(fc.array(fc.dictionary(fc.string(), value)), fc.integer({ min: 0, max: 4 }), (records, indent) => {
			const page = scan(JSON.stringify({ records, done: true }, null, indent))
			const expected = records.map((record) => JSON.parse(quoteNumbers(JSON.stringify(record))))
			const lines = page.lines.split('\n').slice(0, -1)
			expect(lines.map((line) => JSON.parse(line))).toEqual(expected)
		}),
		{ numRuns: 300 },
	)
})

const wrapped = (records: string) => {
	const target = { bytes: new Uint8Array(0), length: 0 }
	const fields = new Set<string>()
	scanPage(
		Buffer.from(`{"results":[${records}]}`),
		{ records: 'results', unwrap: 'properties', ignore: ['id', 'archived'], fields, numberFields: new Set() },
		target,
	)
	const lines = Buffer.from(target.bytes.subarray(0, target.length)).toString('utf8').trimEnd().split('\n')
	return { lines, fields: [...fields] }
}

test('members of a wrapper land as the record’s own; what the transport calls the same is told apart', () => {
	const { lines, fields } = wrapped(
		`{"id":"1", "properties" : { "id":"x", "amount":"12.50" , "note":"a,}b", "none":null }, "more":{"properties":{"a":1}}, "archived":false},
		{"id":"2","properties":{"id":"y","amount":"1","note":"","none":null},"archived":true}`,
	)
	expect(lines).toEqual([
		'{"id":"x","amount":"12.50","note":"a,}b","none":null,"more":{"properties":{"a":"1"}}}',
		'{"id":"y","amount":"1","note":"","none":null}',
	])
	expect(fields).toEqual(['id', 'amount', 'note', 'none', 'more'])
})

test.each([
	['{"properties":{},"x":"1"}', '{"x":"1"}'],
	['{"x":"1","properties":{}}', '{"x":"1"}'],
	['{"x":"1","properties":{},"y":"2"}', '{"x":"1","y":"2"}'],
	['{"id":"1","properties":{}}', '{}'],
	['{"properties":null,"x":"1"}', '{"properties":null,"x":"1"}'],
	['{"id":"1","archived":false,"properties":{"a":{"b":[1,{"c":2}]}}}', '{"a":{"b":["1",{"c":"2"}]}}'],
])('%s without its wrapper is %s', (record, line) => {
	expect(wrapped(record).lines).toEqual([line])
})

test('records are found in an element of a list; where a page has none, the list itself may be missing', () => {
	const cdc =
		'{"CDCResponse":[{"QueryResponse":[{"A":[{"a":0}]},{"x":"[","Invoice":[{"a":1}],"maxResults":1}]}],"time":"t"}'
	expect(scan(cdc, { records: 'CDCResponse.0.QueryResponse.1.Invoice' })).toMatchObject({
		lines: '{"a":"1"}\n',
		envelope: { CDCResponse: [{ QueryResponse: [{}, { maxResults: '1' }] }] },
	})
	const records = 'QueryResponse.Invoice'
	const empty = scan('{"QueryResponse":{},"time":"t"}', { records, mayLackList: true })
	expect(empty).toMatchObject({ rows: 0, last: null, envelope: { QueryResponse: {}, time: 't' } })
	expect(() => scan('{"QueryResponse":{}}', { records })).toThrow(expect.objectContaining({ code: 'page.no_records' }))
	expect(() => scan('{"Fault":{}}', { records, mayLackList: true })).toThrow(
		expect.objectContaining({ code: 'page.no_records' }),
	)
	expect(() => scan('{"QueryResponse":{"Item":[', { records, mayLackList: true })).toThrow(
		expect.objectContaining({ code: 'page.truncated' }),
	)
	expect(() => scan('{"QueryResponse":{}', { records, mayLackList: true })).toThrow(
		expect.objectContaining({ code: 'page.not_json' }),
	)
})

test('an object whose members are the records is read as their list, with its digits', () => {
	const members = { names: ['id', 'code'], value: 'rate', constants: { base: 'E"R' } }
	const scanned = (json: string) => {
		const target: LineBuffer = { bytes: new Uint8Array(4), length: 0 }
		const numberFields = new Set<string>()
		const options = { records: '', members, fields: new Set<string>(), numberFields }
		const { rows } = scanPage(Buffer.from(json), options, target)
		return {
			rows,
			lines: Buffer.from(target.bytes.subarray(0, target.length)).toString(),
			numberFields: [...numberFields],
		}
	}
	expect(scanned('{ "EUR": 1 , "USD":0.92310000000000000001}')).toEqual({
		rows: 2,
		lines: `{"id":"EUR","code":"EUR","rate":"1","base":"E\\"R"}\n{"id":"USD","code":"USD","rate":"0.92310000000000000001","base":"E\\"R"}\n`,
		numberFields: ['rate'],
	})
	// PHP writes an empty one as a list.
	expect(scanned('[]')).toMatchObject({ rows: 0, lines: '' })
	expect(scanned('{}')).toMatchObject({ rows: 0, lines: '' })
	expect(() => scanned('{"EUR":1,"USD":0.92')).toThrow(/in the middle|ends at byte/)
	expect(() => scanned('{"EUR" 1}')).toThrow(/not JSON/)
	expect(() => scanned('{EUR:1}')).toThrow(/not JSON/)
	expect(() => scanned('<html></html>')).toThrow(/no list|not JSON/)
})
