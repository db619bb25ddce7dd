import { expect, test } from 'vitest'
import { columns } from '../../extract/columns.ts'
import { compareDescriptions } from '../../extract/schema-diff.ts'
import type { Stream } from '../../extract/source.ts'

const things: Stream = {
	name: 'things',
	object: 'thing',
	key: ['id'],
	columns: columns('Id Amount:amount Stage Name *code=Code__c', (field) => field.toLowerCase()),
	cursor: null,
	freshness: { warn: 60, error: 120 },
}
const connection = { name: 'crm', kind: 'small', options: {}, fields: { code: 'Our_Code__c' } }

const staging = {
	fields: { Id: 'id', Amount: 'currency', Stage: 'picklist', Name: 'string', Our_Code__c: 'string', Note: 'string' },
	required: ['Id', 'Name'],
	lengths: { Name: 80, Our_Code__c: 20, Note: 10 },
	options: { Stage: ['Won', 'Lost'] },
}

test('the same environment has no difference, whatever the case of its names', () => {
	const other = { ...staging, fields: { ...staging.fields, amount: 'currency' } as Record<string, string> }
	delete other.fields['Amount']
	expect(compareDescriptions({ things: staging }, { things: other }, { streams: [things], connection })).toEqual([])
})

test('what reading would stumble over breaks; what nothing reads differs only', () => {
	const production = {
		fields: { Id: 'id', Amount: 'string', Stage: 'picklist', Name: 'string', Note: 'int', Extra: 'string' },
		required: ['Id'],
		lengths: { Name: 120, Note: 5 },
		options: { Stage: ['Won', 'Closed'] },
	}
	const found = compareDescriptions({ things: staging }, { things: production }, { streams: [things], connection })
	expect(found.map(({ field, change, breaks }) => `${breaks ? 'breaks' : 'differs'} ${field} ${change}`)).toEqual([
		'breaks Amount retyped',
		'differs Extra added',
		'differs Name longer',
		'breaks Name optional',
		'differs Note retyped',
		'differs Note shorter',
		'breaks Our_Code__c removed',
		'breaks Stage option added',
		'differs Stage option removed',
	])
})

test('a stream that only the first environment describes can’t be read from the second', () => {
	expect(compareDescriptions({ things: staging }, { things: null }, { streams: [things], connection })).toMatchObject([
		{ stream: 'things', change: 'not there', breaks: true },
	])
	expect(compareDescriptions({}, {}, { streams: [things], connection })).toEqual([])
})
