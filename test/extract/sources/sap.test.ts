import { expect, test } from 'vitest'
import { guardedUrl } from '../../../extract/guard.ts'
import type { Query } from '../../../extract/source.ts'
import { descriptionOf } from '../../../extract/sources/sap/describe.ts'
import { filterOf, followed } from '../../../extract/sources/sap/requests.ts'
import { type SapOptions, sap, sapV2 } from '../../../extract/sources/sap/sap.ts'
import { entityOf } from '../../../extract/sources/sap/sets.ts'
import { sapVerdict } from '../../../extract/sources/sap/verdict.ts'

const v2 = (code: string, value: string) =>
	JSON.stringify({ error: { code, message: { lang: 'en', value }, innererror: {} } })
const v4 = (code: string, message: string) => JSON.stringify({ error: { code, message } })
const page = '<html><head><title>Logon Error</title></head><body><h1>Anmeldung fehlgeschlagen</h1></body></html>'

test.each([
	[200, '', 'ok'],
	[400, v2('005056A509B11EE1B9A8FEC11C21D78E', 'Property X not found in type A_SalesOrderType'), 'drift'],
	[400, v4('/IWBEP/CM_V4_COS/014', "Property 'X' does not exist"), 'drift'],
	[401, page, 'auth'],
	[401, '', 'auth'],
	[403, v2('/IWFND/CM_CONSUMER/101', 'No authorization to access service'), 'denied'],
	[403, v2('/IWFND/MED/170', "No service found for namespace '', name 'API_X'"), 'denied'],
	[404, v2('/IWFND/MED/170', "No service found for namespace '', name 'API_X'"), 'denied'],
	[404, v2('005056A509B11EE1B9A8FEC11C21578E', "Resource not found for segment 'A_X'"), 'drift'],
	[405, '', 'config'],
	[408, '', 'retry'],
	[413, '', 'smaller'],
	[414, '', 'smaller'],
	[429, '', 'retry'],
	[500, v2('/IWFND/CM_BEC/026', 'RFC Error'), 'retry'],
	[500, v2('RAISE_SHORTDUMP', 'Runtime error DBIF_RSQL_SQL_ERROR'), 'smaller'],
	[500, v2('SY/530', 'A timeout occurred'), 'smaller'],
	[500, v4('', 'TSV_TNEW_PAGE_ALLOC_FAILED'), 'smaller'],
	[501, '', 'config'],
	[502, page, 'retry'],
	[503, page, 'retry'],
	[504, page, 'smaller'],
])('%i %s means %s', (status, text, action) => {
	expect(sapVerdict({ status, headers: {}, text }).action).toBe(action)
})

test('a refusal tells what the gateway said, in either version, and what helps', () => {
	expect(sapVerdict({ status: 403, headers: {}, text: v2('/IWFND/MED/170', 'No service found') })).toMatchObject({
		code: '/IWFND/MED/170',
		message: 'No service found',
		next: expect.stringContaining('/IWFND/MAINT_SERVICE'),
	})
	const noView = "No service found for namespace '', name 'YY1_TIEOUT_EXCHANGERATES_CDS', version '0001'"
	expect(sapVerdict({ status: 403, headers: {}, text: v2('/IWFND/MED/170', noView) })).toMatchObject({
		action: 'denied',
		next: expect.stringContaining('exchange_rates: false'),
	})
	expect(sapVerdict({ status: 400, headers: {}, text: v4('X/1', 'Bad property') })).toMatchObject({
		code: 'X/1',
		message: 'Bad property',
	})
	expect(sapVerdict({ status: 401, headers: {}, text: page })).toMatchObject({
		code: 'HTTP 401',
		message: 'Anmeldung fehlgeschlagen',
	})
	expect(sapVerdict({ status: 429, headers: { 'retry-after': '7' }, text: '' })).toMatchObject({ after: 7 })
})

const options = sap.options.parse({
	url: 'https://my300000-api.s4hana.cloud.sap',
	user: 'READER',
	password: 'secret',
	income_accounts: '41000000-41999999, 44000000',
}) as SapOptions

function query(name: string, since: string | null, source = sap): Query<SapOptions> {
	const stream = source.streams.find((one) => one.name === name)!
	const window = {
		since: since === null ? null : Date.parse(since),
		until: Date.parse('2026-11-04T09:30:15Z'),
		signature: '',
	}
	return { stream, fields: {}, window, options }
}

function filter(name: string, since: string | null, source = sap) {
	const asked = query(name, since, source)
	return filterOf(asked, entityOf(asked.stream))
}

test('what changed is asked for as each set can tell it, in the literals of its version', () => {
	expect(filter('business_partners', '2026-11-03T08:15:00Z')).toBe(
		"Customer ne '' and (LastChangeDate gt datetime'2026-11-03T00:00:00' or (LastChangeDate eq datetime'2026-11-03T00:00:00' and LastChangeTime ge time'PT08H15M00S') or CreationDate ge datetime'2026-11-03T00:00:00')",
	)
	expect(filter('sales_orders', '2026-11-03T08:15:00Z')).toBe(
		"(LastChangeDateTime ge 2026-11-03T08:15:00Z and LastChangeDateTime le 2026-11-04T09:30:15Z) or OverallSDProcessStatus ne 'C'",
	)
	expect(filter('sales_orders', '2026-11-03T08:15:00Z', sapV2)).toContain(
		"LastChangeDateTime ge datetimeoffset'2026-11-03T08:15:00Z'",
	)
	expect(filter('receivables', '2026-11-03T08:15:00Z')).toBe(
		"FinancialAccountType eq 'D' and (AccountingDocumentCreationDate ge datetime'2026-11-03T00:00:00' or LastChangeDate ge datetime'2026-11-03T00:00:00' or ClearingCreationDate ge datetime'2026-11-03T00:00:00')",
	)
	expect(filter('income_items', null)).toBe(
		"((GLAccount ge '41000000' and GLAccount le '41999999') or GLAccount eq '44000000') and AccountingDocumentCreationDate le datetime'2026-11-05T00:00:00'",
	)
})

test('a count of what changed since a run counts that alone, not all there is nor what is open', () => {
	const asked = query('sales_orders', '2026-11-03T08:15:00Z')
	const changed = 'LastChangeDateTime ge 2026-11-03T08:15:00Z and LastChangeDateTime le 2026-11-04T09:30:15Z'
	expect(filterOf({ ...asked, isLive: true }, entityOf(asked.stream))).toBe(changed)
	const whole = query('sales_orders', null)
	expect(filterOf({ ...whole, isLive: true }, entityOf(whole.stream))).toBe('CreationDate le 2026-11-05')
})

test('revenue comes from the entry view, or from one ledger of the universal journal: never from both', () => {
	const universal = { ...options, income_from: 'universal_journal', ledger: '2L' } as SapOptions
	const read = (given: SapOptions) => sap.inUse!(given).filter((name) => /^(income|journal)_items$/.test(name))
	expect([read(options), read(universal)]).toEqual([['income_items'], ['journal_items']])
	expect([sap.revenueFrom!(options), sap.revenueFrom!(universal)]).toEqual([undefined, '2L'])
	const asked = query('journal_items', '2026-11-03T08:15:00Z')
	expect(filterOf({ ...asked, options: universal }, entityOf(asked.stream))).toBe(
		"((GLAccount ge '41000000' and GLAccount le '41999999') or GLAccount eq '44000000') and Ledger eq '2L' and (CreationDate ge datetime'2026-11-03T00:00:00' or LastChangeDate ge datetime'2026-11-03T00:00:00')",
	)
})

test('sales orders are never counted without a bound: that can end in a dump', () => {
	expect(filter('sales_orders', null, sapV2)).toBe("CreationDate le datetime'2026-11-05T00:00:00'")
	expect(filter('sales_orders', null)).toBe('CreationDate le 2026-11-05')
})

test('a next page is followed on our own host, whatever host it names, and keeps what it forgets', () => {
	const asked = {
		method: 'GET' as const,
		path: '/sap/opu/odata/sap/API_PRODUCT_SRV/A_Product',
		query: { $filter: "Product ne ''", $top: '1000', 'sap-client': '100' },
	}
	const entity = { root: '/sap/opu/odata/sap/API_PRODUCT_SRV', set: 'A_Product' }
	const next = followed(
		'https://s4h.internal:44300/sap/opu/odata/sap/API_PRODUCT_SRV/A_Product?$skiptoken=400',
		asked,
		entity,
	)
	expect(next.path).toBe(asked.path)
	expect(next.query).toEqual({ $filter: "Product ne ''", $top: '1000', 'sap-client': '100', $skiptoken: '400' })
	expect(followed('A_Product?$skiptoken=2&$filter=x', asked, entity).query).toMatchObject({
		$filter: 'x',
		$skiptoken: '2',
	})
	expect(() =>
		followed('https://s4h.internal/sap/opu/odata/sap/API_OTHER/A_Other?$skiptoken=1', asked, entity),
	).toThrow(/another list/)
})

test('keys of several parts are passed by part after part; an apostrophe stays one', () => {
	const asked = query('income_items', null)
	const fields = Object.fromEntries(Object.entries(asked.stream.columns).map(([name, { field }]) => [name, field]))
	const after = {
		company_code: '1010',
		fiscal_year: '2026',
		accounting_document: "9'1",
		accounting_document_item: '002',
	}
	const { first } = sap.read({ ...asked, fields, after } as never)
	expect(first.query!['$filter']).toContain(
		"(CompanyCode gt '1010' or (CompanyCode eq '1010' and FiscalYear gt '2026') or (CompanyCode eq '1010' and FiscalYear eq '2026' and AccountingDocument gt '9''1') or (CompanyCode eq '1010' and FiscalYear eq '2026' and AccountingDocument eq '9''1' and AccountingDocumentItem gt '002'))",
	)
	const rates = query('exchange_rates', null)
	const from = Object.fromEntries(Object.entries(rates.stream.columns).map(([name, { field }]) => [name, field]))
	const behind = { source_currency: 'EUR', target_currency: 'USD', validity_start_date: '/Date(1492041600000)/' }
	expect(sap.read({ ...rates, fields: from, after: behind } as never).first.query!['$filter']).toContain(
		"ValidityStartDate gt datetime'2017-04-13T00:00:00'",
	)
})

test('a page longer than asked for, and one older than asked for, are no answers', () => {
	const asked = query('billing_documents', '2026-11-03T08:15:00Z')
	const reading = sap.read({ ...asked, fields: { billing_document: 'BillingDocument' }, pageSize: 2 } as never)
	const answered = (rows: number, stamp: string) =>
		reading.next(
			{
				rows,
				envelope: { d: {} },
				last: { billing_document: '9', last_change_date_time: stamp },
				lastRecord: null,
				headers: {},
			},
			reading.first,
		)
	expect(() => answered(3, '/Date(1793779200000+0000)/')).toThrow(/3 records came where 2 were asked for/)
	expect(() => answered(1, '/Date(1493779200000+0000)/')).toThrow(/older than was asked for/)
	expect(answered(1, '/Date(1793779200000+0000)/')).toBeNull()
})

test('nothing but lists, counts and descriptions can be asked', () => {
	const url = 'https://my300000-api.s4hana.cloud.sap'
	const check = (path: string, method: 'GET' | 'POST' = 'GET', extra: Record<string, string> = {}) =>
		guardedUrl({ method, path, query: extra }, url, [url], sap.allow)
	const orders = '/sap/opu/odata/sap/API_SALES_ORDER_SRV'
	expect(check(`${orders}/A_SalesOrder`).pathname).toBe(`${orders}/A_SalesOrder`)
	expect(check(`${orders}/A_SalesOrder/$count`).pathname).toContain('$count')
	for (const path of [
		`${orders}/releaseApprovalRequest`,
		`${orders}/rejectApprovalRequest`,
		`${orders}/$batch`,
		`${orders}/A_SalesOrder('1')`,
	])
		for (const method of ['GET', 'POST'] as const) expect(() => check(path, method)).toThrow(/not one of the reads/)
	expect(() => check('/sap/opu/odata/sap/API_BILLING_DOCUMENT_SRV/Cancel', 'POST')).toThrow(/not one of the reads/)
	expect(() => check(`${orders}/A_SalesOrder`, 'GET', { action: 'release' })).toThrow(/none of a list's/)
	expect(() => guardedUrl({ method: 'GET', path: 'https://s4h.internal:44300/x' }, url, [url], sap.allow)).toThrow(
		/not a host/,
	)
})

test('a description is read from the service’s metadata, custom fields and labels too', () => {
	const edmx = `<Schema Namespace="S4"><EntityType Name="A_ThingType" sap:x="1"><Key><PropertyRef Name="Id"/></Key><Property Name="Id" Type="Edm.String" sap:label="Number"/>
		<Property Name="YY1_CRM_THG" Type="Edm.String" MaxLength="20" sap:label="CRM"/><NavigationProperty Name="to_Item" Relationship="S4.a"/></EntityType>
		<EntityType Name="A_ThingItemType"><Property Name="Other" Type="Edm.Decimal"/></EntityType>
		<EntityContainer><EntitySet Name="A_ThingItem" EntityType="S4.A_ThingItemType"/><EntitySet Name="A_Thing" EntityType="S4.A_ThingType"/></EntityContainer></Schema>`
	expect(descriptionOf(edmx, 'A_Thing')).toEqual({
		fields: { Id: 'Edm.String', YY1_CRM_THG: 'Edm.String', to_Item: 'navigation' },
		labels: { Id: 'Number', YY1_CRM_THG: 'CRM', to_Item: '' },
	})
	expect(descriptionOf(edmx, 'A_Nothing')).toBeNull()
})

test('settings are checked: a login, the client, the accounts', () => {
	const given = { url: 'https://a.example', income_accounts: '41000000' }
	const problems = (more: object) =>
		sap.options.safeParse({ ...given, ...more }).error?.issues.map(({ message }) => message)
	expect(problems({})).toEqual([
		'user and password, certificate and private_key, client_id and client_secret, or api_key are needed',
	])
	expect(problems({ api_key: 'k', sap_client: '1' })).toEqual(['is a client of three digits'])
	expect(problems({ api_key: 'k', income_accounts: '41000000 to 42' })![0]).toContain('lists accounts and ranges')
	expect(sap.options.safeParse({ ...given, client_id: 'c', client_secret: 's' }).success).toBe(true)
	expect(sap.secrets({ ...given, user: 'u', password: 'p' })).toEqual(['p', Buffer.from('u:p').toString('base64')])
})

test('a company of one currency reads no rates, if it says so', () => {
	const given = (more: object) => sap.options.parse({ ...options, ...more }) as Record<string, unknown>
	expect(sap.inUse!(given({}))).toContain('exchange_rates')
	const missing = sap.inUse!(given({})).filter((name) => !sap.inUse!(given({ exchange_rates: false })).includes(name))
	expect(missing).toEqual(['exchange_rates'])
})
