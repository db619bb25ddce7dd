import { inForce, type Store, tableName } from '../store.ts'
import { organisation } from '../world/company/identifiers.ts'
import { integrationUser } from '../world/company/people.ts'
import type { SalesforceField, SalesforceType } from './field.ts'
import { apiVersion, type SalesforceObject } from './objects.ts'
import { recordPath } from './record-json.ts'

/** The list of all objects that the user may see: `sobjects/`. */
export function describeGlobal(objects: SalesforceObject[]): unknown {
	return { encoding: 'UTF-8', maxBatchSize: 200, sobjects: objects.map(describeHead) }
}

/** One object with its fields: `sobjects/X/describe`. Picklist values are those that records have at `now`, stages those that are set up. */
export function describeObject(object: SalesforceObject, store: Store, now: number): unknown {
	const fields = object.fields.map((field) => describeField(field, picklistOf(object, field, store, now)))
	return { ...describeHead(object), childRelationships: [], recordTypeInfos: [], fields }
}

function describeHead(object: SalesforceObject) {
	const isSetup = ['OpportunityStage', 'CurrencyType', 'DatedConversionRate', 'OpportunityHistory'].includes(
		object.name,
	)
	const path = recordPath(object.name).slice(0, -1)
	return {
		activateable: false,
		createable: !isSetup,
		custom: false,
		customSetting: false,
		deletable: !isSetup,
		deprecatedAndHidden: false,
		feedEnabled: false,
		hasSubtypes: false,
		isSubtype: false,
		keyPrefix: object.keyPrefix,
		label: object.label,
		labelPlural: object.plural,
		layoutable: !isSetup,
		mergeable: ['Account', 'Contact'].includes(object.name),
		mruEnabled: !isSetup,
		name: object.name,
		queryable: true,
		replicateable: object.name !== 'OpportunityHistory',
		retrieveable: true,
		searchable: !isSetup,
		triggerable: !isSetup,
		undeletable: object.fields.some(({ name }) => name === 'IsDeleted'),
		updateable: !isSetup,
		urls: { sobject: path, describe: `${path}/describe`, rowTemplate: `${path}/{ID}` },
	}
}

function describeField(field: SalesforceField, picklistValues: unknown[]) {
	const { name, type, label, referenceTo } = field
	const isCustom = name.endsWith('__c')
	const isText = ['string', 'textarea', 'picklist', 'email', 'phone', 'url'].includes(type)
	const length = type === 'id' || type === 'reference' ? 18 : isText ? (lengths[type] ?? 255) : 0
	const [precision, scale] = numberSizes[type] ?? [0, 0]
	const isReadOnly = [
		'Id',
		'CreatedDate',
		'SystemModstamp',
		'LastModifiedDate',
		'LastModifiedById',
		'CreatedById',
		'IsDeleted',
		'LastActivityDate',
	].includes(name)
	return {
		aggregatable: type !== 'boolean' && type !== 'textarea',
		autoNumber: false,
		byteLength: length * 3,
		calculated: false,
		calculatedFormula: null,
		caseSensitive: false,
		compoundFieldName: name.startsWith('Billing') ? 'BillingAddress' : null,
		createable: !isReadOnly,
		custom: isCustom,
		defaultValue: type === 'boolean' ? false : null,
		defaultedOnCreate: isReadOnly,
		deprecatedAndHidden: false,
		digits: type === 'int' ? precision : 0,
		encrypted: false,
		externalId: isCustom && type === 'string',
		filterable: type !== 'textarea' || name === 'BillingStreet',
		groupable: !numberSizes[type],
		idLookup: type === 'id',
		inlineHelpText: null,
		label,
		length,
		name,
		nameField: name === 'Name',
		nillable: !required.has(name) && type !== 'boolean',
		permissionable: !required.has(name),
		picklistValues,
		precision,
		referenceTo: referenceTo ? [referenceTo] : [],
		relationshipName: relationshipOf(field),
		restrictedPicklist: false,
		scale,
		soapType: soapTypes[type] ?? 'xsd:string',
		sortable: type !== 'textarea',
		type,
		unique: false,
		updateable: !isReadOnly,
	}
}

const required = new Set([
	'Id',
	'Name',
	'LastName',
	'StageName',
	'CloseDate',
	'OwnerId',
	'CreatedDate',
	'CreatedById',
	'LastModifiedDate',
	'LastModifiedById',
	'SystemModstamp',
	'OpportunityId',
	'IsoCode',
	'ConversionRate',
	'MasterLabel',
	'Quantity',
])
const lengths: Partial<Record<SalesforceType, number>> = {
	phone: 40,
	email: 80,
	picklist: 255,
	textarea: 255,
	url: 255,
}
const numberSizes: Partial<Record<SalesforceType, [precision: number, scale: number]>> = {
	double: [18, 6],
	currency: [18, 3],
	percent: [5, 2],
	int: [9, 0],
}
const soapTypes: Partial<Record<SalesforceType, string>> = {
	id: 'tns:ID',
	reference: 'tns:ID',
	boolean: 'xsd:boolean',
	int: 'xsd:int',
	double: 'xsd:double',
	currency: 'xsd:double',
	percent: 'xsd:double',
	date: 'xsd:date',
	datetime: 'xsd:dateTime',
}

function relationshipOf({ name, referenceTo }: SalesforceField): string | null {
	if (!referenceTo) return null
	return name.endsWith('__c') ? name.replace(/__c$/, '__r') : name.replace(/Id$/, '')
}

function picklistOf(object: SalesforceObject, field: SalesforceField, store: Store, now: number): unknown[] {
	if (field.type !== 'picklist') return []
	const [table, column, order] =
		field.name === 'StageName'
			? ['OpportunityStage', 'ApiName', 'cast("SortOrder" as integer)']
			: [object.name, field.name, '1']
	const sql = `select distinct "${column}" as value from ${tableName('salesforce', table)} t where ${inForce('t')} and "${column}" is not null order by ${order} limit 1000`
	const rows = store.database.prepare(sql).all({ now }) as { value: string }[]
	return rows.map(({ value }) => ({ active: true, defaultValue: false, label: value, validFor: null, value }))
}

/** The resources of one API version: `/services/data/vXX.X/`. */
export function versionResources(): unknown {
	const names = ['sobjects', 'query', 'queryAll', 'limits']
	const paths = names.map((name) => [name, `/services/data/v${apiVersion}/${name}`])
	const identity = `https://login.salesforce.com/id/${organisation}/${integrationUser}`
	return { ...Object.fromEntries(paths), identity }
}
