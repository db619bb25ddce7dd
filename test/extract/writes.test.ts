import { expect, test } from 'vitest'
import { guardedUrl } from '../../extract/guard.ts'
import { sourceOf } from '../../extract/run.ts'

// The writes that three of the systems have, each tried at the last place before a socket opens. The other systems' are tried beside
// their sources' tests.

/** What the guard says to requests of a connection: `POST /path`, with the host in front where it is another. */
function attempts(kind: string, options: Record<string, unknown>) {
	const { source, connection } = sourceOf({ name: 'it', kind, options })
	const [origin, origins] = [source.origin(connection.options), source.origins(connection.options)]
	const ask = (line: string, more: { body?: unknown; query?: Record<string, string> } = {}) => {
		const [method, path] = line.split(' ') as ['GET', string]
		return guardedUrl({ method, path, ...more }, origin, origins, source.allow)
	}
	const refused = (line: string, more: { body?: unknown; query?: Record<string, string> } = {}) =>
		expect(() => ask(line, more), line).toThrow(expect.objectContaining({ kind: 'refused' }))
	return { ask, refused }
}

test('Salesforce: no record, file, job, approval, action or script', () => {
	const { ask, refused } = attempts('salesforce', {
		url: 'https://acme.my.salesforce.com',
		client_id: 'x',
		client_secret: 'y',
	})
	const data = '/services/data/v66.0'
	for (const line of [
		...['POST', 'PUT', 'PATCH', 'DELETE'].flatMap((method) => [
			`${method} ${data}/sobjects/Opportunity`,
			`${method} ${data}/sobjects/Opportunity/006000000000001AAA`,
			`${method} ${data}/sobjects/Account/ERP_Id__c/42`,
			`${method} ${data}/composite/sobjects`,
			`${method} ${data}/query`,
			`${method} ${data}/queryAll`,
		]),
		...['', '/batch', '/tree/Account', '/graph'].map((path) => `POST ${data}/composite${path}`),
		`POST ${data}/jobs/ingest`,
		`PUT ${data}/jobs/ingest/7505g00000000001/batches`,
		...['PATCH', 'DELETE'].flatMap((method) => [`${method} ${data}/jobs/ingest/75`, `${method} ${data}/jobs/query/75`]),
		`POST ${data}/process/approvals`,
		`POST ${data}/process/rules/Account`,
		`POST ${data}/actions/standard/emailSimple`,
		`POST ${data}/sobjects/Account/quickActions/NewContact`,
		`POST ${data}/tooling/sobjects/ApexClass`,
		// Runs whatever it is given.
		`GET ${data}/tooling/executeAnonymous/`,
		`POST ${data}/chatter/feed-elements`,
		'POST /services/apexrest/anything',
		'GET /services/apexrest/anything',
		'POST /services/async/66.0/job',
		'POST /services/Soap/u/66.0',
		'POST /services/oauth2/revoke',
	])
		refused(line)
	const query = (q: string) => ({ query: { q } })
	for (const q of ['delete from Account', 'select Id from Account; delete from Account', 'update Account set Name = 1'])
		refused(`GET ${data}/query`, query(q))
	// These lock records, or note that somebody has looked at them.
	for (const end of ['for update', 'FOR VIEW', 'for  reference', 'limit 1 FOR UPDATE'])
		refused(`GET ${data}/queryAll`, query(`select Id from Account ${end}`))
	const q = "select Id, Update__c from Account where Name = 'for update; delete' order by Id"
	expect(ask(`GET ${data}/queryAll`, query(q)).searchParams.get('q')).toBe(q)
})

test('NetSuite: no record, no transformation, no script, no statement but one SELECT', () => {
	const { ask, refused } = attempts('netsuite', {
		account: '1234567',
		client_id: 'x',
		consumer_secret: 'x',
		token_id: 'x',
		token_secret: 'x',
	})
	const rest = '/services/rest'
	for (const line of [
		...['POST', 'PUT', 'PATCH', 'DELETE'].flatMap((method) => [
			`${method} ${rest}/record/v1/salesOrder`,
			`${method} ${rest}/record/v1/salesOrder/42`,
			`${method} ${rest}/record/v1/salesOrder/eid:SO1`,
			`${method} ${rest}/record/v1/salesOrder/42/item/1`,
		]),
		`POST ${rest}/record/v1/salesOrder/42/!transform/invoice`,
		`POST ${rest}/async/v1/job`,
		`POST ${rest}/query/v1/dataset/x/result`,
		`POST ${rest}/auth/oauth2/v1/revoke`,
		'POST /services/NetSuitePort_2024_1',
		'GET /app/site/hosting/restlet.nl',
		'POST /app/site/hosting/restlet.nl',
		'GET https://1234567.restlets.api.netsuite.com/app/site/hosting/restlet.nl',
		'GET /app/site/hosting/scriptlet.nl',
	])
		refused(line)
	const sql = (q: unknown) => ({ body: { q } })
	for (const q of [
		'update customer set companyname = 1',
		'delete from customer',
		'select 1 from dual; delete from customer',
		'select 1 from dual where 1 = (delete from customer)',
		'',
		undefined,
	])
		refused(`POST ${rest}/query/v1/suiteql`, sql(q))
	expect(ask(`POST ${rest}/query/v1/suiteql`, sql('select id from customer')).pathname).toBe(`${rest}/query/v1/suiteql`)
})

test('EspoCRM: no record, no link, no mass action, no rate, no setting', () => {
	const { ask, refused } = attempts('espocrm', { url: 'https://crm.acme.com', api_key: 'x' })
	const api = '/api/v1'
	for (const line of [
		...['POST', 'PUT', 'PATCH', 'DELETE'].flatMap((method) => [
			...['Account', 'Contact', 'Opportunity', 'User', 'CurrencyRate', 'CurrencyRecordRate', 'Metadata'].map(
				(entity) => `${method} ${api}/${entity}`,
			),
			`${method} ${api}/Opportunity/66c30000000000001`,
			`${method} ${api}/Account/66a10000000000001/contacts`,
			`${method} ${api}/App/user`,
		]),
		...['Action', 'MassAction', 'Import', 'Settings', 'Attachment', 'Email', 'Stream', 'Kanban/order'].map(
			(path) => `POST ${api}/${path}`,
		),
		...['Admin/rebuild', 'Admin/clearCache', 'Account/action/merge', 'Account/66a10000000000001'].map(
			(path) => `GET ${api}/${path}`,
		),
		`POST ${api}/Account/action/merge`,
		'GET https://crm.acme.com.evil.example/api/v1/Account',
		'GET http://crm.acme.com/api/v1/Account',
	])
		refused(line)
	expect(ask(`GET ${api}/Account`).href).toBe('https://crm.acme.com/api/v1/Account')
})
