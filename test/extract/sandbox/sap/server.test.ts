import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Sandboxes, startSandboxes } from '../../../../extract/sandbox/sandbox.ts'
import { sapCredentials } from '../../../../extract/sandbox/sap/credentials.ts'
import { ask } from '../clients.ts'

let sandboxes: Sandboxes
beforeAll(async () => {
	sandboxes = await startSandboxes({ pair: { crm: 'salesforce', erp: 'sap' }, scale: 0.05 })
}, 60_000)
afterAll(() => sandboxes.close())

const basic = `Basic ${Buffer.from(`${sapCredentials.user}:${sapCredentials.password}`).toString('base64')}`
const v4Root = '/sap/opu/odata4/sap/api_salesorder/srvd_a2x/sap/salesorder/0001'

function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
	const full = path.startsWith('/') ? path : `/sap/opu/odata/sap/${path}`
	return ask(sandboxes.url('sap') + full, {
		method,
		headers: { authorization: basic, accept: 'application/json', ...headers },
	})
}

test('V2: decimals are text, dates milliseconds, what is not expanded an address, lists have an envelope', async () => {
	const { json } = await get(
		'API_BILLING_DOCUMENT_SRV/A_BillingDocument?$top=1&$orderby=BillingDocument&$expand=to_Item',
	)
	const [record] = json.d.results
	expect(record.TotalNetAmount).toMatch(/^-?\d+(\.\d{2,3})?$/)
	expect(record.LastChangeDateTime).toMatch(/^\/Date\(\d+\+0000\)\/$/)
	expect(record.BillingDocumentDate).toMatch(/^\/Date\(\d+\)\/$/)
	expect(record.to_Item.results[0].to_PricingElement.__deferred.uri).toContain('s4h-app01.internal')
	expect(record.__metadata.type).toBe('S4.A_BillingDocumentType')
})

test('a page is shorter than asked for, and the next one lies on a host that nobody reaches', async () => {
	const { json } = await get(
		'API_OPLACCTGDOCITEMCUBE_SRV/A_OperationalAcctgDocItemCube?$top=2000&$inlinecount=allpages&$select=CompanyCode',
	)
	expect(json.d.results).toHaveLength(900)
	expect(Number(json.d.__count)).toBeGreaterThan(900)
	expect(json.d.__next).toMatch(/^https:\/\/s4h-app01\.internal/)
	const next = new URL(json.d.__next)
	expect((await get(`${next.pathname}${next.search}`)).json.d.results).toHaveLength(900)
})

test('V4: a relative link, and decimals as numbers unless they are asked for as text', async () => {
	const path = `${v4Root}/SalesOrder?$top=300&$expand=_Item($expand=_ItemPricingElement)&$count=true`
	const { json } = await get(path)
	expect(json.value).toHaveLength(120)
	expect(json['@odata.nextLink']).toMatch(/^SalesOrder\?/)
	expect(typeof json.value[0].TotalNetAmount).toBe('number')
	const exact = await get(path, { accept: 'application/json;IEEE754Compatible=true' })
	expect(exact.json.value[0].TotalNetAmount).toMatch(/^\d/)
	expect(exact.json.value[0]._Item[0]._ItemPricingElement[0].ConditionRateAmount).toMatch(/^\d/)
})

test('a count of all sales orders ends in a dump, one with a filter does not', async () => {
	expect((await get('API_SALES_ORDER_SRV/A_SalesOrder?$inlinecount=allpages&$top=1')).status).toBe(500)
	expect((await get('API_SALES_ORDER_SRV/A_SalesOrder/$count')).json.error.message.value).toContain('DBIF_RSQL')
	const counted = await get(
		"API_SALES_ORDER_SRV/A_SalesOrder/$count?$filter=CreationDate le datetime'2026-12-01T00:00:00'",
	)
	expect(Number(counted.text)).toBeGreaterThan(100)
})

test('a wrong login is a page, a wrong client too; an unknown property is a 400 in the words of its version', async () => {
	for (const [path, headers] of [
		['API_COMPANYCODE_SRV/A_CompanyCode', { authorization: 'Basic eDp5' }],
		['API_COMPANYCODE_SRV/A_CompanyCode?sap-client=200', {}],
	] as const) {
		const { status, headers: given, text } = await get(path, headers)
		expect([status, given.get('content-type')]).toEqual([401, 'text/html; charset=utf-8'])
		expect(text).toContain('Logon failed')
	}
	expect((await get('API_COMPANYCODE_SRV/A_CompanyCode?$select=Nothing')).json.error.message).toMatchObject({
		lang: 'en',
	})
	const { json } = await get(`${v4Root}/SalesOrder?$filter=Nothing eq '1'`)
	expect(json.error.message).toContain('Property Nothing not found')
	expect((await get('API_NOTHING_SRV/A_Nothing')).json.error.code).toBe('/IWFND/MED/170')
})

test('keys have zeros in front in one service only, and rates are quoted the other way round for yen', async () => {
	const cube = "API_OPLACCTGDOCITEMCUBE_SRV/A_OperationalAcctgDocItemCube?$filter=GLAccount ge '40000000'&$top=900"
	const item = (await get(cube)).json.d.results.find(
		(one: Record<string, string>) => one['ReferenceDocumentType'] === 'VBRK',
	)
	expect(item.BillingDocument).toMatch(/^00\d{8}$/)
	expect(item.SalesDocumentItem).toMatch(/^0{3,4}\d+$/)
	const billing = (
		await get(
			`API_BILLING_DOCUMENT_SRV/A_BillingDocument?$filter=BillingDocument eq '${item.BillingDocument.slice(2)}'`,
		)
	).json.d.results[0]
	expect(billing.BillingDocument).toBe(item.BillingDocument.slice(2))
	const rates = await get(
		"YY1_TIEOUT_EXCHANGERATES_CDS/YY1_TIEOUT_EXCHANGERATES?$filter=SourceCurrency eq 'JPY' and TargetCurrency eq 'USD'&$top=1",
	)
	expect(rates.json.d.results[0].ExchangeRate).toMatch(/^-1\d\d\.\d{5}$/)
})

test('a view of the universal journal has each entry once per ledger, and what has no entry view in it alone', async () => {
	const view = 'YY1_TIEOUT_JOURNALITEMS_CDS/YY1_TIEOUT_JOURNALITEMS'
	const cube = 'API_OPLACCTGDOCITEMCUBE_SRV/A_OperationalAcctgDocItemCube'
	const count = async (path: string) => Number((await get(path)).text)
	const all = await count(`${cube}/$count`)
	expect(await count(`${view}/$count`)).toBe(2 * all)
	expect(await count(`${view}/$count?$filter=Ledger eq '0L'`)).toBe(all)
	const recognised = "Ledger eq '0L' and GLAccount ge '41005000'"
	const { json } = await get(`${view}?$filter=${recognised}&$orderby=AccountingDocument,LedgerGLLineItem`)
	const [item] = json.d.results
	expect(item).toMatchObject({ SourceLedger: '0L', LedgerGLLineItem: expect.stringMatching(/^\d{6}$/) })
	expect(item).not.toHaveProperty('BillingDocument')
	expect((await get(`${view}?$filter=BillingDocument eq '1'`)).status).toBe(400)
	const without = await startSandboxes({ pair: { crm: 'salesforce', erp: 'sap' }, scale: 0.05, hasNoEntryView: true })
	try {
		const counted = async (path: string) =>
			Number((await ask(`${without.url('sap')}/sap/opu/odata/sap/${path}`, { headers: { authorization: basic } })).text)
		expect(await counted(`${view}/$count?$filter=Ledger eq '0L'`)).toBe(all)
		expect(await counted(`${cube}/$count`)).toBeLessThan(all)
	} finally {
		await without.close()
	}
}, 60_000)

test('without json in Accept it is a feed; the metadata is XML; a write is refused and noted', async () => {
	expect((await get('API_COMPANYCODE_SRV/A_CompanyCode', { accept: '*/*' })).headers.get('content-type')).toContain(
		'atom+xml',
	)
	const described = await get('API_SALES_ORDER_SRV/$metadata')
	expect(described.headers.get('content-type')).toBe('application/xml')
	expect(described.text).toContain('Name="YY1_CRMOpportunity_SDH"')
	sandboxes.forgetRequests()
	expect((await get('API_SALES_ORDER_SRV/A_SalesOrder', {}, 'POST')).status).toBe(403)
	expect(sandboxes.requests().sap.writes).toEqual(['POST /sap/opu/odata/sap/API_SALES_ORDER_SRV/A_SalesOrder'])
})

test('OAuth: a token by client credentials, which ends', async () => {
	const { clientId, clientSecret } = sapCredentials
	const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
	const login = await ask(`${sandboxes.url('sap')}/sap/bc/sec/oauth2/token`, {
		method: 'POST',
		headers: { authorization },
		body: new URLSearchParams({ grant_type: 'client_credentials' }),
	})
	const bearer = { authorization: `Bearer ${login.json.access_token}` }
	expect((await get('API_COMPANYCODE_SRV/A_CompanyCode', bearer)).json.d.results).toHaveLength(4)
	sandboxes.expireTokens()
	expect((await get('API_COMPANYCODE_SRV/A_CompanyCode', bearer)).status).toBe(401)
})

test('a company of one legal entity has one company code, and published no view of rates', async () => {
	const own = await startSandboxes({ pair: { crm: 'salesforce', erp: 'sap' }, scale: 0.01, isOneEntity: true })
	try {
		const headers = { authorization: basic, accept: 'application/json' }
		const of = (path: string) => ask(`${own.url('sap')}/sap/opu/odata/sap/${path}`, { headers })
		expect((await of('API_COMPANYCODE_SRV/A_CompanyCode')).json.d.results).toHaveLength(1)
		const rates = await of('YY1_TIEOUT_EXCHANGERATES_CDS/YY1_TIEOUT_EXCHANGERATES')
		expect(rates).toMatchObject({ status: 403, json: { error: { code: '/IWFND/MED/170' } } })
		expect((await of('YY1_TIEOUT_UNITS_CDS/YY1_TIEOUT_UNITS')).status).toBe(200)
	} finally {
		await own.close()
	}
})
