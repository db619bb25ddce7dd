import type { ValueKind } from '../stored-value.ts'

/** The field types of `describe`, as far as the sample company has them. */
export type SalesforceType = keyof typeof kinds

/** One field: `referenceTo` names the object that a reference leads to. */
export type SalesforceField = {
	name: string
	type: SalesforceType
	kind: ValueKind
	referenceTo: string | null
	label: string
}

/** How each type is kept and compared. */
const kinds = {
	id: 'text',
	reference: 'text',
	string: 'text',
	textarea: 'text',
	picklist: 'text',
	email: 'text',
	phone: 'text',
	url: 'text',
	boolean: 'boolean',
	int: 'number',
	double: 'number',
	currency: 'number',
	percent: 'number',
	date: 'date',
	datetime: 'datetime',
} as const satisfies Record<string, ValueKind>

/** A field from its declaration, `Name type` or `Name reference Object`. Throws RangeError at an unknown type. */
export function salesforceField(declaration: string, label?: string): SalesforceField {
	const [name = '', type = '', referenceTo = null] = declaration.trim().split(' ')
	if (!Object.hasOwn(kinds, type)) throw new RangeError(`field "${declaration}": no type of Salesforce's`)
	const known = type as SalesforceType
	return { name, type: known, kind: kinds[known], referenceTo, label: label ?? labelOf(name) }
}

function labelOf(name: string): string {
	const words = name
		.replace(/__c$/, '')
		.replaceAll('_', ' ')
		.replace(/([a-z])([A-Z])/g, '$1 $2')
	return words.replace(/ Id$/, ' ID')
}
