import { startSandboxes } from '../../../extract/sandbox/sandbox.ts'
import type { RecordVersion } from '../../../extract/sandbox/world/world.ts'
import { monthsSet } from '../months.ts'
import { sandboxConnections } from '../sandboxes.ts'
import { startProject } from '../vendor.ts'
import { stagingOf, twoDigits } from './build-staging.ts'

// Records of a German company code, made by hand.

export type Body = Record<string, unknown>
const from = Date.UTC(2026, 9, 1)
export const ms = (date: string) => `/Date(${Date.parse(`${date}T00:00:00Z`)})/`
export const list = (...results: Body[]) => ({ results })

export function record(object: string, id: string, columns: Record<string, string | null>, body: Body): RecordVersion {
	const values = { ...columns, changed: '2026-10-20T10:00:00Z', body: JSON.stringify({ ...columns, ...body }) }
	return { system: 'sap', object, id, from, values }
}

export const price = (rate: string, quantity = '1', unit = 'PC') => ({
	PricingProcedureStep: '20',
	PricingProcedureCounter: '1',
	ConditionType: 'PMP0',
	ConditionRateValue: rate,
	ConditionRateAmount: rate,
	ConditionQuantity: quantity,
	ConditionQuantityUnit: unit,
	ConditionQuantitySAPUnit: unit,
	ConditionAmount: '1.00',
	ConditionClass: 'B',
	ConditionIsForStatistics: false,
	ConditionInactiveReason: '',
})

export function billing(
	number: string,
	category: string,
	more: Body = {},
	items: Body[] = [billedItem('10')],
): RecordVersion {
	const columns = {
		BillingDocument: number,
		CompanyCode: '1010',
		CreationDate: '2026-10-15',
		BillingDocumentDate: '2026-10-15',
		SDDocumentCategory: category,
	}
	return record('A_BillingDocument', number, columns, {
		CreationDate: ms('2026-10-15'),
		CreationTime: 'PT09H30M15S',
		BillingDocumentDate: ms('2026-10-15'),
		BillingDocumentIsCancelled: false,
		CancelledBillingDocument: '',
		TotalNetAmount: '95.00',
		TransactionCurrency: 'EUR',
		TaxAmount: '18.05',
		SoldToParty: '10041000',
		AccountingDocument: number,
		FiscalYear: '2026',
		AbsltAccountingExchangeRate: '1.00000',
		AcctgExchangeRateIsIndrctQtan: false,
		AccountingPostingStatus: 'C',
		InvoiceClearingStatus: 'A',
		YY1_CRMOpportunity_BDH: '',
		YY1_SalesChannel_BDH: '',
		DistributionChannel: '10',
		to_Item: list(...items),
		...more,
	})
}

export const billedItem = (item: string, more: Body = {}) => ({
	BillingDocumentItem: item,
	Material: 'GA-1',
	BillingQuantity: '2',
	BillingQuantityUnit: 'PC',
	NetAmount: '95.00',
	TaxAmount: '18.05',
	TransactionCurrency: 'EUR',
	SalesDocument: '91',
	SalesDocumentItem: '10',
	to_PricingElement: list(
		{ ...price('60.00'), ConditionInactiveReason: 'A', PricingProcedureStep: '30' },
		price('50.00'),
	),
	...more,
})

let line = 0
/** A line of a journal entry of the fiscal year 2026, unless `more` has another. Lines are numbered through all entries, unless it has its own. */
export function entry(
	document: string,
	type: string,
	amount: string,
	more: Body = {},
	posted = '2026-10-15',
): RecordVersion {
	const item = String(more['AccountingDocumentItem'] ?? ++line).padStart(3, '0')
	const year = String(more['FiscalYear'] ?? 2026)
	const columns = {
		CompanyCode: '1010',
		FiscalYear: year,
		AccountingDocument: document,
		AccountingDocumentItem: item,
		FinancialAccountType: more['GLAccount'] === '11000000' ? 'D' : 'S',
		GLAccount: String(more['GLAccount'] ?? '41000000'),
		PostingDate: posted,
		AccountingDocumentCreationDate: '2026-10-15',
		LastChangeDate: null,
		ClearingCreationDate: null,
	}
	return record('A_OperationalAcctgDocItemCube', `1010:${year}:${document}:${item}`, columns, {
		AccountingDocumentType: type,
		ReferenceDocumentType: { RV: 'VBRK', RR: 'PRRR' }[type] ?? 'BKPF',
		AmountInTransactionCurrency: amount,
		TransactionCurrency: 'EUR',
		AmountInCompanyCodeCurrency: amount,
		CompanyCodeCurrency: 'EUR',
		FiscalPeriod: posted.slice(5, 7).padStart(3, '0'),
		PostingDate: ms(posted),
		DocumentDate: ms('2026-10-15'),
		AccountingDocumentCreationDate: ms('2026-10-15'),
		CreationTime: 'PT09H30M15S',
		Customer: '0010041000',
		BillingDocument: type === 'RV' ? document.padStart(10, '0') : '',
		SalesDocument: '0000000091',
		SalesDocumentItem: '000010',
		Material: 'GA-1',
		DocumentItemText: '',
		InvoiceReference: '',
		InvoiceReferenceFiscalYear: more['InvoiceReference'] ? year : '0000',
		InvoiceItemReference: '000',
		ClearingAccountingDocument: '',
		ClearingDocFiscalYear: more['ClearingAccountingDocument'] ? year : '0000',
		IsCleared: false,
		...more,
		GLAccount: columns.GLAccount,
		AccountingDocumentItem: item,
	})
}

/** What a line on a customer's account has beside. */
export const receivable = { GLAccount: '11000000', NetDueDate: ms('2026-11-14'), SalesDocument: '', Material: '' }

/** The company code and its sales organisation. */
export const companyCode = [
	record(
		'A_CompanyCode',
		'1010',
		{ CompanyCode: '1010' },
		{ CompanyCodeName: 'Halvorsen DE', Country: 'DE', Currency: 'EUR' },
	),
	record(
		'A_SalesOrganization',
		'1010',
		{ SalesOrganization: '1010' },
		{ SalesOrganizationCurrency: 'EUR', CompanyCode: '1010' },
	),
]

/** Loads these records from SAP's sandbox and builds its staging models. `close` removes them. */
export async function stagingOfSap(versions: RecordVersion[]) {
	const sandboxes = await startSandboxes({
		pair: { crm: 'salesforce', erp: 'sap' },
		versions,
		now: Date.UTC(2026, 11, 1),
	})
	const connections = sandboxConnections(sandboxes).filter(({ kind }) => kind === 'sap')
	const project = await startProject(connections, { sources: [] })
	const configuration = [monthsSet('2026-10', '2026-11'), twoDigits('EUR', 'USD')]
	const staged = await stagingOf(project, 'sap', { now: sandboxes.now(), configuration })
	await sandboxes.close()
	return staged
}
