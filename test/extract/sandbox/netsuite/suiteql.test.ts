import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Sandboxes, startSandboxes } from '../../../../extract/sandbox/sandbox.ts'
import { netsuiteClient } from '../clients.ts'
import { november, row, transaction } from '../records.ts'

let sandboxes: Sandboxes
let client: Awaited<ReturnType<typeof netsuiteClient>>

function line(document: number, id: number, values: Record<string, string | boolean | null>) {
	return row('transactionline', `${document}:${id}`, {
		transaction: String(document),
		id: String(id),
		mainline: false,
		taxline: false,
		linelastmodifieddate: '2026-11-01T00:00:00Z',
		...values,
	})
}

beforeAll(async () => {
	sandboxes = await startSandboxes({
		versions: [
			transaction(1, { foreigntotal: '90071992547409.930', memo: 'Größe "M", it’s ok' }),
			transaction(2, {
				type: 'CustInvc',
				currency: '2',
				foreigntotal: '-0.10',
				posting: true,
				lastmodifieddate: '2026-11-01T08:30:00Z',
			}),
			transaction(3, {
				type: 'CustInvc',
				currency: '2',
				foreigntotal: '0.20',
				trandate: '2026-09-30',
				lastmodifieddate: '2026-11-01T09:30:00Z',
			}),
			transaction(10, { currency: '2', foreigntotal: null, lastmodifieddate: '2026-11-02T06:00:00Z' }),
			line(1, 0, { mainline: true, foreignamount: '100.00' }),
			line(1, 1, { foreignamount: '-60.00', quantity: '-3', memo: 'null' }),
			line(1, 2, { foreignamount: '-40.00', quantity: '-1.5' }),
			line(2, 1, { foreignamount: '-0.05' }),
			row('deletedrecord', '30:7', {
				recordid: '7',
				recordtypeid: '30',
				scriptid: 'invoice',
				deleteddate: '2026-11-02T00:00:00Z',
			}),
			row('deletedrecord', '-6:8', {
				recordid: '8',
				recordtypeid: '-6',
				scriptid: 'contact',
				deleteddate: '2026-11-02T00:00:00Z',
			}),
			{ ...transaction(11), from: november(1) },
			row('transaction', '11', null, november(2)),
		],
	})
	client = await netsuiteClient(sandboxes)
})
afterAll(() => sandboxes.close())

async function items(q: string, page = ''): Promise<Record<string, string>[]> {
	const { status, json, text } = await client.query(q, page)
	if (status !== 200) throw new Error(text)
	return json.items.map(({ links: _, ...item }: Record<string, string>) => item)
}

async function ids(rest: string): Promise<number[]> {
	return (await items(`SELECT id FROM transaction ${rest}`)).map(({ id }) => Number(id))
}

test('an item has strings only, no nulls, lower-case keys and the digits as they are', async () => {
	const { text } = await client.query(
		'SELECT ID, tranid AS TranId, foreigntotal, posting, memo, closedate FROM Transaction WHERE id = 1',
	)
	expect(JSON.parse(text).items).toEqual([
		{ links: [], id: '1', tranid: 'SO1', foreigntotal: '90071992547409.930', posting: 'F', memo: 'Größe "M", it’s ok' },
	])
})

test('moments are in the account’s zone, and dates and moments that nothing converts in the user’s format', async () => {
	const [item] = await items(
		"SELECT trandate, lastmodifieddate AS bare, TO_CHAR(trandate, 'YYYY-MM-DD') AS date, TO_CHAR(lastmodifieddate, 'YYYY-MM-DD HH24:MI:SS') AS moment FROM transaction WHERE id = 1",
	)
	expect(item).toEqual({
		trandate: '10/31/2026',
		bare: '10/31/2026',
		date: '2026-10-31',
		moment: '2026-10-31 17:00:00',
	})
	expect(await items("SELECT TO_CHAR(SYSDATE, 'YYYY-MM-DD HH24:MI:SS') AS now FROM dual")).toEqual([
		{ now: '2026-11-04 01:00:00' },
	])
})

test('the hour that comes twice shows twice', async () => {
	const found = await items(
		"SELECT id, TO_CHAR(lastmodifieddate, 'YYYY-MM-DD HH24:MI') AS moment FROM transaction WHERE id IN (2, 3) ORDER BY id ASC",
	)
	expect(found.map(({ moment }) => moment)).toEqual(['2026-11-01 01:30', '2026-11-01 01:30'])
})

test.each([
	["WHERE lastmodifieddate >= TO_DATE('2026-11-01 01:30:00', 'YYYY-MM-DD HH24:MI:SS') ORDER BY id ASC", [2, 3, 10]],
	["WHERE lastmodifieddate > TO_TIMESTAMP('2026-11-01 01:30:00', 'YYYY-MM-DD HH24:MI:SS') ORDER BY id ASC", [3, 10]],
	[
		"WHERE lastmodifieddate >= TO_DATE('2026-11-01', 'YYYY-MM-DD') AND lastmodifieddate < '11/2/2026' ORDER BY id ASC",
		[2, 3, 10],
	],
	["WHERE TO_CHAR(lastmodifieddate, 'YYYY-MM-DD') = '2026-10-31'", [1]],
	['WHERE lastmodifieddate <= SYSDATE AND trandate < lastmodifieddate ORDER BY id', [1, 2, 3, 10]],
	["WHERE trandate = '9/30/2026'", [3]],
	[
		"WHERE trandate BETWEEN TO_DATE('2026-10-01', 'YYYY-MM-DD') AND TO_DATE('2026-10-31', 'YYYY-MM-DD') ORDER BY id ASC",
		[1, 2, 10],
	],
	["WHERE TRUNC(lastmodifieddate) = TO_DATE('2026-11-01', 'YYYY-MM-DD') ORDER BY id ASC", [2, 3, 10]],
	["WHERE id > '2' ORDER BY id DESC", [10, 3]],
	['WHERE id NOT IN (1, 2) ORDER BY id ASC', [3, 10]],
	['WHERE id IN (SELECT transaction FROM transactionline WHERE quantity < -2)', [1]],
	["WHERE type = 'custinvc'", []],
	["WHERE type IN ('CustInvc') AND posting = 'T'", [2]],
	['WHERE foreigntotal IS NULL', [10]],
	['WHERE foreigntotal = 90071992547409.93', [1]],
	['WHERE foreigntotal > -0.1 AND NOT foreigntotal > 1', [3]],
	['WHERE NVL(foreigntotal, 5) + 1 = 6', [10]],
	["WHERE tranid LIKE 'SO1%' ORDER BY id ASC", [1, 10]],
	["WHERE tranid NOT LIKE 'SO_' ORDER BY id ASC", [10]],
	["WHERE (type = 'SalesOrd' OR currency = 2) AND id <> 2 ORDER BY foreigntotal ASC", [3, 1, 10]],
	['ORDER BY foreigntotal DESC', [10, 1, 3, 2]],
	["WHERE CASE WHEN type = 'SalesOrd' THEN 1 ELSE 0 END = 0 ORDER BY 1 DESC", [3, 2]],
])('%s gives %j', async (rest, expected) => {
	expect(await ids(rest)).toEqual(expected)
})

test('counts and sums by group are exact', async () => {
	const q =
		'SELECT type, currency, COUNT(*) AS documents, SUM(foreigntotal) AS total, MIN(foreigntotal) least, MAX(lastmodifieddate) FROM transaction GROUP BY type, currency ORDER BY type ASC, currency ASC'
	expect(await items(q)).toEqual([
		{ type: 'CustInvc', currency: '2', documents: '2', total: '0.10', least: '-0.10', expr1: '11/1/2026' },
		{
			type: 'SalesOrd',
			currency: '1',
			documents: '1',
			total: '90071992547409.930',
			least: '90071992547409.930',
			expr1: '10/31/2026',
		},
		{ type: 'SalesOrd', currency: '2', documents: '1', expr1: '11/1/2026' },
	])
	expect(
		await items(
			'SELECT COUNT(*) AS n, COUNT(foreigntotal) AS filled, COUNT(DISTINCT type) AS types, SUM(id) AS sum FROM transaction',
		),
	).toEqual([{ n: '4', filled: '3', types: '2', sum: '16' }])
	expect(await items('SELECT type, COUNT(*) AS n FROM transaction GROUP BY type HAVING COUNT(*) > 5')).toEqual([])
})

test('joins multiply rows; an outer one keeps those without a partner', async () => {
	const inner =
		"SELECT t.id, l.id AS line, -l.foreignamount AS amount FROM transaction t INNER JOIN transactionline l ON l.transaction = t.id AND l.mainline = 'F' ORDER BY t.id ASC, l.id ASC"
	expect(await items(inner)).toEqual([
		{ id: '1', line: '1', amount: '60.00' },
		{ id: '1', line: '2', amount: '40.00' },
		{ id: '2', line: '1', amount: '0.05' },
	])
	const outer =
		"SELECT t.id, SUM(l.foreignamount) AS amount FROM transaction t LEFT OUTER JOIN transactionline l ON l.transaction = t.id AND l.mainline = 'F' GROUP BY t.id ORDER BY t.id ASC"
	expect(await items(outer)).toEqual([
		{ id: '1', amount: '-100.00' },
		{ id: '2', amount: '-0.05' },
		{ id: '3' },
		{ id: '10' },
	])
})

test('a text that says null is a text, and * gives every column', async () => {
	const [item] = await items('SELECT * FROM transactionline WHERE transaction = 1 AND id = 1')
	expect(item).toEqual({
		transaction: '1',
		id: '1',
		quantity: '-3',
		foreignamount: '-60.00',
		mainline: 'F',
		taxline: 'F',
		memo: 'null',
		linelastmodifieddate: '10/31/2026',
	})
})

test('DISTINCT, text joined with ||, and expressions without a name', async () => {
	expect(await items('SELECT DISTINCT type FROM transaction ORDER BY type DESC')).toEqual([
		{ type: 'SalesOrd' },
		{ type: 'CustInvc' },
	])
	expect(await items("SELECT tranid || '/' || type, UPPER(type) FROM transaction WHERE id = 1")).toEqual([
		{ expr1: 'SO1/SalesOrd', expr2: 'SALESORD' },
	])
})

test('deleted records are told, but for one record type', async () => {
	expect(
		await items(
			"SELECT recordid, scriptid, TO_CHAR(deleteddate, 'YYYY-MM-DD HH24:MI:SS') AS deleteddate FROM deletedrecord",
		),
	).toEqual([{ recordid: '7', scriptid: 'invoice', deleteddate: '2026-11-01 16:00:00' }])
})

test.each([
	[
		'SELECT id, nope FROM customer',
		"Search error occurred: Unknown identifier 'nope'. Available identifiers are: {customer=customer}.",
	],
	['SELECT t.nope FROM transaction t', "Unknown identifier 't.nope'. Available identifiers are: {t=transaction}."],
	['SELECT x.id FROM transaction t', "Unknown identifier 'x.id'"],
	['SELECT id FROM nope', "Record 'nope' was not found."],
	['SELECT id FROM transaction WHERE ROWNUM <= 5', "Unknown identifier 'rownum'"],
	["SELECT id FROM transaction WHERE trandate > '2026-01-01'", 'a text compared with a date'],
	['SELECT id FROM transaction WHERE lastmodifieddate > 5', 'a integer compared with a datetime'],
	['SELECT id FROM transaction WHERE status = 5', 'a text compared with a integer'],
	["SELECT TO_CHAR(trandate, 'Month') FROM transaction", "the date format 'Month'"],
	["SELECT id FROM transaction WHERE trandate = TO_DATE('2026-02-30', 'YYYY-MM-DD')", 'is no date in the format'],
	['SELECT BUILTIN.DF(status) FROM transaction', 'the function BUILTIN.DF'],
	['SELECT TOP 5 id FROM transaction', 'unexpected "5"'],
	['SELECT id FROM transaction FETCH FIRST 5 ROWS ONLY', 'unexpected "FETCH"'],
	['WITH x AS (SELECT 1) SELECT * FROM x', 'unexpected "WITH"'],
	['SELECT id FROM transaction; SELECT 1', 'unexpected ";"'],
	['SELECT type, COUNT(*) FROM transaction', 'neither grouped nor aggregated'],
	['SELECT id FROM transaction t INNER JOIN transactionline l ON l.transaction = t.id', '"id" is ambiguous'],
	[
		'SELECT t.id, l.id FROM transaction t INNER JOIN transactionline l ON l.transaction = t.id',
		'two columns named "id"',
	],
	['SELECT SUM(tranid) FROM transaction', 'SUM of a text'],
	['SELECT id FROM transaction WHERE id', 'a integer where a condition is wanted'],
	[
		`SELECT id FROM transaction WHERE id IN (${Array.from({ length: 1001 }, (_, at) => at).join(', ')})`,
		'the maximum number of expressions in a list is 1000',
	],
])('%s is refused', async (q, reason) => {
	const { status, json } = await client.query(q)
	expect(status).toBe(400)
	expect(json).toMatchObject({
		type: 'https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.1',
		title: 'Bad Request',
		status: 400,
	})
	const [detail] = json['o:errorDetails']
	expect(detail).toMatchObject({ 'o:errorCode': 'INVALID_PARAMETER', 'o:errorQueryParam': 'q' })
	expect(detail.detail).toMatch(/^Invalid search query\. Detailed unprocessed description follows\. /)
	expect(detail.detail).toContain(reason)
})
