import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { suffix } from '../../../../extract/sandbox/world/company/identifiers.ts'
import { crmSystems, erpSystems, usualPair } from '../../../../extract/sandbox/world/systems.ts'
import { companyStart, type RecordVersion, recordVersions } from '../../../../extract/sandbox/world/world.ts'
import { all, minor, stateOf, text } from './measures.ts'

const versions = [...recordVersions({})]
const state = stateOf(versions, companyStart)

describe('the sample company', () => {
	it('has the size that the issue asks for', () => {
		expect(all(state, 'Account')).toHaveLength(3400)
		expect(all(state, 'customer')).toHaveLength(2800)
		expect(count('Opportunity')).toBeGreaterThan(5700)
		expect(count('OpportunityLineItem')).toBeGreaterThan(14_000)
		expect(count('OpportunityLineItem')).toBeLessThan(16_000)
	})

	it('is the same every time, and another one with another seed', () => {
		const again = fingerprint(recordVersions({ scale: 0.05 }))
		expect(fingerprint(recordVersions({ scale: 0.05 }))).toBe(again)
		expect(fingerprint(recordVersions({ scale: 0.05, seed: 2 }))).not.toBe(again)
	})

	it('gives each record its versions in the order of time, and ends with what was deleted', () => {
		const last = new Map<string, { from: number; isGone: boolean }>()
		const wrong = versions.filter(({ object, id, from, values }) => {
			const before = last.get(`${object}|${id}`)
			last.set(`${object}|${id}`, { from, isGone: values === null })
			return before !== undefined && (before.from >= from || before.isGone)
		})
		expect(wrong).toEqual([])
	})

	it('shows some versions minutes after their stamp, and none before it', () => {
		const delays = versions.flatMap(({ from, values }) => {
			const stamp = values?.SystemModstamp ?? values?.lastmodifieddate ?? values?.linelastmodifieddate
			return typeof stamp === 'string' ? [from - Date.parse(stamp)] : []
		})
		expect(delays.filter((delay) => delay < 0)).toEqual([])
		expect(delays.filter((delay) => delay >= 60_000).length).toBeGreaterThan(1000)
		expect(delays.reduce((most, delay) => Math.max(most, delay))).toBeLessThan(5 * 60_000)
	})

	it('has events after the start, and none after its last day', () => {
		const from = versions.map((version) => version.from)
		expect(from.filter((at) => at > companyStart && at < companyStart + 86_400_000).length).toBeGreaterThan(100)
		expect(from.reduce((most, at) => Math.max(most, at))).toBeLessThan(Date.UTC(2026, 10, 12))
	})

	it('writes Salesforce ids whose last three characters follow from the first fifteen', () => {
		const ids = versions.filter(({ system }) => system === 'salesforce').map(({ id }) => id)
		expect(ids.filter((id) => id.length !== 18 || suffix(id.slice(0, 15)) !== id.slice(15))).toEqual([])
		// Salesforce's own example (Help, "Record IDs").
		expect(suffix('0013000000A2tVe')).toBe('AAJ')
	})

	it('has one set of fields per object', () => {
		const shapes = new Map<string, Set<string>>()
		for (const { object, values } of versions) {
			if (values) shapes.set(object, (shapes.get(object) ?? new Set()).add(Object.keys(values).sort().join()))
		}
		expect([...shapes].filter(([, one]) => one.size > 1).map(([object]) => object)).toEqual([])
	})
})

describe('its external ids', () => {
	const references = all(state, 'customer').map((customer) => customer.custentity_crm_id)
	const accounts = all(state, 'Account')

	it('have 18 characters, 15, another case, a typo, or are missing', () => {
		const of = (form: (one: string) => boolean) =>
			references.filter((one) => typeof one === 'string' && form(one)).length
		expect(of((one) => one.length === 18 && suffix(one.slice(0, 15)) === one.slice(15))).toBeGreaterThan(1500)
		expect(of((one) => one.length === 15 && !one.endsWith('###'))).toBeGreaterThan(50)
		expect(of((one) => one.length === 18 && one === one.toLowerCase())).toBeGreaterThan(10)
		expect(of((one) => one.endsWith('###'))).toBeGreaterThan(10)
		expect(references.filter((one) => one === null).length).toBeGreaterThan(200)
	})

	it('name several customers by right, and one customer twice by mistake', () => {
		const named = accounts.map((account) => text(account.ERP_Id__c))
		expect(named.filter((one) => /[;, ]/.test(one)).length).toBeGreaterThan(100)
		const counts = new Map<string, number>()
		for (const one of named) if (one) counts.set(one, (counts.get(one) ?? 0) + 1)
		expect([...counts.values()].filter((count) => count === 2).length).toBeGreaterThan(3)
	})

	it('survive the merge of an account, whose deals move to the survivor', () => {
		const merged = accounts.filter((account) => account.IsDeleted && account.MasterRecordId)
		expect(merged.length).toBeGreaterThan(10)
		const gone = new Set(merged.map((account) => text(account.Id)))
		expect(all(state, 'Opportunity').filter((deal) => gone.has(text(deal.AccountId)))).toEqual([])
	})
})

describe('its life', () => {
	const lives = group('Opportunity')

	it('has deals that are edited after they were won, dated back, reopened, won again and deleted', () => {
		const has = (life: (versions: RecordVersion[]) => boolean) => lives.filter(life).length
		const won = (version: RecordVersion) => version.values?.IsWon === true
		expect(
			has((life) => life.some((one, at) => won(one) && life.slice(at).some((two) => two.values?.IsWon === false))),
		).toBeGreaterThan(20)
		expect(
			has((life) =>
				life.some(
					(one, at) =>
						won(one) && life.slice(at).some((two) => won(two) && two.values!.CloseDate !== one.values!.CloseDate),
				),
			),
		).toBeGreaterThan(5)
		expect(has((life) => life.some(won) && life.some((one) => one.values?.IsDeleted === true))).toBeGreaterThan(20)
		expect(has((life) => life.at(-1)!.values === null)).toBeGreaterThan(5)
		expect(has((life) => new Set(life.filter(won).map((one) => one.values!.Amount)).size > 1)).toBeGreaterThan(10)
		const first = (life: RecordVersion[]) => life.find(won)
		expect(
			has((life) =>
				Boolean(
					first(life) &&
						text(first(life)!.values!.LastModifiedDate).slice(0, 7) > text(first(life)!.values!.CloseDate).slice(0, 7),
				),
			),
		).toBeGreaterThan(30)
	})

	it('posts documents of a closed month into the next', () => {
		const periods = new Map(
			all(state, 'accountingperiod').map((period) => [text(period.id), text(period.startdate).slice(0, 7)]),
		)
		const late = all(state, 'transaction').filter(
			(row) => row.type === 'CustInvc' && periods.get(text(row.postingperiod))! > text(row.trandate).slice(0, 7),
		)
		expect(late.length).toBeGreaterThan(20)
	})

	it('deletes records of the ERP and says so', () => {
		const orders = all(state, 'deletedrecord').filter(({ scriptid }) => scriptid === 'salesorder')
		expect(orders.length).toBeGreaterThan(3)
		expect(orders.filter(({ recordid }) => state.get('transaction')!.has(text(recordid)))).toEqual([])
	})
})

describe('its ledger', () => {
	it('balances in every transaction', () => {
		const sums = new Map<string, bigint>()
		const bases: Record<string, string> = { '1': 'USD', '2': 'EUR', '3': 'GBP', '4': 'JPY' }
		const lines = state.get('transactionline')!
		for (const row of all(state, 'transactionaccountingline')) {
			const line = lines.get(`${text(row.transaction)}:${text(row.transactionline)}`)!
			const base = bases[text(line.subsidiary)]!
			const amount = minor(row.debit ?? '0', base) - minor(row.credit ?? '0', base)
			expect(minor(row.amount, base)).toBe(amount)
			sums.set(text(row.transaction), (sums.get(text(row.transaction)) ?? 0n) + amount)
		}
		expect([...sums].filter(([, sum]) => sum !== 0n)).toEqual([])
	})

	it('has lines that add up to the header, with the vendor’s signs', () => {
		const symbols = new Map(all(state, 'currency').map((row) => [text(row.id), text(row.symbol)]))
		const sums = new Map<string, bigint>()
		for (const line of all(state, 'transactionline')) {
			const transaction = state.get('transaction')!.get(text(line.transaction))!
			const amount = minor(line.foreignamount, symbols.get(text(transaction.currency))!)
			sums.set(text(line.transaction), (sums.get(text(line.transaction)) ?? 0n) + amount)
			if (line.mainline && transaction.type !== 'Journal')
				expect(text(line.foreignamount)).toBe(text(transaction.foreigntotal))
			if (line.quantity && !line.iscogs && line.itemtype !== 'Discount')
				expect(text(line.quantity).startsWith('-')).toBe(transaction.type !== 'CustCred')
		}
		expect([...sums].filter(([, sum]) => sum !== 0n)).toEqual([])
	})

	it('keeps an invoice’s unpaid amount in step with what was applied to it', () => {
		const symbols = new Map(all(state, 'currency').map((row) => [text(row.id), text(row.symbol)]))
		const applied = new Map<string, bigint>()
		for (const link of all(state, 'nexttransactionlinelink').filter(({ linktype }) => linktype === 'Payment')) {
			const currency = symbols.get(text(state.get('transaction')!.get(text(link.previousdoc))!.currency))!
			applied.set(
				text(link.previousdoc),
				(applied.get(text(link.previousdoc)) ?? 0n) + minor(link.foreignamount, currency),
			)
		}
		const invoices = all(state, 'transaction').filter(({ type, voided }) => type === 'CustInvc' && !voided)
		const wrong = invoices.filter((invoice) => {
			const currency = symbols.get(text(invoice.currency))!
			return (
				minor(invoice.foreigntotal, currency) - (applied.get(text(invoice.id)) ?? 0n) !==
				minor(invoice.foreignamountunpaid, currency)
			)
		})
		expect(wrong.map(({ tranid }) => tranid)).toEqual([])
	})

	it('points only at records that exist, but for references that somebody mistyped', () => {
		const has = (object: string, id: string | boolean | null | undefined) =>
			id === null || state.get(object)!.has(text(id))
		const lost = all(state, 'transactionline').filter(
			(line) =>
				!has('transaction', line.transaction) ||
				!has('customer', line.entity) ||
				// What ends an item group is the item 0, which is none.
				(!has('item', line.item) && line.itemtype !== 'EndGroup') ||
				!has('revenueelement', line.revenueelement),
		)
		expect(lost).toEqual([])
		expect(
			all(state, 'Opportunity').filter((deal) => !has('Account', deal.AccountId) || !has('User', deal.OwnerId)),
		).toEqual([])
		expect(
			all(state, 'OpportunityLineItem').filter(
				(line) =>
					!has('Opportunity', line.OpportunityId) ||
					!has('Product2', line.Product2Id) ||
					!has('PricebookEntry', line.PricebookEntryId),
			),
		).toEqual([])
		expect(
			all(state, 'nexttransactionlinelink').filter(
				(link) => !has('transaction', link.previousdoc) || !has('transaction', link.nextdoc),
			),
		).toEqual([])
	})
})

function group(object: string): RecordVersion[][] {
	const lives = new Map<string, RecordVersion[]>()
	for (const version of versions)
		if (version.object === object) lives.set(version.id, [...(lives.get(version.id) ?? []), version])
	return [...lives.values()]
}

function count(object: string): number {
	return state.get(object)!.size
}

function fingerprint(some: Iterable<RecordVersion>): string {
	const hash = createHash('sha256')
	for (const version of some) hash.update(JSON.stringify(version))
	return hash.digest('hex')
}

const besideTheUsual = [
	...crmSystems.map((crm) => ({ ...usualPair, crm })),
	...erpSystems.map((erp) => ({ ...usualPair, erp })),
]

it.each(besideTheUsual)('has dollars alone where it is one legal entity, in $crm and $erp', (pair) => {
	let isTold = false
	for (const { system, object, id, values } of recordVersions({ scale: 0.02, pair, isOneEntity: true })) {
		isTold ||= object === 'Opportunity' || object === 'deals'
		expect(JSON.stringify(values), `${system} ${object} ${id}`).not.toMatch(
			/\b(EUR|GBP|JPY|KWD)\b|Halvorsen (DE|UK|JP)/,
		)
	}
	expect(isTold).toBe(true)
})

/** Which documents each of these names, by what its own lines say. */
type Named = Map<string, Set<string>>

function add(named: Named, id: unknown, document: unknown): void {
	if (document) named.set(String(id), (named.get(String(id)) ?? new Set()).add(String(document)))
}

const listIn = (values: RecordVersion['values'], list: string) =>
	(JSON.parse(String(values!['body']))[list].results as Record<string, unknown>[]).filter(
		({ SalesSDDocumentCategory }) => (SalesSDDocumentCategory ?? 'C') === 'C',
	)

/** By ERP: the orders that an invoice's lines name, and the invoices that a credit note's lines name. */
const naming: Record<string, (invoices: Named, credits: Named, version: RecordVersion) => void> = {
	sap: (invoices, credits, { object, id, values }) => {
		if (object === 'A_BillingDocument')
			for (const { SalesDocument } of listIn(values, 'to_Item')) add(invoices, id, SalesDocument)
		if (object === 'A_CreditMemoRequest')
			for (const { ReferenceSDDocument } of listIn(values, 'to_Item')) add(credits, id, ReferenceSDDocument)
	},
	oracle: (invoices, _, { object, values }) => {
		if (object === 'receivablesInvoices.receivablesInvoiceLines')
			add(invoices, values!['parent_'], values!['SalesOrder'])
	},
	erpnext: (invoices, _, { object, values }) => {
		if (object === 'Sales Invoice Item') add(invoices, values!['parent'], values!['sales_order'])
	},
	netsuite: (invoices, _, { object, values }) => {
		if (object === 'nexttransactionlinelink' && values!['linktype'] === 'OrdBill')
			add(invoices, values!['nextdoc'], values!['previousdoc'])
	},
}

it.each([
	['sap', 8, 2],
	['oracle', 8, 0],
	['erpnext', 8, 0],
	['netsuite', 0, 0],
] as const)('bills orders together where %s can', (erp, collectiveInvoices, collectiveCredits) => {
	const [invoices, credits]: [Named, Named] = [new Map(), new Map()]
	for (const version of recordVersions({ scale: 0.02, pair: { ...usualPair, erp } }))
		if (version.system === erp && version.values) naming[erp]!(invoices, credits, version)
	const ofSeveral = (named: Named) => [...named.values()].filter(({ size }) => size > 1).length
	expect(invoices.size).toBeGreaterThan(50)
	expect(ofSeveral(invoices)).toBeGreaterThanOrEqual(collectiveInvoices)
	expect(ofSeveral(invoices) === 0).toBe(collectiveInvoices === 0)
	expect(ofSeveral(credits)).toBe(collectiveCredits)
})
