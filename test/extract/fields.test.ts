import { expect, test } from 'vitest'
import { completeFields, driftEvents } from '../../extract/fields.ts'
import { typeUnknown } from '../../extract/source.ts'
import type { StreamRun } from '../../extract/state.ts'

const run = { connection: 'erp', stream: 'customers', runId: 'r1' } as StreamRun
const declared = new Map([
	['id', ['customer_id']],
	['email', ['email']],
])
const whole = { id: 'string', email: 'string', taxcode: 'string' }
const partial = { id: typeUnknown, email: typeUnknown }

/** What a description after another one changes, and what is remembered of both. */
function after(before: Record<string, string> | null, described: Record<string, string>) {
	const fields = completeFields(before, described, declared)
	const events = driftEvents(run, before, fields, declared)
	return { fields, changes: events.map(({ field, change, before, after }) => `${field} ${change} ${before} ${after}`) }
}

test('types that could not be had are no change, and what was known of them stays known', () => {
	expect(after(whole, partial)).toEqual({ fields: whole, changes: [] })
	expect(after(partial, partial)).toEqual({ fields: partial, changes: [] })
})

test('types that are told for the first time are no change, nor are the fields that come with them', () => {
	expect(after(partial, whole)).toEqual({ fields: whole, changes: [] })
	expect(after(null, partial)).toEqual({ fields: partial, changes: [] })
})

test('a type that changed while it could not be had is told when it can', () => {
	const between = after(whole, partial).fields
	expect(after(between, { ...whole, email: 'integer' }).changes).toEqual(['email retyped string integer'])
})

test('a field that is read and gone is told, whatever else could not be had', () => {
	expect(after(whole, { id: typeUnknown })).toEqual({
		fields: { id: 'string', taxcode: 'string' },
		changes: ['email removed string null'],
	})
	expect(after(partial, { id: 'string' }).changes).toEqual(['email removed unknown null'])
})

test('between two whole descriptions every difference is told', () => {
	const { taxcode: _, ...without } = whole
	expect(after(whole, without).changes).toEqual(['taxcode removed string null'])
	expect(after(without, whole).changes).toEqual(['taxcode added null string'])
	expect(after(whole, { ...whole, id: 'integer' }).changes).toEqual(['id retyped string integer'])
})
