import { afterAll, beforeAll, expect, test } from 'vitest'
import { billing, companyCode, entry, receivable, stagingOfSap } from './sap-company-code.ts'

// What settles an invoice, in the ways that accounts receivable knows. Every invoice is over 113.05 with tax.
const cleared = (document: string, year = '2026') => ({
	...receivable,
	IsCleared: true,
	ClearingDate: '/Date(1793318400000)/',
	ClearingCreationDate: '/Date(1793318400000)/',
	ClearingAccountingDocument: document,
	ClearingDocFiscalYear: year,
})
const naming = (document: string, item = '000', year = '2026') => ({
	...receivable,
	InvoiceReference: document,
	InvoiceReferenceFiscalYear: year,
	InvoiceItemReference: item,
})

const versions = [
	...companyCode,
	// Numbers begin anew each year: the payment of 2025 is of another 9100, and the 1410 that cleared in 2025 another one.
	billing('9100', 'M'),
	entry('9100', 'RV', '113.05', receivable),
	entry('1410', 'DZ', '-13.05', naming('9100', '000', '2025')),
	billing('9110', 'M'),
	entry('9110', 'RV', '113.05', cleared('1420', '2025')),
	entry('1420', 'DZ', '-70.00', { ...receivable, Customer: '0010042000' }),
	// Two instalments; the second is paid in part.
	billing('9200', 'M'),
	entry('9200', 'RV', '60.00', { ...receivable, AccountingDocumentItem: '1' }),
	entry('9200', 'RV', '53.05', { ...receivable, AccountingDocumentItem: '2' }),
	entry('1430', 'DZ', '-20.00', naming('9200', '002')),
	// Paid on account, cleared later by a document of its own.
	billing('9300', 'M', { InvoiceClearingStatus: 'C' }),
	entry('9300', 'RV', '113.05', cleared('100')),
	entry('1440', 'DZ', '-113.05', cleared('100')),
	// Against a credit memo that names none.
	billing('9400', 'M', { InvoiceClearingStatus: 'C' }),
	entry('9400', 'RV', '113.05', cleared('101')),
	billing('9410', 'O'),
	entry('9410', 'RV', '-113.05', cleared('101')),
	// A payment of 80.00 clears it, and leaves the rest open as a line of its own.
	billing('9500', 'M', { InvoiceClearingStatus: 'C' }),
	entry('9500', 'RV', '113.05', cleared('1450')),
	entry('1450', 'DZ', '-113.05', cleared('1450')),
	entry('1450', 'DZ', '33.05', { ...naming('9500', '000'), BillingDocument: '0000009500' }),
	// The same, and the rest is paid later.
	billing('9600', 'M', { InvoiceClearingStatus: 'C' }),
	entry('9600', 'RV', '113.05', cleared('1460')),
	entry('1460', 'DZ', '-113.05', cleared('1460')),
	entry('1460', 'DZ', '33.05', { ...naming('9600'), ...cleared('1470') }),
	entry('1470', 'DZ', '-33.05', cleared('1470')),
	// Cancelled: what cancels it is no credit memo.
	billing('9700', 'M', { BillingDocumentIsCancelled: true, InvoiceClearingStatus: 'C' }),
	entry('9700', 'RV', '113.05', cleared('9710')),
	billing('9710', 'N', { CancelledBillingDocument: '9700', InvoiceClearingStatus: 'C' }),
	entry('9710', 'RV', '-113.05', cleared('9710')),
]

let staging: Awaited<ReturnType<typeof stagingOfSap>>
beforeAll(async () => {
	staging = await stagingOfSap(versions)
}, 60_000)
afterAll(() => staging?.close())

/** What was applied to an invoice: by which payment or credit memo, and how much; and what is open. */
async function settlement(invoice: string): Promise<{ applied: string[]; open: string }> {
	const applied = await staging.database.all<{ text: string }>(
		`select coalesce(payments.number, 'credit ' || credit_notes.number, 'nothing') || ' ' || cast(applications.amount as varchar) as text
		from staging.stg_sap__payment_applications as applications
		left join staging.stg_sap__payments as payments on applications.payment_id = payments.payment_id
		left join staging.stg_sap__credit_notes as credit_notes on applications.credit_note_id = credit_notes.credit_note_id
		where applications.invoice_id = $1 order by 1`,
		[`erp:billing/${invoice}`],
	)
	const [found] = await staging.database.all<{ open: string }>(
		'select cast(open_amount as varchar) as open from staging.stg_sap__invoices where number = $1',
		[invoice],
	)
	return { applied: applied.map(({ text }) => text), open: found!.open }
}

test.each([
	['a document of the same number in another year settles nothing', '9100', [], '113.0500'],
	['nor does it clear anything', '9110', [], '0.0000'],
	['one of two instalments is paid in part', '9200', ['1430 20.0000'], '93.0500'],
	['a payment on account was cleared with it later', '9300', ['1440 113.0500'], '0.0000'],
	['a credit memo was cleared with it', '9400', ['credit 9410 113.0500'], '0.0000'],
	['a residual item is still open', '9500', ['1450 80.0000'], '33.0500'],
	['a residual item was paid', '9600', ['1460 80.0000', '1470 33.0500'], '0.0000'],
	['a cancelled one was settled by nothing', '9700', [], '0.0000'],
])('%s', async (_, invoice, applied, open) => {
	expect(await settlement(invoice)).toEqual({ applied, open })
})
