import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RecordVersion } from '../../../extract/sandbox/world/world.ts'
import {
	type Body,
	billedItem,
	billing,
	companyCode,
	entry,
	list,
	ms,
	price,
	receivable,
	record,
	stagingOfSap,
} from './sap-company-code.ts'

const orderItem = (item: string, more: Body) => ({
	SalesOrderItem: item,
	Product: 'GA-1',
	RequestedQuantity: '2',
	RequestedQuantitySAPUnit: 'PC',
	NetAmount: '95.00',
	TaxAmount: '18.05',
	TransactionCurrency: 'EUR',
	SalesDocumentRjcnReason: '',
	YY1_CRMLine_SDI: '00k5g000000001',
	_ItemPricingElement: [
		{ ...price('4.00'), PricingProcedureStep: '900', ConditionType: 'VPRS' },
		price('5000.00', '100'),
	],
	...more,
})

function order(number: string, statuses: Body, items: Body[]): RecordVersion {
	return record(
		'SalesOrder',
		number,
		{ SalesOrder: number, CreationDate: '2026-10-02', SalesOrderDate: '2026-10-02', OverallSDProcessStatus: 'C' },
		{
			SalesOrganization: '1010',
			SoldToParty: '10041000',
			CreationTime: '08:15:00',
			TotalNetAmount: '95.00',
			TransactionCurrency: 'EUR',
			OverallOrdReltdBillgStatus: 'A',
			OverallSDDocumentRejectionSts: 'A',
			SalesDocApprovalStatus: 'B',
			YY1_CRMOpportunity_SDH: '0065g000000001',
			YY1_SalesChannel_SDH: 'Direct',
			_Item: items,
			...statuses,
		},
	)
}

/** A German company code with one of everything that staging has to understand. */
const versions = [
	...companyCode,
	record('YY1_TIEOUT_UNITS', 'PC', { UnitOfMeasure: 'PC', Language: 'EN' }, { UnitOfMeasureLongName: 'Piece' }),
	record(
		'A_Product',
		'GA-1',
		{ Product: 'GA-1', CreationDate: '2026-10-01' },
		{
			ProductGroup: 'Gauges',
			BaseUnit: 'PC',
			IsMarkedForDeletion: false,
			CreationDate: ms('2026-10-01'),
			to_Description: list(
				{ Language: 'DE', ProductDescription: 'Messgerät' },
				{ Language: 'EN', ProductDescription: 'Gauge' },
			),
			to_ProductUnitsOfMeasure: list(
				{ AlternativeUnit: 'PC', QuantityNumerator: '1', QuantityDenominator: '1', BaseUnit: 'PC' },
				{ AlternativeUnit: 'G3', QuantityNumerator: '5', QuantityDenominator: '3', BaseUnit: 'PC' },
			),
		},
	),
	record(
		'A_Product',
		'FREIGHT',
		{ Product: 'FREIGHT', CreationDate: '2026-10-01' },
		{ BaseUnit: 'PC', CreationDate: ms('2026-10-01'), to_Description: list(), to_ProductUnitsOfMeasure: list() },
	),
	record(
		'YY1_TIEOUT_EXCHANGERATES',
		'a',
		{ ExchangeRateType: 'M', SourceCurrency: 'JPY', TargetCurrency: 'EUR', ValidityStartDate: '2026-10-01' },
		{
			ValidityStartDate: ms('2026-10-01'),
			ExchangeRate: '0.61512',
			NumberOfSourceCurrencyUnits: '100',
			NumberOfTargetCurrencyUnits: '1',
		},
	),
	record(
		'YY1_TIEOUT_EXCHANGERATES',
		'b',
		{ ExchangeRateType: 'M', SourceCurrency: 'USD', TargetCurrency: 'EUR', ValidityStartDate: '2026-10-01' },
		{
			ValidityStartDate: ms('2026-10-01'),
			ExchangeRate: '-1.09000',
			NumberOfSourceCurrencyUnits: '1',
			NumberOfTargetCurrencyUnits: '1',
		},
	),
	record(
		'A_BusinessPartner',
		'10041000',
		{
			BusinessPartner: '10041000',
			Customer: '10041000',
			CreationDate: '2026-10-01',
			LastChangeDate: null,
			LastChangeTime: null,
		},
		{
			BusinessPartnerFullName: 'Acme SA',
			BusinessPartnerIsBlocked: false,
			IsMarkedForArchiving: false,
			CreationDate: ms('2026-10-01'),
			LastChangeTime: 'PT00H00M00S',
			YY1_CRMAccount_bus: '0015g000000001',
			to_BusinessPartnerAddress: list({
				AddressID: '7',
				StreetName: 'Rue 1',
				HouseNumber: '4',
				CityName: 'Lyon',
				Region: '',
				PostalCode: '69000',
				Country: 'FR',
			}),
			to_BusinessPartnerTax: list({ BPTaxType: 'FR0', BPTaxNumber: 'FR12', BPTaxLongNumber: '' }),
			to_Customer: {
				CustomerAccountGroup: '0004',
				OrderIsBlockedForCustomer: '',
				to_CustomerCompany: list({ CompanyCode: '1010', PaymentTerms: 'NT30', DeletionIndicator: false }),
				to_CustomerSalesArea: list({
					SalesOrganization: '1010',
					DistributionChannel: '10',
					Division: '00',
					Currency: 'EUR',
					CustomerPaymentTerms: 'NT45',
					CustomerGroup: '01',
					DeletionIndicator: false,
				}),
			},
		},
	),
	order(
		'91',
		{
			OverallOrdReltdBillgStatus: 'C',
			TaxDepartureCountry: 'BE',
			_Partner: [
				{ PartnerFunction: 'SP', PartnerFunctionInternalCode: 'AG', Customer: '77' },
				{ PartnerFunction: 'SH', PartnerFunctionInternalCode: 'WE', Customer: '0010041000' },
			],
		},
		[orderItem('10', {}), orderItem('20', { Product: 'FREIGHT', NetAmount: '9.00', SalesDocumentRjcnReason: '02' })],
	),
	order('97', {}, [
		orderItem('5', { Product: 'SET-1', NetAmount: '0.00', TaxAmount: '0.00', _ItemPricingElement: [] }),
		orderItem('10', { HigherLevelItem: '000005', YY1_CRMLine_SDI: '' }),
		orderItem('20', { HigherLevelItem: '5', YY1_CRMLine_SDI: '00k5g000000002' }),
		orderItem('30', { HigherLevelItem: '000000', NetAmount: '0.00', TaxAmount: '0.00', YY1_CRMLine_SDI: '' }),
	]),
	order('98', { OverallSDDocumentRejectionSts: 'C' }, [orderItem('10', { SalesDocumentRjcnReason: '02' })]),
	order('99', { OverallSDProcessStatus: 'A', SalesDocApprovalStatus: 'A' }, [orderItem('10', {})]),
	// Two items of one material and order item: the journal entry has them in one line.
	billing(
		'9200',
		'M',
		{
			...{ TransactionCurrency: 'USD', AbsltAccountingExchangeRate: '1.09000', AcctgExchangeRateIsIndrctQtan: true },
			TaxDepartureCountry: 'DE',
			to_Partner: list({ PartnerFunction: 'AG', Customer: '10041000' }, { PartnerFunction: 'WE', Customer: '78' }),
		},
		[billedItem('10', { NetAmount: '60.00' }), billedItem('20', { NetAmount: '35.00' })],
	),
	entry('9200', 'RV', '113.05', { ...receivable, TransactionCurrency: 'USD' }, '2026-11-01'),
	entry('9200', 'RV', '-95.00', { TransactionCurrency: 'USD', AmountInCompanyCodeCurrency: '-87.16' }, '2026-11-01'),
	// Nothing that was billed: a request for a down payment, pro forma, between companies.
	billing('9210', 'M', { BillingDocumentCategory: 'P' }),
	billing('9211', 'P', { BillingDocumentCategory: 'P' }),
	billing('9212', 'U', { AccountingPostingStatus: '', AccountingDocument: '' }),
	billing('9213', '5', { BillingDocumentCategory: 'I' }),
	// Cancelled within the month, and in another one.
	billing('9300', 'M', { BillingDocumentIsCancelled: true }),
	entry('9300', 'RV', '-95.00'),
	billing('9400', 'N', { CancelledBillingDocument: '9300' }),
	entry('9400', 'RV', '95.00'),
	billing('9500', 'M', { BillingDocumentIsCancelled: true }),
	entry('9500', 'RV', '-95.00'),
	billing('9600', 'N', { CancelledBillingDocument: '9500', BillingDocumentDate: ms('2026-11-03') }),
	entry('9600', 'RV', '95.00', {}, '2026-11-03'),
	// A credit memo for half of an invoice's item, which it settles in part; the rest is paid in part.
	billing('9650', 'M'),
	entry('9650', 'RV', '113.05', receivable),
	entry('9650', 'RV', '-95.00'),
	billing('9700', 'O', { TotalNetAmount: '47.50', TaxAmount: '9.03' }, [
		billedItem('10', { NetAmount: '47.50', SalesDocument: '6700', SalesDocumentItem: '10' }),
	]),
	record(
		'A_CreditMemoRequest',
		'6700',
		{ CreditMemoRequest: '6700', CreationDate: '2026-10-16' },
		{
			CreationDate: ms('2026-10-16'),
			ReferenceSDDocument: '9650',
			to_Item: list({
				CreditMemoRequestItem: '10',
				Material: 'GA-1',
				ReferenceSDDocument: '9650',
				ReferenceSDDocumentItem: '10',
			}),
		},
	),
	entry('9700', 'RV', '-56.53', { ...receivable, InvoiceReference: '0000009650' }),
	entry('9700', 'RV', '47.50', { SalesDocument: '0000006700' }),
	entry('1400', 'DZ', '-20.00', { ...receivable, InvoiceReference: '0000009650' }),
	// Not posted yet.
	billing('9750', 'M', { AccountingDocument: '', FiscalYear: '0000', AccountingPostingStatus: 'A' }),
	// A collective one, of two orders.
	billing('9800', 'M', {}, [billedItem('10'), billedItem('20', { SalesDocument: '97', SalesDocumentItem: '20' })]),
	entry('9800', 'RV', '226.10', receivable),
	// Recognition, assigned to the order's item, and a journal by hand.
	entry('1700', 'RR', '-12.50', { GLAccount: '41005000' }, '2026-11-30'),
	entry('1000', 'SA', '-7.77', {
		SalesDocument: '',
		SalesDocumentItem: '000000',
		Material: '',
		DocumentItemText: 'True-up',
	}),
]

let staging: Awaited<ReturnType<typeof stagingOfSap>>
beforeAll(async () => {
	staging = await stagingOfSap(versions)
}, 60_000)
afterAll(() => staging?.close())

const rows = (sql: string) => staging.database.all<Record<string, unknown>>(sql)

test('a partner is a customer with its address, tax number, role and company codes', async () => {
	expect(
		await rows(
			'select source_id, other_reference, name, role, currency, tax_number, street, country, payment_terms, is_active from staging.stg_sap__customers',
		),
	).toEqual([
		{
			source_id: '10041000',
			other_reference: '0015g000000001',
			name: 'Acme SA',
			role: 'bill_to',
			currency: 'EUR',
			tax_number: 'FR12',
			street: 'Rue 1 4',
			country: 'FR',
			payment_terms: 'NT45',
			is_active: true,
		},
	])
	expect(
		await rows('select customer_id, legal_entity_id, is_primary from staging.stg_sap__customer_legal_entities'),
	).toEqual([{ customer_id: 'erp:10041000', legal_entity_id: 'erp:1010', is_primary: true }])
})

test('rates: by the hundred, and the other way round, each inverted to ten places; units by their names and fractions', async () => {
	expect(
		await rows(
			'select kind, from_currency, to_currency, cast(rate as varchar) as rate from staging.stg_sap__exchange_rates order by 2, 3',
		),
	).toEqual([
		{ kind: 'erp_inverse', from_currency: 'EUR', to_currency: 'JPY', rate: '162.5699050592' },
		{ kind: 'erp_inverse', from_currency: 'EUR', to_currency: 'USD', rate: '1.0900000000' },
		{ kind: 'erp', from_currency: 'JPY', to_currency: 'EUR', rate: '0.0061512000' },
		{ kind: 'erp', from_currency: 'USD', to_currency: 'EUR', rate: '0.9174311927' },
	])
	expect(
		await rows('select unit, cast(base_quantity as varchar) as base from staging.stg_sap__units order by 1'),
	).toEqual([
		{ unit: 'G3', base: '1.666667' },
		{ unit: 'Piece', base: '1.000000' },
	])
	expect(await rows('select code, name, unit from staging.stg_sap__products where code <> $$FREIGHT$$')).toEqual([
		{ code: 'GA-1', name: 'Gauge', unit: 'Piece' },
	])
})

test('orders: entered when, cancelled, waiting; the price is per piece, freight and rejected items are told', async () => {
	expect(
		await rows(
			'select number, legal_entity_id, status, is_cancelled, is_pending_approval, channel, cast(total_amount as varchar) as total, cast(created_at as varchar) as created from staging.stg_sap__orders order by 1',
		),
	).toEqual([
		{
			number: '91',
			legal_entity_id: 'erp:1010',
			status: 'completed',
			is_cancelled: false,
			is_pending_approval: false,
			channel: 'direct',
			total: '131.1000',
			created: '2026-10-02 08:15:00',
		},
		{
			number: '97',
			legal_entity_id: 'erp:1010',
			status: 'completed',
			is_cancelled: false,
			is_pending_approval: false,
			channel: 'direct',
			total: '131.1000',
			created: '2026-10-02 08:15:00',
		},
		{
			number: '98',
			legal_entity_id: 'erp:1010',
			status: 'rejected',
			is_cancelled: true,
			is_pending_approval: false,
			channel: 'direct',
			total: '113.0500',
			created: '2026-10-02 08:15:00',
		},
		{
			number: '99',
			legal_entity_id: 'erp:1010',
			status: 'in approval',
			is_cancelled: false,
			is_pending_approval: true,
			channel: 'direct',
			total: '113.0500',
			created: '2026-10-02 08:15:00',
		},
	])
	expect(
		await rows(
			"select source_id, kind, unit, cast(quantity as varchar) as quantity, cast(unit_price as varchar) as price, cast(amount as varchar) as amount, is_closed from staging.stg_sap__order_lines where order_id = 'erp:91' order by 1",
		),
	).toEqual([
		{
			source_id: '91:10',
			kind: 'item',
			unit: 'Piece',
			quantity: '2.000000',
			price: '50.00000000',
			amount: '95.0000',
			is_closed: false,
		},
		{
			source_id: '91:20',
			kind: 'freight',
			unit: 'Piece',
			quantity: '2.000000',
			price: '50.00000000',
			amount: '9.0000',
			is_closed: true,
		},
	])
})

test('a set whose components have the prices is no line: what it names holds for them, unless they name something', async () => {
	expect(
		await rows(
			"select source_id, crm_reference, cast(amount as varchar) as amount from staging.stg_sap__order_lines where order_id = 'erp:97' order by 1",
		),
	).toEqual([
		{ source_id: '97:10', crm_reference: '00k5g000000001', amount: '95.0000' },
		{ source_id: '97:20', crm_reference: '00k5g000000002', amount: '95.0000' },
		{ source_id: '97:30', crm_reference: null, amount: '0.0000' },
	])
})

test('invoices: the period is that of the posting, the rate turned round, cancelled ones are voided and their cancellation is none', async () => {
	expect(
		await rows(
			'select number, order_id, period_id, status, is_posted, is_voided, cast(exchange_rate as varchar) as rate, cast(due_date as varchar) as due, cast(open_amount as varchar) as open from staging.stg_sap__invoices order by 1',
		),
	).toEqual([
		{
			number: '9200',
			order_id: 'erp:91',
			period_id: '2026-11',
			status: 'open',
			is_posted: true,
			is_voided: false,
			rate: '0.9174311927',
			due: '2026-11-14',
			open: '113.0500',
		},
		{
			number: '9300',
			order_id: 'erp:91',
			period_id: '2026-10',
			status: 'cancelled',
			is_posted: true,
			is_voided: true,
			rate: '1.0000000000',
			due: '2026-10-15',
			open: '0.0000',
		},
		{
			number: '9500',
			order_id: 'erp:91',
			period_id: '2026-10',
			status: 'cancelled',
			is_posted: true,
			is_voided: true,
			rate: '1.0000000000',
			due: '2026-10-15',
			open: '0.0000',
		},
		{
			number: '9650',
			order_id: 'erp:91',
			period_id: '2026-10',
			status: 'open',
			is_posted: true,
			is_voided: false,
			rate: '1.0000000000',
			due: '2026-11-14',
			open: '36.5200',
		},
		{
			number: '9750',
			order_id: 'erp:91',
			period_id: '2026-10',
			status: 'not posted',
			is_posted: false,
			is_voided: false,
			rate: '1.0000000000',
			due: '2026-10-15',
			open: '113.0500',
		},
		expect.objectContaining({ number: '9800', order_id: null }),
	])
	expect(
		await rows(
			"select source_id, order_line_id, cast(unit_price as varchar) as price from staging.stg_sap__invoice_lines where invoice_id = 'erp:billing/9650'",
		),
	).toEqual([{ source_id: '9650:10', order_line_id: 'erp:91:10', price: '50.00000000' }])
})

test('a billing document of two orders names none; its items name those of both', async () => {
	expect(
		await rows(
			"select source_id, order_line_id from staging.stg_sap__invoice_lines where invoice_id = 'erp:billing/9800' order by 1",
		),
	).toEqual([
		{ source_id: '9800:10', order_line_id: 'erp:91:10' },
		{ source_id: '9800:20', order_line_id: 'erp:97:20' },
	])
})

test('a credit memo names the item that it gives back through its request, and settles its invoice in part beside a payment', async () => {
	expect(
		await rows('select number, invoice_id, cast(total_amount as varchar) as total from staging.stg_sap__credit_notes'),
	).toEqual([{ number: '9700', invoice_id: 'erp:billing/9650', total: '56.5300' }])
	expect(
		await rows('select invoice_line_id, cast(amount as varchar) as amount from staging.stg_sap__credit_note_lines'),
	).toEqual([{ invoice_line_id: 'erp:billing/9650:10', amount: '47.5000' }])
	expect(
		await rows(
			'select credit_note_id, payment_id is not null as is_payment, invoice_id, cast(amount as varchar) as amount from staging.stg_sap__payment_applications order by 4',
		),
	).toEqual([
		{ credit_note_id: null, is_payment: true, invoice_id: 'erp:billing/9650', amount: '20.0000' },
		{ credit_note_id: 'erp:billing/9700', is_payment: false, invoice_id: 'erp:billing/9650', amount: '56.5300' },
	])
	expect(await rows('select number, cast(amount as varchar) as amount from staging.stg_sap__payments')).toEqual([
		{ number: '1400', amount: '20.0000' },
	])
})

test('revenue: one journal line is shared by the items that it stands for; what was cancelled in its month is gone, in another it shows in both', async () => {
	expect(
		await rows(
			'select kind, document_id, invoice_line_id, credit_note_line_id, period_id, cast(amount as varchar) as amount, cast(base_amount as varchar) as base from staging.stg_sap__revenue_entries where not is_deleted order by document_id, period_id, invoice_line_id',
		),
	).toEqual([
		{
			kind: 'journal',
			document_id: 'erp:1010/2026/1000',
			invoice_line_id: null,
			credit_note_line_id: null,
			period_id: '2026-10',
			amount: '7.7700',
			base: '7.7700',
		},
		{
			kind: 'recognition',
			document_id: 'erp:1010/2026/1700',
			invoice_line_id: 'erp:billing/9200:10',
			credit_note_line_id: null,
			period_id: '2026-11',
			amount: '12.5000',
			base: '12.5000',
		},
		{
			kind: 'invoice',
			document_id: 'erp:billing/9200',
			invoice_line_id: 'erp:billing/9200:10',
			credit_note_line_id: null,
			period_id: '2026-11',
			amount: '60.0000',
			base: '55.0500',
		},
		{
			kind: 'invoice',
			document_id: 'erp:billing/9200',
			invoice_line_id: 'erp:billing/9200:20',
			credit_note_line_id: null,
			period_id: '2026-11',
			amount: '35.0000',
			base: '32.1100',
		},
		{
			kind: 'invoice',
			document_id: 'erp:billing/9500',
			invoice_line_id: 'erp:billing/9500:10',
			credit_note_line_id: null,
			period_id: '2026-10',
			amount: '95.0000',
			base: '95.0000',
		},
		{
			kind: 'invoice',
			document_id: 'erp:billing/9500',
			invoice_line_id: null,
			credit_note_line_id: null,
			period_id: '2026-11',
			amount: '-95.0000',
			base: '-95.0000',
		},
		{
			kind: 'invoice',
			document_id: 'erp:billing/9650',
			invoice_line_id: 'erp:billing/9650:10',
			credit_note_line_id: null,
			period_id: '2026-10',
			amount: '95.0000',
			base: '95.0000',
		},
		{
			kind: 'credit_note',
			document_id: 'erp:billing/9700',
			invoice_line_id: null,
			credit_note_line_id: 'erp:billing/9700:10',
			period_id: '2026-10',
			amount: '-47.5000',
			base: '-47.5000',
		},
	])
})

test('where documents are delivered, by the ship-to party in either language, and from which country they are taxed', async () => {
	expect(
		await rows(
			'select record_id, ship_to, tax_area from staging.stg_sap__document_terms where ship_to is not null or tax_area is not null order by 1',
		),
	).toEqual([
		{ record_id: 'erp:91', ship_to: '69000, FR', tax_area: 'BE' },
		// A party that is no business partner here has no address.
		{ record_id: 'erp:billing/9200', ship_to: null, tax_area: 'DE' },
	])
	const [counted] = await rows('select count(*) as documents from staging.stg_sap__document_terms group by ()')
	expect(Number(counted!['documents'])).toBe(10)
})
