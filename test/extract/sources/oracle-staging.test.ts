import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSandboxes } from '../../../extract/sandbox/sandbox.ts'
import type { RecordVersion } from '../../../extract/sandbox/world/world.ts'
import { monthsSet } from '../months.ts'
import { sandboxConnections } from '../sandboxes.ts'
import { startProject } from '../vendor.ts'
import { stagingOf, twoDigits } from './build-staging.ts'

// A German company with one of everything that staging has to understand, checked by hand.
type Values = NonNullable<RecordVersion['values']>
const at = Date.UTC(2026, 9, 20)
const stamps = { CreationDate: '2026-10-15T08:00:00Z', LastUpdateDate: '2026-10-20T08:00:00Z' }
const record = (object: string, id: string, values: Values): RecordVersion => ({
	system: 'oracle',
	object,
	id,
	from: at,
	values,
})
const child = (object: string, id: string, parent: string, values: Values) =>
	record(object, id, { parent_: parent, ...values })

const order = (header: string, revision: string, more: Values) =>
	record('salesOrdersForOrderHub', header, {
		HeaderId: header,
		OrderNumber: '4711',
		SourceTransactionSystem: 'OPS',
		SourceTransactionId: '300100000004711',
		SourceTransactionRevisionNumber: revision,
		RequestingLegalEntityId: '31',
		BuyingPartyId: '61',
		TransactionalCurrencyCode: 'USD',
		CurrencyConversionRate: '0.9',
		TransactionOn: '2026-10-15T22:30:00Z',
		OrigSystemDocumentReference: '0065g0000001IhOAAU',
		...stamps,
		...more,
	})
const orderLine = (header: string, fulfillment: string, quantity: string, more: Values = {}) =>
	child('salesOrdersForOrderHub.lines', fulfillment, header, {
		LineId: fulfillment,
		FulfillLineId: fulfillment,
		SourceTransactionLineId: '1',
		SourceTransactionLineNumber: '1',
		ProductNumber: 'GA-1',
		OrderedQuantity: quantity,
		OrderedUOM: 'Each',
		UnitListPrice: '50',
		UnitSellingPrice: '45',
		ExtendedAmount: '90.00',
		TransactionCategoryCode: 'ORDER',
		...more,
	})

type OrderedLine = [fulfillment: string, line: string, product: string, amount: string | null, more: Values]

/** An order of lines that hang on one another, and what Oracle says that it comes to. */
const modelOrder = (header: string, total: string, lines: OrderedLine[]) => [
	order(header, '1', {
		SourceTransactionId: `M${header}`,
		OrderNumber: header,
		StatusCode: 'OPEN',
		SubmittedFlag: true,
	}),
	child('salesOrdersForOrderHub.totals', `t${header}`, header, {
		OrderTotalId: header,
		TotalCode: 'QP_TOTAL_PAY_NOW',
		TotalAmount: total,
		CurrencyCode: 'USD',
		PrimaryFlag: true,
	}),
	...lines.map(([fulfillment, line, product, amount, more]) =>
		orderLine(header, fulfillment, '1', {
			SourceTransactionLineId: line,
			SourceTransactionLineNumber: line,
			ProductNumber: product,
			ExtendedAmount: amount,
			UnitListPrice: amount,
			UnitSellingPrice: amount,
			...more,
		}),
	),
]

const shipTo = (object: string, of: string, postalCode: string) =>
	child(object, `${of} ship`, of, { AddressId: '65', PostalCode: postalCode, Country: 'DE' })

const invoice = (id: string, number: string, more: Values = {}) =>
	record('receivablesInvoices', id, {
		CustomerTransactionId: id,
		TransactionNumber: number,
		TransactionType: 'Invoice',
		InvoiceStatus: 'Complete',
		BillToCustomerNumber: 'C1',
		LegalEntityIdentifier: 'DE01',
		BusinessUnit: 'Acme DE',
		InvoiceCurrencyCode: 'USD',
		ConversionRate: '0.9',
		TransactionDate: '2026-09-29',
		AccountingDate: '2026-10-16',
		EnteredAmount: '107.10',
		InvoiceBalanceAmount: '7.10',
		...stamps,
		...more,
	})
const invoiceLine = (id: string, of: string, more: Values = {}) =>
	child('receivablesInvoices.receivablesInvoiceLines', id, of, {
		CustomerTransactionLineId: id,
		LineNumber: '1',
		ItemNumber: 'GA-1',
		Quantity: '2',
		UnitOfMeasure: 'Each',
		UnitSellingPrice: '45',
		LineAmount: '90.00',
		...more,
	})
const distribution = (id: string, of: string, accountClass: string, amount: string, more: Values = {}) =>
	child('receivablesInvoices.receivablesInvoiceDistributions', id, of, {
		DistributionId: id,
		AccountClass: accountClass,
		AccountCombination: '01-4000-000',
		Amount: amount,
		AccountedAmount: (Number(amount) * 0.9).toFixed(2),
		InvoiceLineNumber: '1',
		...more,
	})
const event = (id: string, date: string, amount: string | null, more: Values = {}) =>
	child('revenueContracts.performanceObligations.promisedDetails.satisfactionEvents', id, '902', {
		SatisfactionEventId: id,
		SatisfactionMeasurementDate: date,
		ProcessedAmount: amount,
		ProcessedFlag: amount === null ? 'N' : 'Y',
		DiscardedFlag: 'N',
		...more,
	})

const versions: RecordVersion[] = [
	record('legalEntitiesLOV', '31', { LegalEntityId: '31', Name: 'Acme GmbH', LegalEntityIdentifier: 'DE01' }),
	record('legalEntitiesLOV', '32', { LegalEntityId: '32', Name: 'Acme Handel', LegalEntityIdentifier: 'DE02' }),
	record('finBusinessUnitsLOV', '41', {
		BusinessUnitId: '41',
		BusinessUnitName: 'Acme DE',
		LegalEntityId: '31',
		PrimaryLedgerId: '51',
	}),
	record('ledgersLOV', '51', {
		LedgerId: '51',
		Name: 'Acme DE Ledger',
		CurrencyCode: 'EUR',
		LedgerCategoryCode: 'PRIMARY',
	}),
	record('ledgersLOV', '52', {
		LedgerId: '52',
		Name: 'Acme DE Local',
		CurrencyCode: 'EUR',
		LedgerCategoryCode: 'SECONDARY',
	}),
	record('ledgersLOV', '53', {
		LedgerId: '53',
		Name: 'Acme DE in USD',
		CurrencyCode: 'USD',
		LedgerCategoryCode: 'ALC',
	}),
	record('accountCombinationsLOV', '71', {
		_CODE_COMBINATION_ID: '71',
		_CHART_OF_ACCOUNTS_ID: '70',
		AccountType: 'R',
		EnabledFlag: 'Y',
		company: '01',
		account: '4000',
		product: '000',
	}),
	record('accountCombinationsLOV', '72', {
		_CODE_COMBINATION_ID: '72',
		_CHART_OF_ACCOUNTS_ID: '70',
		AccountType: 'L',
		EnabledFlag: 'Y',
		company: '01',
		account: '2400',
		product: '000',
	}),
	record('accountCombinationsLOV', '73', {
		_CODE_COMBINATION_ID: '73',
		_CHART_OF_ACCOUNTS_ID: '70',
		AccountType: 'R',
		EnabledFlag: 'Y',
		company: '01',
		account: '4000',
		product: 'US-East',
	}),
	record('hubOrganizations', '61', {
		PartyId: '61',
		PartyNumber: 'P1',
		OrganizationName: 'Kunde AG',
		OrganizationDEO_CrmAccountId_c: '0015g00000053UXAAY',
		...stamps,
	}),
	child('hubOrganizations.Address', '62', '61', {
		AddressId: '62',
		AddressNumber: 'S-1',
		Address1: 'Weg 1',
		City: 'Ulm',
		Country: 'DE',
		PrimaryFlag: true,
	}),
	child('hubOrganizations.Address', '64', '61', {
		AddressId: '64',
		AddressNumber: 'S-2',
		Address1: 'Tor 3',
		City: 'München',
		PostalCode: '80333',
		Country: 'DE',
		PrimaryFlag: false,
	}),
	record('receivablesCustomerAccountActivities', '63', {
		AccountId: '63',
		AccountNumber: 'C1',
		CustomerId: '61',
		CustomerName: 'Kunde AG',
		...stamps,
	}),
	record('unitsOfMeasure', 'ea', {
		UOMCode: 'ea',
		UnitOfMeasure: 'Each',
		ClassCode: 'Count',
		BaseUnitFlag: true,
		StandardConversion: '1',
	}),
	record('unitsOfMeasure', 'cs', {
		UOMCode: 'cs',
		UnitOfMeasure: 'Case',
		ClassCode: 'Count',
		BaseUnitFlag: false,
		StandardConversion: '24',
	}),
	...['204', '205'].map((organization) =>
		record('itemsV2', `81 ${organization}`, {
			ItemId: '81',
			OrganizationId: organization,
			ItemNumber: 'GA-1',
			ItemDescription: 'Gauge',
			PrimaryUOMCode: 'ea',
			ItemStatusValue: 'Active',
			CreationDateTime: '2026-01-01T00:00:00Z',
			LastUpdateDateTime: '2026-01-01T00:00:00Z',
		}),
	),
	// Three revisions: a reference, the one that counts, and a draft of a third.
	order('101', '1', { StatusCode: 'DOO_REFERENCE', SubmittedFlag: true }),
	order('102', '2', { StatusCode: 'OPEN', SubmittedFlag: true }),
	order('103', '3', { StatusCode: 'DOO_DRAFT', SubmittedFlag: false }),
	orderLine('101', '111', '9'),
	orderLine('102', '112', '2'),
	orderLine('103', '113', '99'),
	child('salesOrdersForOrderHub.totals', 't1', '102', {
		TotalCode: 'QP_TOTAL_TAX',
		TotalAmount: '17.10',
		CurrencyCode: 'USD',
		PrimaryFlag: false,
	}),
	child('salesOrdersForOrderHub.totals', 't2', '102', {
		TotalCode: 'QP_TOTAL_PAY_NOW',
		TotalAmount: '107.10',
		CurrencyCode: 'USD',
		PrimaryFlag: true,
	}),
	// A model whose options have the prices; one with a price of its own, whose line shows the options' too; a kit with its included items.
	...modelOrder('121', '100.00', [
		['1211', '1', 'MODEL', '0', { RootParentFulfillLineId: '1211', OrigSystemDocumentLineReference: '00k1' }],
		['1212', '2', 'GA-1', '60.00', { ParentFulfillLineId: '1211' }],
		['1213', '3', 'GA-2', '40.00', { ParentFulfillLineId: '1212', RootParentFulfillLineId: '1211' }],
		['1214', '4', 'MANUAL', '0', { RootParentFulfillLineId: '1211' }],
	]),
	...modelOrder('131', '195.00', [
		['1311', '1', 'MODEL', '195.00', { OrigSystemDocumentLineReference: '00k2' }],
		['1312', '2', 'GA-1', '95.00', { RootParentFulfillLineId: '1311' }],
	]),
	...modelOrder('141', '90.00', [
		['1411', '1', 'KIT', '90.00', { OrigSystemDocumentLineReference: '00k3' }],
		['1412', '2', 'GA-1', '0', { ParentFulfillLineId: '1411' }],
		['1413', '3', 'GA-2', null, { ParentFulfillLineId: '1411' }],
	]),
	order('104', '1', {
		OrderNumber: '4712',
		SourceTransactionId: 'Q-12',
		SourceTransactionSystem: 'CPQ',
		StatusCode: 'DOO_DRAFT',
		SubmittedFlag: false,
	}),
	// Its line goes elsewhere than the order says; of the other one only the order says where.
	shipTo('salesOrdersForOrderHub.shipToCustomer', '102', '89073'),
	shipTo('salesOrdersForOrderHub.lines.shipToCustomer', '112', '80331'),
	shipTo('salesOrdersForOrderHub.shipToCustomer', '103', '99999'),
	shipTo('salesOrdersForOrderHub.shipToCustomer', '104', '10115'),
	// Billed the second revision; the price before discounts stands in a flexfield.
	invoice('201', 'A', { ShipToCustomerNumber: 'P1', ShipToSite: 'S-2' }),
	invoiceLine('211', '201', { SalesOrder: '4711' }),
	child('receivablesInvoices.receivablesInvoiceLines.receivablesInvoiceLineTransactionDFF', '211 s', '211', {
		CustomerTrxLineId: '211',
		_Fulfillment__Line__ID: '112',
		_Delivery__Name: '4028006',
	}),
	child('receivablesInvoices.receivablesInvoiceLines.receivablesInvoiceLineDFF', '211 d', '211', {
		CustomerTrxLineId: '211',
		unitListPrice: '50',
	}),
	distribution('221', '201', 'Receivable', '107.10'),
	distribution('222', '201', 'Revenue', '90.00'),
	distribution('223', '201', 'Tax', '17.10', { DetailedTaxLineNumber: '1' }),
	invoice('202', 'B', { InvoiceStatus: 'Incomplete', LegalEntityIdentifier: null, ShipToSite: 'S-9' }),
	invoiceLine('212', '202'),
	distribution('224', '202', 'Revenue', '90.00'),
	distribution('226', '202', 'Tax', '17.10'),
	// A deposit: its line is posted to a liability. And a line on an account one of whose segments has the separator in it.
	invoice('211', 'L'),
	invoiceLine('2111', '211'),
	distribution('281', '211', 'Revenue', '90.00', { AccountCombination: '01-2400-000' }),
	invoice('212', 'M'),
	invoiceLine('2121', '212'),
	distribution('282', '212', 'Revenue', '90.00', { AccountCombination: '01-4000-US-EAST' }),
	// Nothing of it is distributed yet.
	invoice('210', 'K', { InvoiceStatus: 'Incomplete' }),
	invoiceLine('2101', '210'),
	invoice('203', 'C', { TransactionType: 'Void Invoice' }),
	distribution('225', '203', 'Revenue', '90.00'),
	// Receivables spreads it over four months by a rule; the last one lies ahead.
	invoice('204', 'D', { AccountingDate: '2026-09-29' }),
	invoiceLine('214', '204', {
		AccountingRule: '4 Months',
		AccountingRuleDuration: '4',
		RuleStartDate: '2026-09-29',
		LineAmount: '120.01',
	}),
	distribution('231', '204', 'Revenue', '30.00'),
	distribution('232', '204', 'Revenue', '30.00'),
	distribution('233', '204', 'Revenue', '30.01'),
	distribution('234', '204', 'Revenue', '30.00'),
	// Revenue Management accounts for it: its distribution goes to a clearing account.
	invoice('205', 'E'),
	invoiceLine('215', '205'),
	distribution('241', '205', 'Revenue', '90.00', { AccountCombination: '01-2400-000' }),
	record('revenueContracts', '900', { CustomerContractHeaderId: '900', ...stamps }),
	child('revenueContracts.performanceObligations', '901', '900', { PerformanceObligationId: '901' }),
	child('revenueContracts.performanceObligations.promisedDetails', '902', '901', {
		PromisedDetailLineId: '902',
		DocumentLineId: '904',
	}),
	child('revenueContracts.performanceObligations.promisedDetails.sourceDocuments', '903', '902', { DocumentId: '903' }),
	child('revenueContracts.performanceObligations.promisedDetails.sourceDocuments.sourceDocumentLines', '904', '903', {
		DocumentLineId: '904',
		DocumentLineIdInteger1: '215',
	}),
	event('911', '2026-10-31', '45.00'),
	event('912', '2026-11-30', null),
	event('913', '2026-10-31', '5.00', { DiscardedFlag: 'Y' }),
	// Freight at its head, on an account of revenue and on one that is none.
	invoice('207', 'G', { FreightAmount: '13.00', EnteredAmount: '120.10' }),
	invoiceLine('217', '207'),
	distribution('251', '207', 'Revenue', '90.00'),
	distribution('252', '207', 'Freight', '10.00', { InvoiceLineNumber: null }),
	distribution('253', '207', 'Freight', '3.00', { InvoiceLineNumber: null, AccountCombination: '01-2400-000' }),
	distribution('254', '207', 'Tax', '17.10', { AccountCombination: '01-2400-000' }),
	// Its line is not what the total and the tax leave: the tax is said by its own distribution, not by the rest.
	invoice('209', 'I'),
	invoiceLine('220', '209', { LineAmount: '107.10' }),
	distribution('271', '209', 'Revenue', '90.00'),
	distribution('272', '209', 'Tax', '17.10', { AccountCombination: '01-2400-000' }),
	// Freight of a line: its distribution names the line. The first line is Revenue Management's, the second Receivables'.
	invoice('208', 'H', { EnteredAmount: '195.00' }),
	invoiceLine('218', '208'),
	invoiceLine('219', '208', { LineNumber: '2' }),
	distribution('261', '208', 'Revenue', '90.00', { AccountCombination: '01-2400-000' }),
	distribution('262', '208', 'Revenue', '90.00', { InvoiceLineNumber: '2' }),
	distribution('263', '208', 'Freight', '10.00'),
	distribution('264', '208', 'Freight', '5.00', { InvoiceLineNumber: '2' }),
	child('revenueContracts.performanceObligations.promisedDetails', '908', '901', {
		PromisedDetailLineId: '908',
		DocumentLineId: '910',
	}),
	child('revenueContracts.performanceObligations.promisedDetails.sourceDocuments', '909', '908', { DocumentId: '909' }),
	child('revenueContracts.performanceObligations.promisedDetails.sourceDocuments.sourceDocumentLines', '910', '909', {
		DocumentLineId: '910',
		DocumentLineIdInteger1: '218',
	}),
	// Of another one the source document is the order's fulfillment line, whose id stands where the delivery's name belongs.
	invoice('206', 'F'),
	invoiceLine('216', '206'),
	child('receivablesInvoices.receivablesInvoiceLines.receivablesInvoiceLineTransactionDFF', '216 s', '216', {
		CustomerTrxLineId: '216',
		_Delivery__Name: '111',
	}),
	distribution('242', '206', 'Revenue', '90.00', { AccountCombination: '01-2400-000' }),
	child('revenueContracts.performanceObligations.promisedDetails', '905', '901', {
		PromisedDetailLineId: '905',
		DocumentLineId: '907',
	}),
	child('revenueContracts.performanceObligations.promisedDetails.sourceDocuments', '906', '905', { DocumentId: '906' }),
	child('revenueContracts.performanceObligations.promisedDetails.sourceDocuments.sourceDocumentLines', '907', '906', {
		DocumentLineId: '907',
		DocumentLineIdInteger1: '111',
	}),
	event('914', '2026-10-31', '15.00', { parent_: '905' }),
	// One credit memo is applied, one names its invoice only, one was taken from one invoice and applied to two others.
	...['301', '302', '303'].map((id) =>
		record('receivablesCreditMemos', id, {
			CustomerTransactionId: id,
			TransactionNumber: `CM-${id}`,
			TransactionType: 'Credit Memo',
			CreditMemoStatus: 'Complete',
			BillToCustomerNumber: 'C1',
			BusinessUnit: 'Acme DE',
			LegalEntityIdentifier: id === '303' ? 'DE02' : null,
			CreditMemoCurrency: 'USD',
			TransactionDate: '2026-10-18',
			EnteredAmount: '-10.71',
			TransactionBalanceDue: '0',
			...stamps,
		}),
	),
	child('receivablesCreditMemos.receivablesCreditMemoLines', '311', '301', {
		CustomerTransactionLineId: '311',
		LineNumber: '1',
		ItemNumber: 'GA-1',
		LineAmountCredit: '-9.00',
		LineQuantityCredit: '-1',
		UnitSellingPrice: '9',
	}),
	child('receivablesCreditMemos.receivablesCreditMemoDistributions', '321', '301', {
		DistributionId: '321',
		AccountClass: 'Revenue',
		AccountCombination: '01-4000-000',
		Amount: '-4.00',
		AccountedAmount: '-3.60',
		CreditMemoLineNumber: '1',
	}),
	child('receivablesCreditMemos.receivablesCreditMemoDistributions', '322', '301', {
		DistributionId: '322',
		AccountClass: 'Unearned Revenue',
		AccountCombination: '01-2400-000',
		Amount: '-5.00',
		AccountedAmount: '-4.50',
		CreditMemoLineNumber: '1',
	}),
	...['301', '302'].map((id) =>
		child('receivablesCreditMemos.receivablesCreditMemoDistributions', `${id} tax`, id, {
			DistributionId: `33${id}`,
			AccountClass: 'Tax',
			AccountCombination: '01-2400-000',
			Amount: '-1.71',
			AccountedAmount: '-1.54',
			CreditMemoLineNumber: null,
		}),
	),
	// Of another legal entity, which no business unit has: its ledger is of both.
	child('receivablesCreditMemos.receivablesCreditMemoDistributions', '324', '303', {
		DistributionId: '324',
		AccountClass: 'Revenue',
		AccountCombination: '01-4000-000',
		Amount: '-9.00',
		AccountedAmount: '-8.10',
		CreditMemoLineNumber: '1',
	}),
	// The other one gives back freight alone.
	child('receivablesCreditMemos.receivablesCreditMemoDistributions', '323', '302', {
		DistributionId: '323',
		AccountClass: 'Freight',
		AccountCombination: '01-4000-000',
		Amount: '-9.00',
		AccountedAmount: '-8.10',
		CreditMemoLineNumber: null,
	}),
	child('receivablesCreditMemos.receivablesCreditMemoDFF', '302 d', '302', {
		CustomerTrxId: '302',
		creditedInvoice: 'D',
	}),
	record('standardReceipts', '401', {
		StandardReceiptId: '401',
		ReceiptNumber: 'R1',
		Amount: '120.00',
		UnappliedAmount: '20.00',
		Currency: 'USD',
		BusinessUnit: 'Acme DE',
		ReceiptDate: '2026-10-19',
		CustomerAccountNumber: 'C1',
		State: 'Cleared',
		...stamps,
	}),
	...[
		['501', 'Yes', '100.00'],
		['502', 'No', '50.00'],
	].map(([id, isLatest, amount]) =>
		child('receivablesCustomerAccountActivities.standardReceiptApplications', id!, '63', {
			ApplicationId: id!,
			StandardReceiptId: '401',
			ApplicationAmount: amount!,
			EnteredCurrency: 'USD',
			ApplicationDate: '2026-10-19',
			IsLatestApplication: isLatest!,
			ReferenceTransactionId: '201',
		}),
	),
	child('receivablesCustomerAccountActivities.creditMemoApplications', '503', '63', {
		ApplicationId: '503',
		CreditMemoId: '301',
		ApplicationAmount: '10.71',
		EnteredCurrency: 'USD',
		ApplicationDate: '2026-10-18',
		IsLatestApplication: 'Yes',
		ReferenceTransactionId: '201',
	}),
	...[
		['504', 'No', '201', '10.71'],
		['505', 'Yes', '204', '6.00'],
		['506', 'Yes', '205', '4.71'],
	].map(([id, isLatest, invoiceId, amount]) =>
		child('receivablesCustomerAccountActivities.creditMemoApplications', id!, '63', {
			ApplicationId: id!,
			CreditMemoId: '303',
			ApplicationAmount: amount!,
			EnteredCurrency: 'USD',
			ApplicationDate: '2026-10-18',
			IsLatestApplication: isLatest!,
			ReferenceTransactionId: invoiceId!,
		}),
	),
	// The same journal in ledgers that copy the first, one that counts heads, a budget, two that close the year; and what Receivables posts for
	// transactions, and for an adjustment.
	...[
		['601', 'Manual', 'P'],
		['602', 'Receivables', 'P', 'Acme DE Ledger', 'EUR', 'Sales Invoices', '100.00'],
		['603', 'Manual', 'U'],
		['604', 'Manual', 'P', 'Acme DE Local'],
		['605', 'Manual', 'P', 'Acme DE in USD', 'USD'],
		['606', 'Manual', 'P', 'Acme DE Ledger', 'STAT'],
		['607', 'Receivables', 'P', 'Acme DE Ledger', 'EUR', 'Adjustment', '7.00'],
		['608', 'Manual', 'P', 'Acme DE Ledger', 'EUR', 'Budget'],
		['609', 'Closing Journals', 'P'],
		['610', 'Manual', 'P', 'Acme DE Ledger', 'EUR', 'Income Statement Close'],
		['611', 'Receivables', 'P', 'Acme DE Ledger', 'EUR', 'Credit Memo Applications', '0.50'],
	].flatMap(
		([id, source, status, ledger = 'Acme DE Ledger', currency = 'EUR', category = 'Accrual', amount = '12.00']) => [
			record('journalBatches', id!, {
				JeBatchId: id!,
				Status: status!,
				ActualFlagMeaning: category === 'Budget' ? 'Budget' : 'Actual',
				UserJeSourceName: source!,
				...stamps,
			}),
			child('journalBatches.journalHeaders', `${id}1`, id!, {
				JournalName: 'Accrual',
				UserJeCategoryName: category,
				LedgerName: ledger,
				DefaultEffectiveDate: '2026-10-31',
				CurrencyCode: currency,
			}),
			child('journalBatches.journalHeaders.journalLines', `${id}1 1`, `${id}1`, {
				JeLineNumber: '1',
				// Written with the separator of its chart of accounts.
				AccountCombination: '01.4000.000',
				EnteredCr: amount,
				AccountedCr: amount,
			}),
			child('journalBatches.journalHeaders.journalLines', `${id}1 2`, `${id}1`, {
				JeLineNumber: '2',
				AccountCombination: '01-2400-000',
				EnteredDr: amount,
				AccountedDr: amount,
			}),
		],
	),
]

let staged: Awaited<ReturnType<typeof stagingOf>> | undefined
beforeAll(async () => {
	const sandboxes = await startSandboxes({
		pair: { crm: 'salesforce', erp: 'oracle' },
		versions,
		now: Date.UTC(2026, 10, 4, 9),
	})
	const [connection] = sandboxConnections(sandboxes).filter(({ kind }) => kind === 'oracle')
	const project = await startProject([
		{ ...connection!, options: { ...connection!.options, time_zone: 'Europe/Berlin' } },
	])
	const configuration = [monthsSet('2026-09', '2026-10', '2026-11', '2026-12'), twoDigits('EUR', 'USD')]
	staged = await stagingOf(project, 'oracle', { now: sandboxes.now(), configuration })
	await sandboxes.close()
}, 60_000)
afterAll(() => staged?.close())

const rows = (sql: string) => staged!.database.all<Record<string, unknown>>(sql)

test('a legal entity has its ledger’s currency; a customer is an account with its organization', async () => {
	expect(await rows('select source_id, name, currency from staging.stg_oracle__legal_entities order by 1')).toEqual([
		{ source_id: '31', name: 'Acme GmbH', currency: 'EUR' },
		{ source_id: '32', name: 'Acme Handel', currency: null },
	])
	expect(
		await rows('select source_id, number, other_reference, street, city, country from staging.stg_oracle__customers'),
	).toEqual([
		{
			source_id: '63',
			number: 'C1',
			other_reference: '0015g00000053UXAAY',
			street: 'Weg 1',
			city: 'Ulm',
			country: 'DE',
		},
	])
	expect(await rows('select customer_id, legal_entity_id from staging.stg_oracle__customer_legal_entities')).toEqual([
		{ customer_id: 'erp:63', legal_entity_id: 'erp:31' },
	])
})

test('an item of two organizations is one product, its units those of its class', async () => {
	expect(await rows('select product_id, code, unit, unit_group, kind from staging.stg_oracle__products')).toEqual([
		{ product_id: 'erp:81', code: 'GA-1', unit: 'Each', unit_group: 'erp:Count', kind: 'item' },
	])
	expect(
		await rows('select unit, cast(base_quantity as varchar) as base from staging.stg_oracle__units order by 1'),
	).toEqual([
		{ unit: 'Case', base: '24.000000' },
		{ unit: 'Each', base: '1.000000' },
	])
})

test('of an order’s revisions the latest that was submitted counts, not the draft after it', async () => {
	expect(
		await rows(`select source_id, number, customer_id, status, is_pending_approval, cast(order_date as varchar) as day,
			cast(total_amount as varchar) as total, cast(tax_amount as varchar) as tax from staging.stg_oracle__orders where number not in ('121', '131', '141') order by 1`),
	).toEqual([
		{
			source_id: '300100000004711',
			number: '4711',
			customer_id: 'erp:63',
			status: 'open',
			is_pending_approval: false,
			// Half past ten in the evening in UTC is the next day in Berlin.
			day: '2026-10-16',
			total: '107.1000',
			tax: '17.1000',
		},
		expect.objectContaining({ source_id: 'CPQ:Q-12', number: '4712', status: 'doo_draft', is_pending_approval: true }),
	])
	expect(
		await rows(`select order_line_id, cast(quantity as varchar) as quantity, cast(unit_price as varchar) as price,
			cast(amount as varchar) as amount from staging.stg_oracle__order_lines where order_id not like 'erp:M%'`),
	).toEqual([{ order_line_id: 'erp:300100000004711:1', quantity: '2.000000', price: '50.00000000', amount: '90.0000' }])
})

test('what hangs on a line of an order: it goes by the deal’s line that the first one names, and is counted once', async () => {
	const lines =
		await rows(`select order_line_id as id, crm_reference as crm, cast(unit_price as varchar) as price, cast(amount as varchar) as amount
		from staging.stg_oracle__order_lines where order_id like 'erp:M%' order by 1`)
	expect(lines).toEqual([
		// The model that charges nothing is no line, so that its options stand for it.
		{ id: 'erp:M121:2', crm: '00k1', price: '60.00000000', amount: '60.0000' },
		{ id: 'erp:M121:3', crm: '00k1', price: '40.00000000', amount: '40.0000' },
		{ id: 'erp:M121:4', crm: '00k1', price: '0.00000000', amount: '0.0000' },
		// The order comes to 195: the model's own line holds what its option charges.
		{ id: 'erp:M131:1', crm: '00k2', price: null, amount: '100.0000' },
		{ id: 'erp:M131:2', crm: '00k2', price: '95.00000000', amount: '95.0000' },
		// A kit has the price, and what it includes charges nothing.
		{ id: 'erp:M141:1', crm: '00k3', price: '90.00000000', amount: '90.0000' },
		{ id: 'erp:M141:2', crm: null, price: '0.00000000', amount: '0.0000' },
		{ id: 'erp:M141:3', crm: null, price: null, amount: null },
	])
	expect(
		await rows(
			`select fulfill_line_id from staging.base_oracle__fulfillments where order_id like 'erp:M%' and fulfill_line_id like '%11' order by 1`,
		),
	).toEqual([{ fulfill_line_id: '1311' }, { fulfill_line_id: '1411' }])
})

test('complete invoices are posted, in the period of their accounting date; incomplete and void ones are not', async () => {
	expect(
		await rows(`select number, order_id, legal_entity_id, period_id, status, is_posted, is_voided, cast(tax_amount as varchar) as tax
			from staging.stg_oracle__invoices where number in ('A', 'B', 'C') order by 1`),
	).toEqual([
		{
			number: 'A',
			order_id: 'erp:300100000004711',
			legal_entity_id: 'erp:31',
			period_id: '2026-10',
			status: 'complete',
			is_posted: true,
			is_voided: false,
			tax: '17.1000',
		},
		{
			number: 'B',
			order_id: null,
			legal_entity_id: 'erp:31',
			period_id: '2026-10',
			status: 'incomplete',
			is_posted: false,
			is_voided: false,
			tax: '17.1000',
		},
		expect.objectContaining({ number: 'C', status: 'voided', is_posted: false, is_voided: true }),
	])
	expect(
		await rows(`select order_line_id, cast(unit_price as varchar) as price, cast(amount as varchar) as amount
			from staging.stg_oracle__invoice_lines where invoice_id = 'erp:201'`),
	).toEqual([{ order_line_id: 'erp:300100000004711:1', price: '50.00000000', amount: '90.0000' }])
	expect(
		await rows(`select order_line_id from staging.stg_oracle__invoice_lines where invoice_id = 'erp:206'`),
	).toEqual([{ order_line_id: 'erp:300100000004711:1' }])
})

test('revenue: distributions on the accounting date, a rule’s by its periods, Revenue Management’s events, journals by hand', async () => {
	expect(
		await rows(`select kind, document_id, cast(posting_date as varchar) as day, period_id, cast(amount as varchar) as amount, currency,
			cast(base_amount as varchar) as base, base_currency from staging.stg_oracle__revenue_entries where document_id not in ('erp:207', 'erp:208', 'erp:209', 'erp:211', 'erp:212', 'erp:302', 'erp:303') order by source_id`),
	).toEqual([
		{
			kind: 'invoice',
			document_id: 'erp:201',
			day: '2026-10-16',
			period_id: '2026-10',
			amount: '90.0000',
			currency: 'USD',
			base: '81.0000',
			base_currency: 'EUR',
		},
		{
			kind: 'recognition',
			document_id: 'erp:204',
			day: '2026-09-30',
			period_id: '2026-09',
			amount: '30.0000',
			currency: 'USD',
			base: '27.0000',
			base_currency: 'EUR',
		},
		{
			kind: 'recognition',
			document_id: 'erp:204',
			day: '2026-10-31',
			period_id: '2026-10',
			amount: '30.0000',
			currency: 'USD',
			base: '27.0000',
			base_currency: 'EUR',
		},
		{
			kind: 'recognition',
			document_id: 'erp:204',
			day: '2026-11-30',
			period_id: '2026-11',
			amount: '30.0100',
			currency: 'USD',
			base: '27.0100',
			base_currency: 'EUR',
		},
		{
			kind: 'credit_note',
			document_id: 'erp:301',
			day: '2026-10-18',
			period_id: '2026-10',
			amount: '-4.0000',
			currency: 'USD',
			base: '-3.6000',
			base_currency: 'EUR',
		},
		{
			kind: 'journal',
			document_id: 'erp:601:Accrual',
			day: '2026-10-31',
			period_id: '2026-10',
			amount: '12.0000',
			currency: 'EUR',
			base: '12.0000',
			base_currency: 'EUR',
		},
		// What Receivables posted beside its transactions: no document of it is read.
		{
			kind: 'journal',
			document_id: 'erp:607:Accrual',
			day: '2026-10-31',
			period_id: '2026-10',
			amount: '7.0000',
			currency: 'EUR',
			base: '7.0000',
			base_currency: 'EUR',
		},
		expect.objectContaining({ document_id: 'erp:611:Accrual', amount: '0.5000' }),
		{
			kind: 'recognition',
			document_id: 'erp:205',
			day: '2026-10-31',
			period_id: '2026-10',
			amount: '45.0000',
			currency: 'USD',
			base: '40.5000',
			base_currency: 'EUR',
		},
		{
			kind: 'recognition',
			document_id: 'erp:206',
			day: '2026-10-31',
			period_id: '2026-10',
			amount: '15.0000',
			currency: 'USD',
			base: '13.5000',
			base_currency: 'EUR',
		},
	])
})

test('a line is revenue on a revenue account alone, also where a segment has the separator in it', async () => {
	expect(
		await rows(`select document_id, cast(amount as varchar) as amount from staging.stg_oracle__revenue_entries
			where document_id in ('erp:211', 'erp:212') order by 1`),
	).toEqual([{ document_id: 'erp:212', amount: '90.0000' }])
})

test('the ledger says what its revenue accounts come to, whatever the source, for all its legal entities; what it has nothing of is 0', async () => {
	expect(
		await rows(`select legal_entity_id, account, period_id, cast(amount as varchar) as amount, currency, is_posted_later, is_translated_here
			from staging.stg_oracle__reported_totals order by period_id`),
	).toEqual(
		[
			['2026-09', '0.0000'],
			['2026-10', '119.5000'],
			['2026-11', '0.0000'],
		].map(([period, amount]) => ({
			legal_entity_id: null,
			account: null,
			period_id: period,
			amount,
			currency: 'EUR',
			is_posted_later: true,
			// Revenue Management's events are in dollars.
			is_translated_here: true,
		})),
	)
})

test('tax is what its distributions come to, so that lines that do not fit the total are named; without any, the rest', async () => {
	expect(
		await rows(`select number, cast(tax_amount as varchar) as tax from staging.stg_oracle__invoices
			where number in ('A', 'I', 'K') union all
			select document || ' ' || number, cast(tax_amount as varchar) from staging.base_oracle__transactions where number = 'CM-301' order by 1`),
	).toEqual([
		{ number: 'A', tax: '17.1000' },
		{ number: 'I', tax: '17.1000' },
		{ number: 'K', tax: '17.1000' },
		{ number: 'credit_note CM-301', tax: '-1.7100' },
	])
	// What `documents_add_up` compares.
	expect(
		await rows(`select cast(sum(lines.amount) - min(invoices.total_amount - invoices.tax_amount) as varchar) as off
			from staging.stg_oracle__invoices as invoices
			inner join staging.stg_oracle__invoice_lines as lines on invoices.invoice_id = lines.invoice_id where invoices.number = 'I'`),
	).toEqual([{ off: '17.1000' }])
})

test('freight at the head of an invoice is a line, and revenue where it is posted to such an account', async () => {
	expect(
		await rows(`select invoice_line_id as line, kind, cast(amount as varchar) as amount from staging.stg_oracle__invoice_lines
			where invoice_id = 'erp:207' order by 1`),
	).toEqual([
		{ line: 'erp:207:217', kind: 'item', amount: '90.0000' },
		{ line: 'erp:207:freight', kind: 'freight', amount: '13.0000' },
	])
	expect(
		await rows(`select invoice_line_id as line, cast(amount as varchar) as amount, cast(base_amount as varchar) as base
			from staging.stg_oracle__revenue_entries where document_id = 'erp:207' order by 1`),
	).toEqual([
		{ line: 'erp:207:217', amount: '90.0000', base: '81.0000' },
		{ line: 'erp:207:freight', amount: '10.0000', base: '9.0000' },
	])
	expect(
		await rows(`select cast(tax_amount as varchar) as tax from staging.stg_oracle__invoices where number = 'G'`),
	).toEqual([{ tax: '17.1000' }])
})

test('freight of lines is freight of the invoice, and revenue, whoever accounts for the lines', async () => {
	expect(
		await rows(`select invoice_line_id as line, kind, cast(amount as varchar) as amount from staging.stg_oracle__invoice_lines
			where invoice_id = 'erp:208' order by 1`),
	).toEqual([
		{ line: 'erp:208:218', kind: 'item', amount: '90.0000' },
		{ line: 'erp:208:219', kind: 'item', amount: '90.0000' },
		{ line: 'erp:208:freight', kind: 'freight', amount: '15.0000' },
	])
	expect(
		await rows(`select invoice_line_id as line, cast(amount as varchar) as amount from staging.stg_oracle__revenue_entries
			where document_id = 'erp:208' order by 1, 2`),
	).toEqual([
		{ line: 'erp:208:219', amount: '90.0000' },
		{ line: 'erp:208:freight', amount: '10.0000' },
		{ line: 'erp:208:freight', amount: '5.0000' },
	])
	expect(
		await rows(`select cast(tax_amount as varchar) as tax from staging.stg_oracle__invoices where number = 'H'`),
	).toEqual([{ tax: '0.0000' }])
})

test('freight that a credit memo gives back is a line of it, and revenue', async () => {
	expect(
		await rows(`select credit_note_line_id as line, kind, cast(amount as varchar) as amount from staging.stg_oracle__credit_note_lines
			where credit_note_id = 'erp:302'`),
	).toEqual([{ line: 'erp:302:freight', kind: 'freight', amount: '9.0000' }])
	expect(
		await rows(`select credit_note_line_id as line, cast(amount as varchar) as amount, cast(base_amount as varchar) as base
			from staging.stg_oracle__revenue_entries where document_id = 'erp:302'`),
	).toEqual([{ line: 'erp:302:freight', amount: '-9.0000', base: '-8.1000' }])
})

test('credit memos are positive, with the invoice to which they were applied or which they name', async () => {
	expect(
		await rows(`select number, invoice_id, legal_entity_id, cast(total_amount as varchar) as total, cast(tax_amount as varchar) as tax
			from staging.stg_oracle__credit_notes order by 1`),
	).toEqual([
		{ number: 'CM-301', invoice_id: 'erp:201', legal_entity_id: 'erp:31', total: '10.7100', tax: '1.7100' },
		{ number: 'CM-302', invoice_id: 'erp:204', legal_entity_id: 'erp:31', total: '10.7100', tax: '1.7100' },
		// Its business unit's legal entity is another one.
		expect.objectContaining({ number: 'CM-303', invoice_id: null, legal_entity_id: 'erp:32' }),
	])
	// The two to which it is applied, each with its part.
	expect(
		await rows(`select invoice_id, cast(amount as varchar) as amount from staging.stg_oracle__payment_applications
			where credit_note_id = 'erp:303' and not is_deleted order by 1`),
	).toEqual([
		{ invoice_id: 'erp:204', amount: '6.0000' },
		{ invoice_id: 'erp:205', amount: '4.7100' },
	])
	expect(
		await rows(
			`select cast(quantity as varchar) as quantity, cast(amount as varchar) as amount from staging.stg_oracle__credit_note_lines
			where credit_note_id = 'erp:301'`,
		),
	).toEqual([{ quantity: '1.000000', amount: '9.0000' }])
})

test('receipts have what is not applied of them; an application that is not the latest is none', async () => {
	expect(
		await rows(`select number, customer_id, legal_entity_id, cast(amount as varchar) as amount, cast(unapplied_amount as varchar) as unapplied,
			is_voided from staging.stg_oracle__payments`),
	).toEqual([
		{
			number: 'R1',
			customer_id: 'erp:63',
			legal_entity_id: 'erp:31',
			amount: '120.0000',
			unapplied: '20.0000',
			is_voided: false,
		},
	])
	expect(
		await rows(
			`select source_id, payment_id, credit_note_id, invoice_id, is_deleted from staging.stg_oracle__payment_applications order by 1`,
		),
	).toEqual([
		{ source_id: '501', payment_id: 'erp:401', credit_note_id: null, invoice_id: 'erp:201', is_deleted: false },
		{ source_id: '502', payment_id: 'erp:401', credit_note_id: null, invoice_id: 'erp:201', is_deleted: true },
		{ source_id: '503', payment_id: null, credit_note_id: 'erp:301', invoice_id: 'erp:201', is_deleted: false },
		{ source_id: '504', payment_id: null, credit_note_id: 'erp:303', invoice_id: 'erp:201', is_deleted: true },
		{ source_id: '505', payment_id: null, credit_note_id: 'erp:303', invoice_id: 'erp:204', is_deleted: false },
		{ source_id: '506', payment_id: null, credit_note_id: 'erp:303', invoice_id: 'erp:205', is_deleted: false },
	])
})

test('an order goes where its lines do, else where it says; an invoice to the site that it names, if that is known', async () => {
	expect(
		await rows('select document_term_id, record_id, ship_to from staging.stg_oracle__document_terms order by 1'),
	).toEqual([
		{ document_term_id: 'erp:invoice:201', record_id: 'erp:201', ship_to: '80333, DE' },
		{ document_term_id: 'erp:order:300100000004711', record_id: 'erp:300100000004711', ship_to: '80331, DE' },
		{ document_term_id: 'erp:order:CPQ:Q-12', record_id: 'erp:CPQ:Q-12', ship_to: '10115, DE' },
	])
})
