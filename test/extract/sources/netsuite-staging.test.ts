import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { rawColumns } from '../../../extract/registry.ts'
import { startSandboxes } from '../../../extract/sandbox/sandbox.ts'
import { usualPair } from '../../../extract/sandbox/world/systems.ts'
import type { RecordVersion } from '../../../extract/sandbox/world/world.ts'
import { build } from '../../../models/build.ts'
import { projectFiles } from '../../../models/project-files.ts'
import { writeConfiguration } from '../../../models/raw-tables.ts'
import { openDatabase } from '../../../models/warehouse.ts'
import { monthsSet } from '../months.ts'
import { november, row, transaction } from '../sandbox/records.ts'
import { sandboxConnections } from '../sandboxes.ts'
import { startProject } from '../vendor.ts'
import { buildStaging } from './build-staging.ts'

const place = (nkey: number, zip: string | null, country: string | null, from = november(1)) =>
	row('transactionshippingaddress', String(nkey), { nkey: String(nkey), zip, country }, from)
const document = (number: number, type: string, shippingaddress: string | null, nexus: string | null, from?: number) =>
	transaction(
		number,
		{
			type,
			shippingaddress,
			nexus,
			...(from && { lastmodifieddate: new Date(from).toISOString().replace('.000', '') }),
		},
		from,
	)

test('where orders and invoices are delivered and taxed: their addresses are asked for by those that changed', async () => {
	const later = november(3, '10:00')
	const versions = [
		document(1, 'SalesOrd', '501', '3'),
		document(2, 'CustInvc', '502', '4'),
		document(3, 'CustInvc', null, null),
		document(4, 'SalesOrd', '504', null),
		document(5, 'CustPymt', '505', '3'),
		place(501, '94105', 'US'),
		place(502, '10115', 'de'),
		place(504, null, 'HK'),
		place(505, '1', 'US'),
		place(506, '2', 'US'),
		document(1, 'SalesOrd', '507', '3', later),
		place(507, '80331', 'DE', later),
	]
	const sandboxes = await startSandboxes({ pair: usualPair, versions, now: november(2) })
	const project = await startProject(sandboxConnections(sandboxes).filter(({ kind }) => kind === 'netsuite'))
	const read = async (at: number) => {
		sandboxes.setClock(at)
		project.clock.now = at
		const { streams } = await project.run({ streams: ['transactions', 'shipping_addresses'] })
		return streams.map(({ outcome, landed }) => [outcome, landed])
	}
	expect(await read(november(2))).toEqual([
		['loaded', 5],
		['loaded', 4],
	])
	expect(await read(november(4))).toEqual([
		['loaded', 1],
		['loaded', 1],
	])
	await project.close()
	await sandboxes.close()
	const database = await staged(project.folder, [
		'base_netsuite__transactions',
		'base_netsuite__shipping_addresses',
		'stg_netsuite__document_terms',
	])
	const terms = await database.all(
		'select object, record_id, ship_to, tax_area from staging.stg_netsuite__document_terms order by record_id',
	)
	await database.close()
	expect(terms).toEqual([
		{ object: 'order', record_id: 'erp:1', ship_to: '80331, DE', tax_area: 'nexus 3' },
		{ object: 'invoice', record_id: 'erp:2', ship_to: '10115, DE', tax_area: 'nexus 4' },
		{ object: 'order', record_id: 'erp:4', ship_to: null, tax_area: null },
	])
})

test('quantities and rates are kept per base unit, rates in the subsidiary’s currency: a line has its own unit and price', async () => {
	const line = (
		id: number,
		item: string,
		quantity: string | null,
		units: string | null,
		rate: string,
		foreignamount: string,
		order = '1',
	) =>
		row('transactionline', `${order}:${id}`, {
			transaction: order,
			id: String(id),
			linesequencenumber: String(id),
			uniquekey: String(100 + id),
			item,
			itemtype: 'InvtPart',
			quantity,
			units,
			rate,
			foreignamount,
			mainline: false,
			taxline: false,
			iscogs: false,
			linelastmodifieddate: '2026-11-01T00:00:00Z',
		})
	const unit = (type: string, id: string, unitname: string, conversionrate: string) =>
		row('unitstypeuom', `${type}:${id}`, { unitstype: type, internalid: id, unitname, conversionrate })
	const item = (id: string, unitstype: string | null) =>
		row('item', id, { id, itemid: `I${id}`, unitstype, lastmodifieddate: '2026-11-01T00:00:00Z' })
	const versions = [
		transaction(1, { exchangerate: '1' }),
		transaction(2, { exchangerate: '1.37794' }),
		row('currency', '1', { id: '1', symbol: 'USD', name: 'US Dollar' }),
		item('11', '1'),
		item('12', '2'),
		item('13', null),
		unit('1', '1', 'Each', '1'),
		unit('1', '2', 'Case', '24'),
		unit('2', '3', 'Pounds', '1'),
		unit('2', '4', 'Kilograms', '2.204'),
		line(1, '11', '-48', '2', '4.16666667', '-200'),
		line(2, '11', '-36', '2', '4.16666667', '-150'),
		line(3, '11', '-5', '1', '12.3456', '-61.73'),
		line(4, '12', '-11.02', '4', '1', '-11.02'),
		line(5, '13', '-7', null, '3', '-20'),
		line(6, '13', null, null, '9.5', '-9.5'),
		line(7, '11', '-100', '1', '20.6553', '-1499', '2'),
		line(8, '11', '-24', '2', '4.1338', '-72', '2'),
		line(9, '11', '-50', '1', '0.0169', '-0.62', '2'),
		line(10, '11', '-10', '1', '13.7794', '-95', '2'),
		line(11, '13', null, null, '13.7794', '-10', '2'),
	]
	const lines = await orderLines(
		versions,
		'cast(quantity as varchar) as quantity, unit, cast(unit_price as varchar) as unit_price',
	)
	expect(lines.map((one) => Object.values(one))).toEqual([
		['2.000000', 'Case', '100.00000000'],
		['1.500000', 'Case', '100.00000000'],
		['5.000000', 'Each', '12.34560000'],
		['5.000000', 'Kilograms', '2.20400000'],
		['7.000000', null, '3.00000000'],
		[null, null, '9.50000000'],
		['100.000000', 'Each', '14.99000000'],
		['1.000000', 'Case', '72.00000000'],
		['50.000000', 'Each', '0.01230000'],
		['10.000000', 'Each', '9.50000000'],
		[null, null, '10.00000000'],
	])
})

test('the lines that begin and end an item group charge nothing: its members are lines, of the deal line that the group names', async () => {
	const line = (id: number, sequence: number, itemtype: string, amount: string | null, named: string | null = null) =>
		row('transactionline', `1:${id}`, {
			transaction: '1',
			id: String(id),
			linesequencenumber: String(sequence),
			item: itemtype === 'EndGroup' ? '0' : String(10 + id),
			itemtype,
			quantity: amount && itemtype !== 'Discount' ? '-1' : null,
			foreignamount: amount,
			mainline: false,
			taxline: false,
			iscogs: false,
			custcol_crm_line: named,
			linelastmodifieddate: '2026-11-01T00:00:00Z',
		})
	const versions = [
		transaction(1, { exchangerate: '1' }),
		row('currency', '1', { id: '1', symbol: 'USD', name: 'US Dollar' }),
		line(1, 1, 'InvtPart', '-40'),
		line(7, 2, 'Group', '0', 'L1'),
		line(2, 3, 'InvtPart', '-100'),
		line(3, 4, 'Discount', '10'),
		line(4, 5, 'Service', '-50', 'L2'),
		line(8, 6, 'EndGroup', '-140'),
		line(5, 7, 'Discount', '5'),
		line(6, 8, 'InvtPart', '-30'),
	]
	const lines = await orderLines(
		versions,
		'source_id, kind, crm_reference, cast(amount as varchar) as amount, applies_to_line_id',
	)
	expect(lines.map((one) => Object.values(one))).toEqual([
		['1:1', 'item', null, '40.0000', null],
		['1:2', 'item', 'L1', '100.0000', null],
		['1:3', 'discount', null, '-10.0000', 'erp:1:2'],
		['1:4', 'item', 'L2', '50.0000', null],
		['1:5', 'discount', null, '-5.0000', null],
		['1:6', 'item', null, '30.0000', null],
	])
})

test('a discount reduces the line above it, not one that is gone and had its number', async () => {
	const line = (id: number, sequence: number, itemtype: string, amount: string) =>
		row('transactionline', `1:${id}`, {
			transaction: '1',
			id: String(id),
			linesequencenumber: String(sequence),
			item: String(10 + id),
			itemtype,
			quantity: itemtype === 'Discount' ? null : '-1',
			foreignamount: amount,
			mainline: false,
			taxline: false,
			iscogs: false,
			linelastmodifieddate: '2026-11-01T00:00:00Z',
		})
	const gone = line(1, 1, 'InvtPart', '-40')
	const versions = [
		transaction(1, { exchangerate: '1' }),
		row('currency', '1', { id: '1', symbol: 'USD', name: 'US Dollar' }),
		gone,
		{ ...gone, from: november(3), values: null },
		line(2, 1, 'InvtPart', '-100'),
		line(3, 2, 'Discount', '10'),
	]
	const lines = await orderLines(versions, 'source_id, applies_to_line_id, is_deleted', november(5))
	expect(lines.map((one) => Object.values(one)).toSorted()).toEqual([
		['1:1', null, true],
		['1:2', null, false],
		['1:3', 'erp:1:2', false],
	])
})

test('a cash sale is an invoice that is paid, a cash refund a credit memo; what else is posted to income accounts is a journal', async () => {
	const document = (id: number, type: string, values: Record<string, string | boolean | null> = {}) =>
		transaction(id, {
			type,
			tranid: `${type}${id}`,
			status: 'A',
			posting: true,
			voided: false,
			exchangerate: '1',
			entity: '7',
			trandate: '2026-10-15',
			postingperiod: '10',
			...values,
		})
	const line = (
		of: number,
		id: number,
		foreignamount: string | null,
		values: Record<string, string | boolean | null> = {},
	) =>
		row('transactionline', `${of}:${id}`, {
			transaction: String(of),
			id: String(id),
			linesequencenumber: String(id),
			foreignamount,
			mainline: id === 0,
			taxline: false,
			iscogs: false,
			subsidiary: '1',
			entity: '7',
			linelastmodifieddate: '2026-11-01T00:00:00Z',
			...values,
		})
	const item = { item: '11', itemtype: 'NonInvtPart' }
	const posting = (
		of: number,
		id: number,
		account: string,
		amount: string,
		values: Record<string, string | boolean | null> = {},
	) =>
		row('transactionaccountingline', `${of}:${id}:1`, {
			transaction: String(of),
			transactionline: String(id),
			accountingbook: '1',
			account,
			...(amount.startsWith('-') ? { credit: amount.slice(1), debit: null } : { debit: amount, credit: null }),
			posting: true,
			lastmodifieddate: '2026-11-01T00:00:00Z',
			...values,
		})
	const link = (invoice: number, by: number, amount: string) =>
		row('nexttransactionlinelink', `${invoice}:0:${by}:0:Payment`, {
			previousdoc: String(invoice),
			previousline: '0',
			nextdoc: String(by),
			nextline: '0',
			linktype: 'Payment',
			foreignamount: amount,
			lastmodifieddate: '2026-11-01T00:00:00Z',
		})
	const versions = [
		row('currency', '1', { id: '1', symbol: 'USD', name: 'US Dollar' }),
		row('currency', '2', { id: '2', symbol: 'EUR', name: 'Euro' }),
		row('subsidiary', '1', { id: '1', name: 'US', currency: '1' }),
		row('customer', '7', { id: '7', entityid: 'C7', lastmodifieddate: '2026-11-01T00:00:00Z' }),
		row('accountingperiod', '10', {
			id: '10',
			startdate: '2026-10-01',
			enddate: '2026-10-31',
			isyear: false,
			isquarter: false,
		}),
		row('account', '40', { id: '40', acctnumber: '4000', accttype: 'Income' }),
		row('account', '80', { id: '80', acctnumber: '8000', accttype: 'OthIncome' }),
		row('account', '12', { id: '12', acctnumber: '1200', accttype: 'AcctRec' }),
		// A cash sale of an order, with words and a payment that was received beside its item.
		document(1, 'SalesOrd', { posting: false, status: 'G' }),
		document(2, 'CashSale', { status: 'C', foreigntotal: '109.00', foreigntaxtotal: '9.00' }),
		line(2, 0, '109', { createdfrom: '1' }),
		line(2, 1, '-100', { ...item, quantity: '-1', rate: '100' }),
		line(2, 2, null, { item: '12', itemtype: 'Description' }),
		line(2, 3, '-9', { itemtype: 'TaxItem', taxline: true }),
		posting(2, 0, '12', '109'),
		posting(2, 1, '40', '-100'),
		// Its refund, of half of it.
		document(3, 'CashRfnd', { foreigntotal: '-54.50', foreigntaxtotal: '-4.50' }),
		line(3, 0, '-54.5', { createdfrom: '2' }),
		line(3, 1, '50', item),
		posting(3, 0, '12', '-54.5'),
		posting(3, 1, '40', '50'),
		// A statement charge, open.
		document(4, 'CustChrg', { foreigntotal: '30.00', foreignamountunpaid: '30.00' }),
		line(4, 0, '30'),
		line(4, 1, '-30', item),
		posting(4, 0, '12', '30'),
		posting(4, 1, '40', '-30'),
		// A journal all of whose lines are main lines, income first; it names a vendor. In euros.
		document(5, 'Journal', { status: 'B', currency: '2', exchangerate: '1.1', entity: null, foreigntotal: '20.00' }),
		line(5, 0, '-20', { mainline: true, entity: '99' }),
		line(5, 1, '20', { mainline: true, entity: '99' }),
		posting(5, 0, '40', '-22'),
		posting(5, 1, '12', '22'),
		// Interest that the bank paid, coded to other income; no amount in the transaction's currency.
		document(6, 'Deposit', { status: 'B', entity: null, foreigntotal: '1.25' }),
		line(6, 0, '1.25', { entity: null }),
		line(6, 1, null, { entity: null }),
		posting(6, 1, '80', '-1.25'),
		// Rates moved: nothing in euros, a gain in the books.
		document(18, 'FxReval', { status: null, currency: '2', entity: null }),
		line(18, 0, '0', { entity: null }),
		posting(18, 0, '80', '-3.5'),
		// A credit memo of a return authorization of the order's only invoice; one that is not used up.
		document(7, 'RtnAuth', { posting: false }),
		line(7, 0, '-10', { createdfrom: '1' }),
		document(8, 'CustInvc', { foreigntotal: '10.00', foreignamountunpaid: '4.00' }),
		line(8, 0, '10', { createdfrom: '99' }),
		document(9, 'CustCred', { foreigntotal: '-10.00', foreignamountunpaid: '0', foreignpaymentamountunused: '4.00' }),
		line(9, 0, '-10', { createdfrom: '7' }),
		// A check that was voided by a journal: both stay in the books.
		document(10, 'Check', { voided: true, entity: '99' }),
		line(10, 0, '-5'),
		line(10, 1, '5', { entity: '99' }),
		posting(10, 1, '40', '5'),
		document(11, 'Journal', { entity: null }),
		line(11, 0, '-5', { entity: null }),
		posting(11, 0, '40', '-5'),
		// An invoice that was voided without one has zeros; one that waits for approval posts nothing.
		document(12, 'CustInvc', { voided: true, status: 'V', foreigntotal: '0.00' }),
		line(12, 0, '0'),
		line(12, 1, '0', item),
		posting(12, 1, '40', '-0'),
		document(13, 'CustInvc', { posting: false, status: 'D', foreigntotal: '70.00' }),
		line(13, 1, '-70', item),
		posting(13, 1, '40', '-70', { posting: false }),
		// A second accounting book, a closing entry of the year, and a deposit of a customer that is applied to an invoice.
		row('transactionaccountingline', '2:1:2', {
			transaction: '2',
			transactionline: '1',
			accountingbook: '2',
			account: '40',
			credit: '90',
			posting: true,
			lastmodifieddate: '2026-11-01T00:00:00Z',
		}),
		document(14, 'PEJrnl', { entity: null }),
		line(14, 0, '75', { entity: null }),
		posting(14, 0, '40', '75'),
		document(15, 'CustDep', { foreigntotal: '100.00', foreignpaymentamountunused: '94.00' }),
		line(15, 0, '100'),
		document(16, 'DepAppl', { foreigntotal: '6.00' }),
		line(16, 0, '6', { createdfrom: '15' }),
		link(8, 16, '6'),
		// One whose header names no deposit: money all the same.
		document(20, 'DepAppl', { foreigntotal: '1.00' }),
		line(20, 0, '1'),
		link(8, 20, '1'),
		// What a vendor let go for being paid early, on an account of income; and what is nothing to revenue.
		document(19, 'VendPymt', { entity: '99' }),
		line(19, 0, '-49.25', { entity: '99' }),
		line(19, 1, '-0.75', { entity: '99' }),
		posting(19, 1, '80', '-0.75'),
		document(17, 'ItemShip'),
	]
	const sandboxes = await startSandboxes({ pair: usualPair, versions, now: november(2) })
	const project = await startProject(sandboxConnections(sandboxes).filter(({ kind }) => kind === 'netsuite'))
	project.clock.now = november(2)
	const read = await project.run({})
	await project.close()
	await sandboxes.close()
	const landed = Object.fromEntries(read.streams.map(({ stream, landed }) => [stream, landed]))
	expect([landed.transactions, landed.revenue_totals]).toEqual([18, 2])
	const database = await stagedAll(project.folder)
	const rows = async (statement: string) => (await database.all(statement)).map((one) => Object.values(one).join(' | '))
	expect(
		await rows(
			`select number, order_id, status, is_posted, is_voided, cast(total_amount - tax_amount as varchar), cast(open_amount as varchar)
			from staging.stg_netsuite__invoices order by length(source_id), source_id`,
		),
	).toEqual([
		'CashSale2 | erp:1 | paid in full | true | false | 100.0000 | 0.0000',
		'CustChrg4 |  | open | true | false | 30.0000 | 30.0000',
		'CustInvc8 |  | open | true | false | 10.0000 | 4.0000',
		'CustInvc12 |  | voided | true | true | 0.0000 | 0.0000',
		'CustInvc13 |  | pending approval | false | false | 70.0000 | 0.0000',
	])
	expect(
		await rows(
			`select source_id, cast(amount as varchar) from staging.stg_netsuite__invoice_lines where invoice_id = 'erp:2'`,
		),
	).toEqual(['2:1 | 100.0000'])
	expect(
		await rows(
			'select number, invoice_id, status, cast(total_amount as varchar), cast(open_amount as varchar) from staging.stg_netsuite__credit_notes order by 1',
		),
	).toEqual(['CashRfnd3 | erp:2 | refunded | 54.5000 | 0.0000', 'CustCred9 | erp:2 | open | 10.0000 | 4.0000'])
	expect(
		await rows(
			`select source_id, kind, document_number, coalesce(invoice_line_id, credit_note_line_id), customer_id, account, period_id, cast(amount as varchar),
			currency, cast(base_amount as varchar), base_currency from staging.stg_netsuite__revenue_entries where not is_deleted order by length(source_id), source_id`,
		),
	).toEqual([
		'2:1:1 | invoice | CashSale2 | erp:2:1 | erp:7 | 4000 | 2026-10 | 100.0000 | USD | 100.0000 | USD',
		'3:1:1 | credit_note | CashRfnd3 | erp:3:1 | erp:7 | 4000 | 2026-10 | -50.0000 | USD | -50.0000 | USD',
		'4:1:1 | invoice | CustChrg4 | erp:4:1 | erp:7 | 4000 | 2026-10 | 30.0000 | USD | 30.0000 | USD',
		'5:0:1 | journal | Journal5 |  |  | 4000 | 2026-10 | 20.0000 | EUR | 22.0000 | USD',
		'6:1:1 | journal | Deposit6 |  |  | 8000 | 2026-10 | 1.2500 | USD | 1.2500 | USD',
		'10:1:1 | journal | Check10 |  |  | 4000 | 2026-10 | -5.0000 | USD | -5.0000 | USD',
		'11:0:1 | journal | Journal11 |  |  | 4000 | 2026-10 | 5.0000 | USD | 5.0000 | USD',
		'18:0:1 | journal | FxReval18 |  |  | 8000 | 2026-10 | 3.5000 | USD | 3.5000 | USD',
		'19:1:1 | journal | VendPymt19 |  |  | 8000 | 2026-10 | 0.7500 | USD | 0.7500 | USD',
	])
	expect(
		await rows(
			`select account, period_id, cast(amount as varchar) from staging.stg_netsuite__reported_totals where measure = 'revenue' order by 1`,
		),
	).toEqual(
		await rows(
			`select account, period_id, cast(sum(base_amount) as varchar) from staging.stg_netsuite__revenue_entries where not is_deleted group by account, period_id order by 1`,
		),
	)
	expect(
		await rows(
			'select number, cast(amount as varchar), cast(unapplied_amount as varchar) from staging.stg_netsuite__payments order by 1',
		),
	).toEqual(['CashRfnd3 | -54.5000 | 0.0000', 'CashSale2 | 109.0000 | 0.0000', 'CustDep15 | 100.0000 | 94.0000'])
	expect(
		await rows(
			'select invoice_id, payment_id, credit_note_id, cast(amount as varchar) from staging.stg_netsuite__payment_applications order by 1, 2',
		),
	).toEqual(['erp:2 | erp:2 |  | 109.0000', 'erp:8 | erp:15 |  | 6.0000', 'erp:8 | erp:20 |  | 1.0000'])
	await database.close()
})

test('what is voided counts nothing, though its lines are not stamped anew; what a journal voided stays, as in NetSuite’s own sums', async () => {
	const document = (id: number, type: string, foreigntotal: string, values = {}, from?: number) =>
		transaction(
			id,
			{
				type,
				tranid: `${type}${id}`,
				status: 'A',
				posting: true,
				voided: false,
				exchangerate: '1',
				entity: '7',
				trandate: '2026-10-15',
				postingperiod: '10',
				foreigntotal,
				...values,
			},
			from,
		)
	const voided = (id: number, type: string, foreigntotal: string) =>
		document(
			id,
			type,
			foreigntotal,
			{ voided: true, ...(type === 'CustInvc' && { status: 'V' }), lastmodifieddate: '2026-11-05T00:00:00Z' },
			november(5),
		)
	/** Income of a document: its line and its posting. Neither has a stamp of its own later than the first one. */
	const income = (of: number, credit: number, from?: number) => [
		row(
			'transactionline',
			`${of}:1`,
			{
				transaction: String(of),
				id: '1',
				linesequencenumber: '1',
				foreignamount: String(-credit),
				item: '11',
				itemtype: 'NonInvtPart',
				mainline: false,
				taxline: false,
				iscogs: false,
				subsidiary: '1',
				entity: '7',
				linelastmodifieddate: '2026-11-01T00:00:00Z',
			},
			from,
		),
		row(
			'transactionaccountingline',
			`${of}:1:1`,
			{
				transaction: String(of),
				transactionline: '1',
				accountingbook: '1',
				account: '40',
				...(credit < 0 ? { credit: null, debit: String(-credit) } : { credit: String(credit), debit: null }),
				posting: true,
				lastmodifieddate: '2026-11-01T00:00:00Z',
			},
			from,
		),
	]
	const later = november(6)
	const versions = [
		row('currency', '1', { id: '1', symbol: 'USD', name: 'US Dollar' }),
		row('subsidiary', '1', { id: '1', name: 'US', currency: '1' }),
		row('customer', '7', { id: '7', entityid: 'C7', lastmodifieddate: '2026-11-01T00:00:00Z' }),
		row('accountingperiod', '10', {
			id: '10',
			startdate: '2026-10-01',
			enddate: '2026-10-31',
			isyear: false,
			isquarter: false,
		}),
		row('account', '40', { id: '40', acctnumber: '4000', accttype: 'Income' }),
		// Voided without a journal: the total and all lines are zero from then on.
		...[
			{ id: 1, type: 'CustInvc', total: '100.00', credit: 100 },
			{ id: 2, type: 'CustCred', total: '-30.00', credit: -30 },
			{ id: 3, type: 'CashSale', total: '7.00', credit: 7 },
			{ id: 4, type: 'CustRfnd', total: '2.00', credit: -2 },
		].flatMap(({ id, type, total, credit }) => [
			document(id, type, total),
			...income(id, credit),
			voided(id, type, '0.00'),
			...income(id, 0, november(5)),
		]),
		document(5, 'CustInvc', '50.00'),
		...income(5, 50),
		// Voided by a journal, which stands in another period or in the same: both documents keep their amounts.
		document(6, 'Check', '4.00'),
		...income(6, -4),
		voided(6, 'Check', '4.00'),
		document(7, 'Journal', '4.00', { lastmodifieddate: '2026-11-05T00:00:00Z' }, november(5)),
		...income(7, 4, november(5)).map((one) => ({
			...one,
			values: {
				...one.values,
				...(one.object === 'transactionline'
					? { linelastmodifieddate: '2026-11-05T00:00:00Z' }
					: { lastmodifieddate: '2026-11-05T00:00:00Z' }),
			},
		})),
		document(8, 'CustRfnd', '3.00'),
		...income(8, -3),
		voided(8, 'CustRfnd', '3.00'),
		// Two payments of the invoice that stays, one of them voided.
		...[9, 10].flatMap((id) => [
			document(id, 'CustPymt', '20.00'),
			row('nexttransactionlinelink', `5:0:${id}:0:Payment`, {
				previousdoc: '5',
				previousline: '0',
				nextdoc: String(id),
				nextline: '0',
				linktype: 'Payment',
				foreignamount: '20',
				lastmodifieddate: '2026-11-01T00:00:00Z',
			}),
		]),
		voided(10, 'CustPymt', '0.00'),
	]
	const sandboxes = await startSandboxes({ pair: usualPair, versions, now: november(2) })
	const project = await startProject(sandboxConnections(sandboxes).filter(({ kind }) => kind === 'netsuite'))
	project.clock.now = november(2)
	await project.run({})
	sandboxes.setClock(later)
	project.clock.now = later
	const { streams } = await project.run({})
	await project.close()
	await sandboxes.close()
	// The headers and the new journal come, the lines of what was voided do not.
	const landed = Object.fromEntries(streams.map(({ stream, landed }) => [stream, landed]))
	expect([landed.transactions, landed.transaction_lines, landed.transaction_accounting_lines]).toEqual([8, 1, 1])
	const database = await stagedAll(project.folder)
	const rows = async (statement: string) => (await database.all(statement)).map((one) => Object.values(one).join(' | '))
	expect(
		await rows(
			`select document_number, kind, cast(amount as varchar), cast(base_amount as varchar)
			from staging.stg_netsuite__revenue_entries where not is_deleted order by length(source_id), source_id`,
		),
	).toEqual([
		'CustInvc5 | invoice | 50.0000 | 50.0000',
		'Check6 | journal | -4.0000 | -4.0000',
		'Journal7 | journal | 4.0000 | 4.0000',
		'CustRfnd8 | journal | -3.0000 | -3.0000',
	])
	expect(
		await rows(
			`select cast(sum(base_amount) as varchar) from staging.stg_netsuite__revenue_entries where not is_deleted`,
		),
	).toEqual(
		await rows(`select cast(amount as varchar) from staging.stg_netsuite__reported_totals where measure = 'revenue'`),
	)
	expect(
		await rows(
			'select number, is_voided, cast(total_amount as varchar) from staging.stg_netsuite__invoices order by 1',
		),
	).toEqual(['CashSale3 | true | 0.0000', 'CustInvc1 | true | 0.0000', 'CustInvc5 | false | 50.0000'])
	expect(
		await rows('select payment_id, is_deleted from staging.stg_netsuite__payment_applications order by payment_id'),
	).toEqual(['erp:10 | true', 'erp:9 | false'])
	await database.close()
})

test('lines add up to what a document bills, whatever their item types; a payment item is money received, and its document bills all of it', async () => {
	const document = (id: number, type: string, foreigntotal: string, foreigntaxtotal: string, unpaid: string) =>
		transaction(id, {
			type,
			tranid: `${type}${id}`,
			status: 'A',
			posting: true,
			voided: false,
			exchangerate: '1',
			entity: '7',
			trandate: '2026-10-15',
			postingperiod: '10',
			foreigntotal,
			foreigntaxtotal,
			foreignamountunpaid: unpaid,
		})
	const lines = (of: number, list: [itemtype: string | null, foreignamount: string | null, taxline?: boolean][]) =>
		list.map(([itemtype, foreignamount, taxline = false], id) =>
			row('transactionline', `${of}:${id}`, {
				transaction: String(of),
				id: String(id),
				linesequencenumber: String(id),
				item: itemtype && '11',
				itemtype,
				foreignamount,
				mainline: itemtype === null,
				taxline,
				iscogs: false,
				subsidiary: '1',
				entity: '7',
				linelastmodifieddate: '2026-11-01T00:00:00Z',
			}),
		)
	const versions = [
		row('currency', '1', { id: '1', symbol: 'USD', name: 'US Dollar' }),
		// 90 of items, 10 % off, a markup, freight, a subtotal and words; tax. Of 105.60 in all 20 were received at once, so 85.60 are its total.
		document(1, 'CustInvc', '85.60', '9.60', '85.60'),
		...lines(1, [
			[null, '85.60'],
			['Group', '0'],
			['InvtPart', '-60'],
			['Service', '-30'],
			['EndGroup', '-90'],
			['Subtotal', '-90'],
			['Discount', '9'],
			['Markup', '-5'],
			['ShipItem', '-10'],
			['Description', null],
			['TaxItem', '-9.60', true],
			['Payment', '15'],
			['Payment', '5'],
		]),
		document(2, 'CustCred', '-8.00', '0', '0'),
		...lines(2, [
			[null, '-8.00'],
			['NonInvtPart', '10'],
			['Payment', '-2'],
		]),
		document(3, 'CashSale', '40.00', '0', '0'),
		...lines(3, [
			[null, '40.00'],
			['NonInvtPart', '-50'],
			['Payment', '10'],
		]),
	]
	const sandboxes = await startSandboxes({ pair: usualPair, versions, now: november(2) })
	const project = await startProject(sandboxConnections(sandboxes).filter(({ kind }) => kind === 'netsuite'))
	project.clock.now = november(2)
	await project.run({})
	await project.close()
	await sandboxes.close()
	const database = await stagedAll(project.folder)
	const rows = async (statement: string) => (await database.all(statement)).map((one) => Object.values(one).join(' | '))
	expect(
		await rows(`
			select invoices.number, cast(total_amount - tax_amount as varchar), cast(sum(lines.amount) as varchar), cast(open_amount as varchar)
			from staging.stg_netsuite__invoices as invoices
			inner join staging.stg_netsuite__invoice_lines as lines on invoices.invoice_id = lines.invoice_id
			group by all order by 1`),
	).toEqual(['CashSale3 | 50.0000 | 50.0000 | 0.0000', 'CustInvc1 | 96.0000 | 96.0000 | 85.6000'])
	expect(
		await rows(`
			select number, cast(total_amount as varchar), cast(sum(lines.amount) as varchar)
			from staging.stg_netsuite__credit_notes as notes
			inner join staging.stg_netsuite__credit_note_lines as lines on notes.credit_note_id = lines.credit_note_id
			group by all`),
	).toEqual(['CustCred2 | 10.0000 | 10.0000'])
	expect(
		await rows('select payment_id, cast(amount as varchar) from staging.stg_netsuite__payments order by 1'),
	).toEqual(['erp:1:received | 20.0000', 'erp:3 | 50.0000'])
	expect(
		await rows(
			'select invoice_id, payment_id, cast(amount as varchar) from staging.stg_netsuite__payment_applications order by 1',
		),
	).toEqual(['erp:1 | erp:1:received | 20.0000', 'erp:3 | erp:3 | 50.0000'])
	await database.close()
})

test('without Multiple Currencies the ledger says what is open: unpaid of an invoice, unused of a credit memo, whichever is not 0', async () => {
	const database = await openDatabase(':memory:')
	await database.run(`create schema staging;
		create table staging.base_netsuite__editions as select 'erp' as connection, 'USD' as currency;
		create table staging.base_netsuite__transaction_lines as
			select 'erp' as _connection, of as transaction, '0' as id, 'T' as mainline, 'F' as taxline, cast(null as varchar) as netamount, false as _deleted
			from (values ('1'), ('2'), ('3'), ('4')) as documents (of);
		create table staging.base_netsuite__transaction_accounting_lines as
			select 'erp' as _connection, of as transaction, '0' as transactionline, '1' as accountingbook, '50' as amount, false as _deleted
			from (values ('1'), ('2'), ('3'), ('4')) as documents (of);
		create table staging.base_netsuite__open_amounts as
			select 'erp' as _connection, of as transaction, '0' as transactionline, unpaid as amountunpaid, unused as paymentamountunused, false as _deleted
			from (values ('1', '7', '0'), ('2', '0', '9'), ('3', null, '5')) as documents (of, unpaid, unused)`)
	const model = readFileSync('models/staging/netsuite/base_netsuite__ledger_amounts.sql', 'utf8')
	const amounts = await database.all(
		`select document_id, cast(open_amount as varchar) as open from (${model}) as amounts order by document_id`,
	)
	await database.close()
	expect(amounts).toEqual([
		{ document_id: 'erp:1', open: '7.0000' },
		{ document_id: 'erp:2', open: '9.0000' },
		{ document_id: 'erp:3', open: '5.0000' },
		{ document_id: 'erp:4', open: null },
	])
})

test('what a revenue element recognises is of the invoice that stands, not of a void one with the same element', async () => {
	const database = await openDatabase(':memory:')
	await database.run(`create schema staging;
		create table staging.base_netsuite__documents as
			select * from (values ('erp:1', true), ('erp:2', false), ('erp:3', true)) as documents (document_id, is_voided);
		alter table staging.base_netsuite__documents add column is_deleted boolean default false;
		create table staging.base_netsuite__document_lines as
			select 'erp' as _connection, 'invoice' as document, false as is_deleted, 'x' as source_id, 'EUR' as currency, lines.*
			from (values ('erp:1', 'erp:1:1', '50', 0.0000), ('erp:2', 'erp:2:1', '50', -80.0000), ('erp:3', 'erp:3:1', '51', -7.0000))
				as lines (document_id, line_id, revenue_element, amount);
		create table staging.base_netsuite__income_lines as
			select 'erp' as _connection, 'other' as document, true as is_posted, false as is_deleted, 'USD' as currency, '2026-10' as period_id,
				date '2026-10-31' as posting_date, lines.*
			from (values ('erp:9:1', '50', 44.0000), ('erp:9:2', '51', 5.0000)) as lines (line_id, revenue_element, base_amount);
		create table staging.base_netsuite__revenue_plans as
			select 'erp' as _connection, plans.*, 'ACTUAL' as revenueplantype, false as _deleted
			from (values ('50', '88'), ('51', '5')) as plans (createdfrom, amount);
		create table staging.stg_tieout__currencies as select 'EUR' as currency, 2 as minor_digits`)
	const own = (name: string) => readFileSync(`models/staging/netsuite/${name}.sql`, 'utf8')
	await database.run(
		`create table staging.base_netsuite__recognised_lines as ${own('base_netsuite__recognised_lines')}`,
	)
	const model = own('base_netsuite__recognitions')
	const recognised = await database.all(
		`select line_id, invoice_line_id, cast(amount as varchar) as amount, currency from (${model}) as lines order by line_id`,
	)
	await database.close()
	expect(recognised).toEqual([
		{ line_id: 'erp:9:1', invoice_line_id: 'erp:2:1', amount: '40.0000', currency: 'EUR' },
		{ line_id: 'erp:9:2', invoice_line_id: 'erp:3:1', amount: '7.0000', currency: 'EUR' },
	])
})

/** Columns of the order lines that staging makes of what NetSuite has, in their order; read once more at a `later` moment. */
async function orderLines(versions: RecordVersion[], columns: string, later?: number) {
	const sandboxes = await startSandboxes({ pair: usualPair, versions, now: november(2) })
	const project = await startProject(sandboxConnections(sandboxes).filter(({ kind }) => kind === 'netsuite'))
	project.clock.now = november(2)
	const streams = ['transactions', 'transaction_lines', 'items', 'units', 'currencies', 'accounting_periods']
	await project.run({ streams })
	if (later !== undefined) {
		sandboxes.setClock(later)
		project.clock.now = later
		await project.run({ streams })
	}
	await project.close()
	await sandboxes.close()
	const database = await staged(project.folder, [
		'base_netsuite__transactions',
		'base_netsuite__transaction_lines',
		'base_netsuite__currencies',
		'base_netsuite__accounting_periods',
		'../tieout/stg_tieout__periods',
		'../tieout/stg_tieout__currencies',
		'base_netsuite__posting_periods',
		'base_netsuite__transaction_accounting_lines',
		'../tieout/stg_tieout__connections',
		'base_netsuite__editions',
		'base_netsuite__open_amounts',
		'base_netsuite__ledger_amounts',
		'base_netsuite__documents',
		'base_netsuite__items',
		'base_netsuite__units',
		'base_netsuite__line_relations',
		'base_netsuite__document_lines',
		'stg_netsuite__order_lines',
	])
	try {
		return await database.all(`select ${columns} from staging.stg_netsuite__order_lines order by line_number`)
	} finally {
		await database.close()
	}
}

/** All of NetSuite's staging models, built from what a project has read. */
async function stagedAll(project: string) {
	const folder = mkdtempSync(path.join(tmpdir(), 'netsuite-staging-'))
	const files = projectFiles(folder)
	mkdirSync(path.dirname(files.warehouse), { recursive: true })
	renameSync(path.join(project, 'warehouse.duckdb'), files.warehouse)
	const warehouse = await openDatabase(files.warehouse)
	await writeConfiguration(warehouse, [monthsSet('2026-10', '2026-11')])
	await warehouse.close()
	return openDatabase(await buildStaging(folder, 'netsuite'), { readOnly: true })
}

/** The staging models of these names, built from what a project has read. */
async function staged(project: string, names: string[]) {
	const folder = mkdtempSync(path.join(tmpdir(), 'netsuite-staging-'))
	const files = projectFiles(folder)
	mkdirSync(path.dirname(files.warehouse), { recursive: true })
	renameSync(path.join(project, 'warehouse.duckdb'), files.warehouse)
	const warehouse = await openDatabase(files.warehouse)
	await writeConfiguration(warehouse, [monthsSet('2026-10', '2026-11')])
	await warehouse.close()
	const models = path.join(folder, 'models', 'staging', 'netsuite')
	mkdirSync(models, { recursive: true })
	for (const name of names)
		cpSync(
			path.join(import.meta.dirname, '../../../models/staging/netsuite', `${name}.sql`),
			path.join(models, `${path.basename(name)}.sql`),
		)
	const built = await build({
		project: folder,
		modelFolders: [path.join(folder, 'models')],
		kinds: ['netsuite'],
		rawColumns: rawColumns(),
	})
	return openDatabase(built.file, { readOnly: true })
}
