import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { filesOptions } from '../../../extract/sources/files/options.ts'
import { parseConfigurationText } from '../../../server/configuration/text.ts'
import { type Folder, type Mapping, newFolder } from './folder.ts'

let folder: Folder
beforeEach(() => {
	folder = newFolder()
})
afterEach(() => folder.close())

const orderColumns = { order_id: 'id', customer_id: 'customer', currency: 'currency', total_amount: 'total' }
const orders: Mapping = { entities: { orders: { from: 'orders', columns: orderColumns } } }
const table = 'raw.mapped__orders'
const newest = `select * exclude (version) from (select *, row_number() over (partition by _key order by _extracted_at desc, _loaded_at desc)
	as version from ${table}) where version = 1 order by _key`

describe('what lands', () => {
	test('amounts keep every digit, and a proof of rows and money comes with them', async () => {
		folder.put('orders.csv', 'id,customer,currency,total\nA1,Ander,USD,90071992547409.93\nA2,Ander,EUR,0.10\n')
		const { orders: run } = await folder.run(orders)
		expect(run).toMatchObject({ outcome: 'loaded', landed: 2, loaded: 2, quarantined: 0 })
		const rows = await folder.all(
			`select order_id, customer_id, total_amount, number, _connection from ${table} order by 1`,
		)
		expect(rows).toEqual([
			{ order_id: 'A1', customer_id: 'Ander', total_amount: '90071992547409.93', number: null, _connection: 'erp' },
			{ order_id: 'A2', customer_id: 'Ander', total_amount: '0.10', number: null, _connection: 'erp' },
		])
		const [certificate] = await folder.certificates()
		expect(certificate).toMatchObject({ verdict: 'proved', source_rows: 2, landed_rows: 2, loaded_rows: 2 })
	})

	test('reading an unchanged file again changes nothing; a changed row is one new version', async () => {
		folder.put('orders.csv', 'id,customer,currency,total\nA1,Ander,USD,10\nA2,Ander,USD,20\n')
		await folder.run(orders)
		const again = await folder.run(orders, '2026-07-13T12:00:00Z')
		expect(again['orders']).toMatchObject({ outcome: 'loaded', appended: 0 })
		folder.put('orders.csv', 'id,customer,currency,total\nA1,Ander,USD,10\nA2,Ander,USD,25\n')
		const third = await folder.run(orders, '2026-07-14T12:00:00Z')
		expect(third['orders']).toMatchObject({ appended: 1 })
		expect(await folder.all(`select count(*) as versions from ${table}`)).toEqual([{ versions: '3' }])
	})

	test('a row that is gone from a newer file is deleted, and a file that lost most of its rows waits for a person', async () => {
		const rows = Array.from({ length: 60 }, (_, index) => `A${index},Ander,USD,${index}`)
		folder.put('orders.csv', ['id,customer,currency,total', ...rows].join('\n'))
		await folder.run(orders)
		folder.put('orders.csv', ['id,customer,currency,total', ...rows.slice(1)].join('\n'))
		await folder.run(orders, '2026-07-13T12:00:00Z')
		expect(await folder.all(`select order_id from (${newest}) where _deleted`)).toEqual([{ order_id: 'A0' }])
		folder.put('orders.csv', ['id,customer,currency,total', ...rows.slice(50)].join('\n'))
		const held = await folder.run(orders, '2026-07-14T12:00:00Z')
		expect(held['orders']).toMatchObject({ outcome: 'held' })
		expect(await folder.all(`select count(*) as rows from (${newest}) where _deleted`)).toEqual([{ rows: '1' }])
	})

	test('a row that cannot be mapped is kept aside with its file, line and reason, and does not look deleted', async () => {
		const mapping: Mapping = {
			entities: {
				orders: {
					from: 'orders',
					columns: { ...orderColumns, is_cancelled: { column: 'state', map: { open: false, void: true } } },
				},
			},
		}
		folder.put('orders.csv', 'id,customer,currency,total,state\nA1,Ander,USD,10,open\nA2,Ander,USD,20,open\n')
		await folder.run(mapping)
		folder.put('orders.csv', 'id,customer,currency,total,state\nA1,Ander,USD,10,void\nA2,Ander,USD,20,paused\n')
		const { orders: run } = await folder.run(mapping, '2026-07-13T12:00:00Z')
		expect(run).toMatchObject({ quarantined: 1, appended: 1 })
		expect(await folder.quarantined()).toMatchObject([
			{
				key: 'A2',
				reason: expect.stringContaining(
					'orders.csv:3: state is "paused", which the mapping has no meaning for (it has open, void)',
				),
			},
		])
		expect(await folder.all(`select order_id, is_cancelled from (${newest}) where not _deleted`)).toEqual([
			{ order_id: 'A1', is_cancelled: 'true' },
			{ order_id: 'A2', is_cancelled: 'false' },
		])
	})
})

describe('what spreadsheets do to files', () => {
	const one = { order_id: 'A1', customer_id: 'Müller & Söhne', currency: 'EUR', total_amount: '1234.50' }
	const select = `select order_id, customer_id, currency, total_amount from ${table}`
	const semicolons = 'id;customer;currency;total\r\nA1;Müller & Söhne;EUR;1.234,50\r\n'
	const decimalComma: Mapping = { format: { decimal: ',' }, ...orders }

	test('a byte order mark, semicolons and decimal commas', async () => {
		folder.put('orders.csv', `\uFEFF${semicolons}`)
		await folder.run(decimalComma)
		expect(await folder.all(select)).toEqual([one])
	})

	test('Windows-1252', async () => {
		folder.put('orders.csv', Buffer.from(semicolons, 'latin1'))
		await folder.run(decimalComma)
		expect(await folder.all(select)).toEqual([one])
	})

	test('UTF-16 with tabs', async () => {
		folder.put('orders.csv', Buffer.from(`\uFEFF${semicolons.replaceAll(';', '\t')}`, 'utf16le'))
		await folder.run(decimalComma)
		expect(await folder.all(select)).toEqual([one])
	})

	test('line breaks and delimiters in quotes', async () => {
		folder.put('orders.csv', 'id,customer,currency,total\nA1,"Ander\nand ""Sons"", Ltd",USD,10\nA2,Bo,USD,zwölf\n')
		await folder.run(orders)
		expect(await folder.all(select)).toMatchObject([{ customer_id: 'Ander\nand "Sons", Ltd' }])
		expect(await folder.quarantined()).toMatchObject([
			{ reason: expect.stringContaining('orders.csv:4: total: "zwölf" is no number') },
		])
	})

	test('a header that stands twice must be named by its number', async () => {
		folder.put('orders.csv', 'id,customer,currency,total,total\nA1,Ander,USD,10,12\n')
		const { orders: refused } = await folder.run(orders)
		expect(refused?.error).toMatchObject({ code: 'files.unknown_column', next: 'write total#1 or total#2' })
		const columns = { ...orderColumns, total_amount: 'total#2' }
		await folder.run({ entities: { orders: { from: 'orders', columns } } })
		expect(await folder.all(select)).toMatchObject([{ total_amount: '12' }])
	})

	test('totals are left out where the mapping says so, and else kept aside for want of a key', async () => {
		folder.put('orders.csv', 'id,customer,currency,total\nA1,Ander,USD,10\n,Total,,10\n')
		await folder.run(orders)
		expect(await folder.quarantined()).toMatchObject([{ code: 'missing_key' }])
		const skipping = await folder.run(
			{ files: { orders: { skip: { customer: 'Total' } } }, ...orders },
			'2026-07-13T12:00:00Z',
		)
		expect(skipping['orders']).toMatchObject({ landed: 1, quarantined: 0 })
	})

	test('a decimal comma that was not declared is refused, never guessed', async () => {
		folder.put('orders.csv', 'id;customer;currency;total\nA1;Ander;EUR;12,50\n')
		await folder.run(orders)
		expect(await folder.quarantined()).toMatchObject([
			{
				code: 'refused',
				reason: 'orders.csv:2: total: "12,50" is no number; if , stands before the cents, write decimal: ","',
			},
		])
	})

	test('a row with too few cells is kept aside', async () => {
		folder.put('orders.csv', 'id,customer,currency,total\nA1,Ander,USD\n')
		await folder.run(orders)
		expect(await folder.quarantined()).toMatchObject([
			{ reason: expect.stringContaining('orders.csv:2: the row has 3 cells, the header 4') },
		])
	})

	test('a row whose very key leads nowhere says that, and not that it has none', async () => {
		folder.put('orders.csv', 'id,customer,currency,total\nA1,42,USD,10\n')
		folder.put('customers.csv', 'number,name\n7,Ander\n')
		await folder.run({
			files: { customers: { key: 'number' }, orders: { links: { customer: 'customers' } } },
			entities: { orders: { from: 'orders', columns: { ...orderColumns, order_id: 'customer.name' } } },
		})
		expect(await folder.quarantined()).toMatchObject([
			{ code: 'refused', key: null, reason: 'orders.csv:2: customer is "42", and customers.csv has no such number' },
		])
	})

	test('leading zeros that a spreadsheet dropped are named', async () => {
		folder.put('orders.csv', 'id,customer,currency,total\nA1,42,USD,10\n')
		folder.put('customers.csv', 'number,name\n00042,Ander\n')
		await folder.run({
			files: { customers: { key: 'number' }, orders: { links: { customer: 'customers' } } },
			entities: { orders: { from: 'orders', columns: { ...orderColumns, number: 'customer.name' } } },
		})
		expect(await folder.quarantined()).toMatchObject([
			{ reason: expect.stringContaining('it has "00042": leading zeros were lost in one of them') },
		])
	})
})

describe('what stops a file', () => {
	const linked = { order_id: 'id', customer_id: 'customer.number', total_amount: 'total' }
	const mapping = (files: Mapping['files'], from = 'orders', columns: Record<string, string> = linked): Mapping =>
		({ files, entities: { orders: { from, columns } } }) as Mapping
	const links = { customer: 'customers' }

	test.each<[string, Mapping, object]>([
		[
			'a key that two rows have',
			mapping({ customers: { key: 'number' }, orders: { links } }),
			{
				code: 'files.twice',
				message: 'customers.csv has number "C1" on lines 2 and 3',
				next: 'a key names one row: choose another column under files:, or correct the export',
			},
		],
		[
			'a link to a file without a key',
			mapping({ customers: {}, orders: { links } }),
			{
				code: 'files.no_key',
				message:
					'entities.orders.columns.customer_id: orders.csv, column customer links to customers.csv, of which no key is known',
				next: 'add key: under files.customers',
			},
		],
		[
			'a quote that never ends',
			mapping({ broken: {} }, 'broken', { order_id: 'id' }),
			{
				code: 'files.unreadable',
				message:
					"broken.csv can't be read as CSV: Quote Not Closed: the parsing is finished with an opening quote at line 2",
				next: 'export the file again; if it is not comma-separated UTF-8, say so under files: (delimiter, encoding)',
			},
		],
	])('%s', async (_, given, error) => {
		folder.put('customers.csv', 'number,name\nC1,Ander\nC1,Anders\n')
		folder.put('orders.csv', 'id,customer,total\nA1,C1,10\n')
		folder.put('broken.csv', 'id,customer,total\nA1,"C1,10\n')
		expect((await folder.run(given))['orders']).toMatchObject({ outcome: 'failed', error })
	})
})

describe('what a mapping can say', () => {
	test('dates and times: the day in the zone, the moment in UTC, other ways of writing, and days that do not exist', async () => {
		folder.put('orders.csv', 'id,day,made\nA1,31/01/2026,2026-01-31 21:30:00\nA2,30/02/2026,2026-01-31 9:30:00.25\n')
		await folder.run({
			time_zone: 'America/New_York',
			format: { dates: 'day-month-year' },
			entities: { orders: { from: 'orders', columns: { order_id: 'id', order_date: 'day', created_at: 'made' } } },
		})
		expect(await folder.all(`select order_date, created_at from ${table}`)).toEqual([
			{ order_date: '2026-01-31', created_at: '2026-02-01 02:30:00.000000' },
		])
		expect(await folder.quarantined()).toMatchObject([
			{ reason: expect.stringContaining("a day or an hour that doesn't exist") },
		])
	})

	test('links, meanings, conditions, joined text, and exact arithmetic', async () => {
		folder.put('heads.csv', 'no,state,currency,rebate\nH1,done,USD,7.5\n')
		folder.put('lines.csv', 'head,pos,qty,price,debit,credit\nH1,1,16,161.88,3.10,10.00\n')
		await folder.run({
			files: { heads: { key: 'no' }, lines: { links: { head: 'heads' } } },
			entities: {
				order_lines: {
					from: 'lines',
					columns: {
						order_line_id: { text: '{head}/{pos}' },
						order_id: 'head',
						kind: { value: 'item' },
						quantity: { negative: 'qty' },
						unit_price: { less: ['credit', 'debit'] },
						amount: { product: ['qty', 'price'], less_percent: 'head.rebate', round: '2' },
						currency: 'head.currency',
						is_closed: { when: { 'head.state': ['done', 'closed'] } },
					},
				},
			},
		})
		expect(
			await folder.all(
				'select order_line_id, kind, quantity, unit_price, amount, currency, is_closed from raw.mapped__order_lines',
			),
		).toEqual([
			{
				order_line_id: 'H1/1',
				kind: 'item',
				quantity: '-16',
				unit_price: '6.90',
				amount: '2395.82',
				currency: 'USD',
				is_closed: 'true',
			},
		])
	})

	test('several files make one entity, one file several, and a child names its parent’s order', async () => {
		folder.put('invoices.csv', 'no\nI1\nI2\nI3\n')
		folder.put('lines.csv', 'no,invoice,order\n1,I1,O1\n2,I1,O1\n3,I2,\n4,I3,O1\n5,I3,O2\n')
		folder.put('old.csv', 'number\nX9\n')
		await folder.run({
			files: { invoices: { key: 'no' } },
			entities: {
				invoices: [
					{ from: 'invoices', columns: { invoice_id: 'no', order_id: { of: 'lines', by: 'invoice', take: 'order' } } },
					{ from: 'old', columns: { invoice_id: { text: 'old-{number}' } } },
				],
				invoice_lines: {
					from: 'lines',
					where: { order: { empty: false } },
					columns: { invoice_line_id: 'no', invoice_id: 'invoice' },
				},
			},
		})
		expect(await folder.all('select invoice_id, order_id from raw.mapped__invoices order by 1')).toEqual([
			{ invoice_id: 'I1', order_id: 'O1' },
			{ invoice_id: 'I2', order_id: null },
			{ invoice_id: 'old-X9', order_id: null },
		])
		expect(await folder.all('select count(*) as rows from raw.mapped__invoice_lines')).toEqual([{ rows: '4' }])
		expect(await folder.quarantined()).toMatchObject([
			{ key: 'I3', reason: expect.stringContaining('several order: O1, O2') },
		])
	})

	test('an invoice of several orders may have none itself', async () => {
		folder.put('invoices.csv', 'no\nI1\nI3\n')
		folder.put('lines.csv', 'no,invoice,order\n1,I1,O1\n4,I3,O1\n5,I3,O2\n')
		const order = { of: 'lines', by: 'invoice', take: 'order', several: 'empty' }
		await folder.run({
			files: { invoices: { key: 'no' } },
			entities: {
				invoices: { from: 'invoices', columns: { invoice_id: 'no', order_id: order } },
				invoice_lines: { from: 'lines', columns: { invoice_line_id: 'no', order_line_id: 'order' } },
			},
		})
		expect(await folder.all('select invoice_id, order_id from raw.mapped__invoices order by 1')).toEqual([
			{ invoice_id: 'I1', order_id: 'O1' },
			{ invoice_id: 'I3', order_id: null },
		])
		expect(await folder.quarantined()).toEqual([])
	})

	test('a posting is shared out to its lines and adds up', async () => {
		folder.put('ledger.csv', 'no,doc,amount\nP1,I1,100.00\nP2,I9,5.00\n')
		folder.put('lines.csv', 'id,invoice,net\na,I1,1\nb,I1,1\nc,I1,1\n')
		await folder.run({
			entities: {
				revenue_entries: {
					from: 'ledger',
					share: { over: 'lines', on: { invoice: 'doc' }, by: 'net', amounts: ['amount'] },
					columns: { revenue_entry_id: { text: '{no}{line.id}' }, invoice_line_id: 'line.id', amount: 'amount' },
				},
			},
		})
		expect(await folder.all('select invoice_line_id, amount from raw.mapped__revenue_entries order by 1')).toEqual([
			{ invoice_line_id: 'a', amount: '33.34' },
			{ invoice_line_id: 'b', amount: '33.33' },
			{ invoice_line_id: 'c', amount: '33.33' },
		])
	})

	test('recognition finds the line whose plan it fits, and its amount in the invoice’s currency ends on the line’s', async () => {
		folder.put(
			'lines.csv',
			'id,invoice,net,base,start,end\nlong,I1,1200.00,1000.00,2026-01-16,2027-01-15\nshort,I1,540.01,450.00,2026-01-16,2026-04-15\n',
		)
		const ledger = ['no,doc,run,day,amount']
		const short = ['75.00', '150.00', '150.00', '75.00']
		const long = ['41.67', '83.33', '83.33', '83.34']
		for (const [month, day] of ['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30'].entries())
			ledger.push(`S${month},I1,R${month},${day},${short[month]}`, `L${month},I1,R${month},${day},${long[month]}`)
		folder.put('ledger.csv', ledger.join('\n'))
		await folder.run({
			entities: {
				revenue_entries: {
					from: 'ledger',
					recognise: {
						over: 'lines',
						on: { invoice: 'doc' },
						batch: ['doc', 'run'],
						amount: 'amount',
						date: 'day',
						schedule: { total: 'base', start: 'start', end: 'end' },
						amounts: { amount: 'net' },
					},
					columns: { revenue_entry_id: 'no', invoice_line_id: 'line.id', base_amount: 'amount' },
				},
			},
		})
		const rows = await folder.all<{ id: string; line: string; amount: string }>(
			'select revenue_entry_id as id, invoice_line_id as line, amount from raw.mapped__revenue_entries order by 1',
		)
		expect(rows.filter(({ id }) => id.startsWith('S')).map(({ line, amount }) => [line, amount])).toEqual([
			['short', '90.00'],
			['short', '180.01'],
			['short', '180.00'],
			['short', '90.00'],
		])
		expect(rows.filter(({ id }) => id.startsWith('L')).every(({ line }) => line === 'long')).toBe(true)
	})

	test('rows that were rounded one by one add up to a total that was rounded once, and a real difference stays', async () => {
		folder.put('deals.csv', 'id,amount\nD1,10.00\nD2,99.00\n')
		folder.put('lines.csv', 'deal,pos,amount\nD1,1,3.34\nD1,2,6.67\nD2,1,90.00\n')
		await folder.run({
			files: { deals: { key: 'id' }, lines: { links: { deal: 'deals' } } },
			entities: {
				opportunity_lines: {
					from: 'lines',
					add_up: { column: 'amount', to: 'deal.amount', per: 'deal' },
					columns: { opportunity_line_id: { text: '{deal}:{pos}' }, amount: 'amount' },
				},
			},
		})
		expect(await folder.all('select amount from raw.mapped__opportunity_lines order by opportunity_line_id')).toEqual([
			{ amount: '3.34' },
			{ amount: '6.66' },
			{ amount: '90.00' },
		])
	})
})

describe('mistakes in a mapping', () => {
	test('a column that the file lacks is named with those it has, before anything is loaded', async () => {
		folder.put('orders.csv', 'id,customer,currency,sum\nA1,Ander,USD,10\n')
		const { orders: run } = await folder.run(orders)
		expect(run).toMatchObject({
			outcome: 'failed',
			error: {
				code: 'files.unknown_column',
				message: 'entities.orders.columns.total_amount: orders.csv has no column "total"',
			},
		})
	})

	test('a file that is not there is named', async () => {
		const { orders: run } = await folder.run(orders)
		expect(run?.error).toMatchObject({
			code: 'files.missing',
			message: expect.stringContaining("orders.csv can't be read (ENOENT)"),
		})
	})

	test('a mistake inside an expression is told where it is, with the forms there are', () => {
		const problem = (amount: unknown) => {
			const entities = { orders: { from: 'x', columns: { order_id: 'id', total_amount: amount } } }
			const issue = filesOptions.safeParse({ folder: '.', entities }).error?.issues[0]
			return `${issue?.path.join('.')}: ${issue?.message}`
		}
		expect(problem({ prodct: ['a'] })).toBe(
			'entities.orders.columns.total_amount: a column, or a section with one of value, map, text, when, first, less, negative, product, share_of, of',
		)
		expect(problem({ product: ['a'], rond: '2' })).toContain(
			'entities.orders.columns.total_amount: Unrecognized key: "rond"',
		)
		expect(problem({ less: ['a', { negative: [] }] })).toContain(
			'entities.orders.columns.total_amount.less.1.negative: a column, or',
		)
	})

	test('the mapping shown in docs/files-source.md is one', () => {
		const page = readFileSync(new URL('../../../docs/files-source.md', import.meta.url), 'utf8')
		const shown = /```yaml\n([\s\S]*?)```/.exec(page)![1]!
		const { value } = parseConfigurationText(shown, 'docs/files-source.md')
		const { options } = (value as { connections: Record<string, { options: unknown }> }).connections['erp']!
		expect(filesOptions.safeParse(options).error).toBeUndefined()
	})

	test('an unknown entity, an unknown canonical column and a record without its id are errors of the configuration', () => {
		const problems = (entities: unknown) =>
			filesOptions.safeParse({ folder: '.', entities }).error?.issues.map(({ path }) => path.join('.'))
		expect(problems({ ordres: { from: 'x', columns: { order_id: 'id' } } })).toEqual(['entities'])
		expect(problems({ orders: { from: 'x', columns: { order_id: 'id', totl: 'x' } } })).toEqual([
			'entities.orders.columns.totl',
		])
		expect(problems({ orders: { from: 'x', columns: { number: 'id' } } })).toEqual(['entities.orders.columns.order_id'])
	})
})
