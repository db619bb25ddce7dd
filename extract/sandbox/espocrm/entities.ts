import type { SandboxOptions } from '../options.ts'
import type { StoredObject } from '../store.ts'
import type { ValueKind } from '../stored-value.ts'
import type { SchemaEvent } from '../world/schema-events.ts'

/** One attribute of an entity, with EspoCRM's word for the type of its field. */
export type Attribute = { name: string; kind: ValueKind; type: string }

/** One entity of the site. */
export type Entity = { name: string; attributes: Attribute[]; stamp: string | null }

const kinds: Record<string, ValueKind> = {
	varchar: 'text',
	enum: 'text',
	text: 'text',
	link: 'text',
	currency: 'number',
	decimal: 'number',
	int: 'integer',
	bool: 'boolean',
	date: 'date',
	datetime: 'datetime',
}

/** The entities of the sample company's site: what the API user may read. */
export const espocrmEntities: Entity[] = [
	entity('Account', 'modifiedAt')`
		name varchar, type enum, website varchar, emailAddress varchar, phoneNumber varchar, billingAddressStreet text,
		billingAddressCity varchar, billingAddressState varchar, billingAddressPostalCode varchar, billingAddressCountry varchar,
		assignedUserId link, createdAt datetime, modifiedAt datetime, cErpCustomerId varchar, cTaxNumber varchar, cSegment enum,
		cLegalEntity enum, cPaymentTerms varchar, cCurrency enum, cAccountNumber varchar`,
	entity('Contact', 'modifiedAt')`
		firstName varchar, lastName varchar, emailAddress varchar, title varchar, accountId link, createdAt datetime,
		modifiedAt datetime`,
	entity('Opportunity', 'modifiedAt')`
		name varchar, accountId link, stage enum, probability int, amount currency, amountCurrency varchar, closeDate date,
		assignedUserId link, createdAt datetime, modifiedAt datetime, modifiedById link, cErpOrderId varchar, cLegalEntity enum, cSalesChannel enum,
		cType enum`,
	entity('CurrencyRecordRate', null)`recordName varchar, baseCode varchar, date date, rate decimal`,
	entity('User', null)`name varchar, userName varchar, emailAddress varchar, isActive bool, type enum`,
]

/** The entities as the company's site has them: one of one legal entity and one currency makes no fields of its own for either. */
export function entitiesOf(entities: Entity[], { isOneEntity }: Pick<SandboxOptions, 'isOneEntity'>): Entity[] {
	const missing = isOneEntity ? ['cLegalEntity', 'cCurrency'] : []
	return entities.map((entity) => ({
		...entity,
		attributes: entity.attributes.filter(({ name }) => !missing.includes(name)),
	}))
}

/** The entity as the store keeps it. */
export function storedEntity({ name, attributes, stamp }: Entity): StoredObject {
	return {
		system: 'espocrm',
		name,
		columns: attributes.map(({ name: column, kind }) => ({ name: column, kind })),
		key: ['id'],
		stamp,
	}
}

/** The attribute that a schema event speaks of. */
export function eventAttribute({ field, type }: Pick<SchemaEvent, 'field' | 'type'>): Attribute {
	const words = {
		string: 'varchar',
		double: 'decimal',
		boolean: 'bool',
		date: 'date',
		picklist: 'enum',
		currency: 'currency',
	}
	return attribute(`${field} ${words[type]}`)
}

function entity(name: string, stamp: string | null) {
	return (declarations: TemplateStringsArray): Entity => ({
		name,
		stamp,
		attributes: [attribute('id varchar'), ...declarations.join('').split(',').map(attribute)],
	})
}

function attribute(declaration: string): Attribute {
	const [name = '', type = ''] = declaration.trim().split(/\s+/)
	const kind = kinds[type]
	if (!kind) throw new RangeError(`attribute "${declaration}": allowed types are ${Object.keys(kinds).join(', ')}`)
	return { name, kind, type }
}
