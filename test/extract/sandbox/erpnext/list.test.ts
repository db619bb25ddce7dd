import { afterAll, beforeAll, expect, test } from 'vitest'
import { erpnextCredentials } from '../../../../extract/sandbox/erpnext/credentials.ts'
import { floatText } from '../../../../extract/sandbox/erpnext/value-json.ts'
import { type Sandboxes, startSandboxes } from '../../../../extract/sandbox/sandbox.ts'
import type { RecordVersion } from '../../../../extract/sandbox/world/world.ts'

let sandboxes: Sandboxes
beforeAll(async () => {
	sandboxes = await startSandboxes({ pair: { crm: 'salesforce', erp: 'erpnext' }, versions: records() })
})
afterAll(() => sandboxes.close())

function records(): RecordVersion[] {
	const from = Date.parse('2026-11-01T00:00:00Z')
	const stamps = (at: number) => ({ creation: stamp(at), modified: stamp(at) })
	const stamp = (at: number) => `2026-11-01 10:00:${String(at).padStart(2, '0')}.000001`
	const orders = Array.from(
		{ length: 45 },
		(_, at): RecordVersion => ({
			system: 'erpnext',
			object: 'Sales Order',
			id: `HI-${100 + at}`,
			from,
			values: {
				...stamps(at),
				docstatus: at % 3 === 0 ? '0' : '1',
				currency: at % 2 === 0 ? 'USD' : 'EUR',
				grand_total: `${at}.10`,
				crm_opportunity_id: at === 7 ? null : `0065g0000abc${at % 2 === 0 ? 'D' : 'd'}`,
				workflow_state: at < 40 ? 'Approved' : null,
			},
		}),
	)
	const customers = ['Ärzte GmbH', 'arzte gmbh 2', 'Zoë & Co/Ltd'].map(
		(id): RecordVersion => ({
			system: 'erpnext',
			object: 'Customer',
			id,
			from,
			values: { ...stamps(1), customer_name: id },
		}),
	)
	return [...orders, ...customers]
}

const { apiKey, apiSecret } = erpnextCredentials

async function ask(path: string, init: RequestInit = {}) {
	const headers = { authorization: `token ${apiKey}:${apiSecret}`, ...init.headers }
	const answer = await fetch(`${sandboxes.url('erpnext')}${path}`, { ...init, headers })
	const text = await answer.text()
	return { status: answer.status, text, json: text.startsWith('{') ? JSON.parse(text) : null }
}

const list = (query: Record<string, unknown>, doctype = 'Sales Order') => {
	const texts = Object.entries(query).map(([name, value]) => [
		name,
		typeof value === 'string' ? value : JSON.stringify(value),
	])
	return ask(`/api/resource/${encodeURIComponent(doctype)}?${new URLSearchParams(texts)}`)
}
const namesOf = async (query: Record<string, unknown>, doctype?: string) =>
	(await list(query, doctype)).json.data.map(({ name }: { name: string }) => name)

test('twenty rows with their names, in no order, unless something else is asked for', async () => {
	const first = await namesOf({})
	expect(first).toHaveLength(20)
	expect(await namesOf({})).not.toEqual(first)
	expect(await namesOf({ limit_page_length: 0 })).toHaveLength(45)
	expect(await namesOf({ limit_page_length: 'many' })).toHaveLength(45)
	expect((await list({ limit_page_length: -1 })).status).toBe(500)
	expect(await namesOf({ order_by: 'name desc', limit_start: 44 })).toEqual(['HI-100'])
})

test('filters are joined by and, or_filters by or; a zone behind a stamp is thrown away', async () => {
	const filters = [
		['docstatus', '=', 1],
		['modified', '>=', '2026-11-01T10:00:43.000001Z'],
	]
	expect(await namesOf({ filters, order_by: 'name asc' })).toEqual(
		['HI-143', 'HI-144'].filter((name) => name !== 'HI-142').slice(0, 2),
	)
	const orFilters = [
		['modified', '<=', '2026-11-01 10:00:00.000001'],
		['name', '=', 'HI-120'],
	]
	expect(await namesOf({ or_filters: orFilters, order_by: 'name asc' })).toEqual(['HI-100', 'HI-120'])
	expect(await namesOf({ filters: { name: ['in', ['HI-101', 'HI-102']] }, order_by: 'name' })).toEqual([
		'HI-101',
		'HI-102',
	])
	expect(await namesOf({ filters: [['workflow_state', 'is', 'not set']], limit_page_length: 0 })).toHaveLength(5)
})

test('texts are compared without case and accents: fifteen characters of two CRM ids are one', async () => {
	const filters = [['crm_opportunity_id', '=', '0065g0000abcd']]
	expect(await namesOf({ filters, limit_page_length: 0 })).toHaveLength(44)
	expect(await namesOf({ order_by: 'name asc' }, 'Customer')).toEqual(['Ärzte GmbH', 'arzte gmbh 2', 'Zoë & Co/Ltd'])
	expect(await namesOf({ filters: [['name', '>', 'ARZTE GMBH']], order_by: 'name asc' }, 'Customer')).toEqual([
		'arzte gmbh 2',
		'Zoë & Co/Ltd',
	])
	expect((await ask(`/api/resource/Customer/${encodeURIComponent('Zoë & Co/Ltd')}`)).json.data.customer_name).toBe(
		'Zoë & Co/Ltd',
	)
})

test('counts and sums of a group come as floats; the method that counts leaves out nothing either', async () => {
	const fields = ['currency', 'count(name) as rows', 'sum(grand_total) as total']
	const { text } = await list({ fields, group_by: 'currency', order_by: 'currency asc' })
	expect(text).toBe('{"data":[{"currency":"EUR","rows":22,"total":486.2},{"currency":"USD","rows":23,"total":508.3}]}')
	const filters = JSON.stringify([['docstatus', '=', 0]])
	expect((await ask(`/api/method/frappe.client.get_count?doctype=Sales+Order&filters=${filters}`)).json).toEqual({
		message: 15,
	})
	expect((await ask(`/api/v2/doctype/Sales%20Order/count?filters=${filters}`)).json).toEqual({ data: 15 })
})

test('a sort by what is no field is the database’s error, a field that isn’t there frappe’s', async () => {
	expect(await list({ order_by: 'nothing asc' })).toMatchObject({ status: 500, json: { exc_type: 'OperationalError' } })
	expect(await list({ filters: [['nothing', '=', 1]] })).toMatchObject({ status: 417, json: { exc_type: 'DataError' } })
})

test('whatever writes is refused and noted', async () => {
	sandboxes.forgetRequests()
	const json = { 'content-type': 'application/json' }
	for (const method of ['POST', 'PUT', 'DELETE']) {
		const body = JSON.stringify({ status: 'Closed' })
		expect((await ask('/api/resource/Sales%20Order/HI-100', { method, body, headers: json })).status).toBe(403)
	}
	expect((await ask('/api/method/frappe.client.submit?doc={}')).status).toBe(403)
	expect((await ask('/api/resource/Sales%20Order/HI-100?run_method=submit')).status).toBe(403)
	expect(sandboxes.requests().erpnext.writes).toHaveLength(5)
})

test.each([
	['100.00', '100.0'],
	['0', '0.0'],
	['-0.10', '-0.1'],
	['1117.503', '1117.503'],
	['0.00001', '1e-05'],
	['12345678901234567', '1.2345678901234568e+16'],
	['90071992547409.93', '90071992547409.94'],
])('the decimal %s is the float %s', (decimal, float) => {
	expect(floatText(decimal)).toBe(float)
})
