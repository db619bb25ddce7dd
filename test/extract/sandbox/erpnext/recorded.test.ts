import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { erpnextCredentials } from '../../../../extract/sandbox/erpnext/credentials.ts'
import { doctypes } from '../../../../extract/sandbox/erpnext/doctypes.ts'
import { type Sandboxes, startSandboxes } from '../../../../extract/sandbox/sandbox.ts'
import type { RecordVersion } from '../../../../extract/sandbox/world/world.ts'

// Requests that a real ERPNext 15.70 was asked, and what it answered: asked again here, of a sandbox that has the records it showed.
type Recorded = {
	note: string
	request: { method: string; target: string; authorization: string | null; body: unknown }
	response: { status: number; contentType: string; body: unknown }
}

const folder = path.join(import.meta.dirname, 'recorded')
const names = readdirSync(folder)
const recorded = (name: string): Recorded => JSON.parse(readFileSync(path.join(folder, name), 'utf8'))
let sandboxes: Sandboxes
beforeAll(async () => {
	sandboxes = await startSandboxes({ pair: { crm: 'salesforce', erp: 'erpnext' }, versions: shownRecords() })
})
afterAll(() => sandboxes.close())

test.each(names)('%s', async (name) => {
	const { request, response } = recorded(name)
	const answer = await fetch(`${sandboxes.url('erpnext')}${targetOf(name, request.target)}`, {
		method: request.method,
		headers: {
			accept: 'application/json',
			...authorization(name, request),
			...(request.body ? { 'content-type': 'application/json' } : {}),
		},
		...(request.body ? { body: JSON.stringify(request.body) } : {}),
	})
	const text = await answer.text()
	expect({ status: answer.status, type: answer.headers.get('content-type') }).toEqual({
		status: response.status,
		type: response.contentType,
	})
	if (typeof response.body === 'string')
		return expect(text.replace(/\d{4}/g, 'N')).toBe(response.body.replace(/\d{4}/g, 'N'))
	const body = JSON.parse(text)
	// A document has more fields than the sandbox keeps; whatever it shows must be there, and be of the same kind.
	if ('data' in body && !Array.isArray(body.data))
		return expect(shapeOf(response.body)).toMatchObject(shapeOf(body) as object)
	expect(shapeOf(body)).toEqual(shapeOf(response.body))
	for (const word of ['exc_type', 'exception'])
		expect(body[word]).toBe((response.body as Record<string, unknown>)[word])
})

test('every number that is no count has a point, as floats of Python have', async () => {
	const answer = await fetch(
		`${sandboxes.url('erpnext')}/api/resource/Sales%20Invoice?fields=["grand_total","docstatus"]&order_by=name&limit=1`,
		{ headers: authorization('', { authorization: 'token' }) },
	)
	expect(await answer.text()).toMatch(/^\{"data":\[\{"grand_total":\d+\.\d+,"docstatus":1\}\]\}$/)
})

function authorization(
	name: string,
	{ authorization: given }: Pick<Recorded['request'], 'authorization'>,
): Record<string, string> {
	if (given === null) return {}
	const { apiKey, apiSecret, limitedKey, limitedSecret } = erpnextCredentials
	if (/^17/.test(name)) return { authorization: given }
	return {
		authorization: /^2[12]/.test(name) ? `token ${limitedKey}:${limitedSecret}` : `token ${apiKey}:${apiSecret}`,
	}
}

/** The long one was kept without its middle. */
function targetOf(name: string, target: string): string {
	// The pages in front are not all here.
	if (/^04/.test(name)) return target.replace('limit_start=100', 'limit_start=4')
	return /^25/.test(name) ? `/api/resource/Sales%20Invoice?filters=${'x'.repeat(7790)}` : target
}

/** The kinds of values, of lists those of the first element; texts that hold JSON or a traceback are texts. */
function shapeOf(value: unknown): unknown {
	if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])]
	if (value === null || typeof value !== 'object') return value === null ? 'null' : typeof value
	const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
	return Object.fromEntries(members.map(([name, member]) => [name, shapeOf(member)]))
}

/** The records that the recorded answers show, each with all that was shown of it. */
function shownRecords(): RecordVersion[] {
	const records = new Map<string, { object: string; values: Record<string, unknown> }>()
	const add = (object: string, values: Record<string, unknown>) => {
		const known = records.get(`${object} ${values['name']}`)?.values
		const company = {
			company: 'Halvorsen Messtechnik GmbH',
			docstatus: 1,
			creation: '2026-01-01 00:00:00.1',
			modified: '2026-02-12 00:00:00.1',
		}
		records.set(`${object} ${values['name']}`, { object, values: { ...company, ...known, ...values } })
	}
	for (const name of names) {
		const { request, response } = recorded(name)
		const object = decodeURIComponent(
			/^\/api\/(?:resource|v2\/document)\/([^/?]+)/.exec(request.target)?.[1] ?? 'Sales Invoice',
		)
		const { data, message } = response.body as { data?: unknown; message?: unknown }
		const rows = [data, message].flatMap((one) =>
			Array.isArray(one) ? one : one && typeof one === 'object' ? [one] : [],
		)
		for (const row of rows as Record<string, unknown>[]) {
			if (name.startsWith('10')) continue
			add(object, row)
			for (const [field, list] of Object.entries(row))
				for (const child of Array.isArray(list) ? list : [])
					add(
						doctypes.find(({ parents }) => parents.some(([of, table]) => of === object && table === field))?.name ?? '',
						child,
					)
		}
	}
	add('Company', { name: 'Halden Instruments Inc' })
	return [...records.values()].flatMap(({ object, values }) => {
		const doctype = doctypes.find(({ name }) => name === object)
		if (!doctype) return []
		const kept = doctype.fields.filter(({ name }) => values[name] !== undefined)
		return {
			system: 'erpnext',
			object,
			id: String(values['name']),
			from: Date.parse('2026-01-01T00:00:00Z'),
			values: Object.fromEntries(kept.map(({ name }) => [name, values[name] === null ? null : String(values[name])])),
		}
	})
}
