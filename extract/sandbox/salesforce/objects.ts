import type { SandboxOptions } from '../options.ts'
import type { StoredObject } from '../store.ts'
import { type SalesforceField, salesforceField } from './field.ts'

/** One sObject, with the prefix that its record ids begin with. */
export type SalesforceObject = {
	name: string
	keyPrefix: string | null
	label: string
	plural: string
	fields: SalesforceField[]
}

/** The API version that the sandbox speaks. */
export const apiVersion = '66.0'

/** The sObjects of the sample company. Each has an `Id` before the fields declared here. */
export const salesforceObjects: SalesforceObject[] = [
	sobject('Account', '001', 'Account', 'Accounts')`
		Name string, ParentId reference Account, MasterRecordId reference Account, AccountNumber string, Type picklist,
		Website url, Phone phone, BillingStreet textarea, BillingCity string, BillingState string,
		BillingPostalCode string, BillingCountry string, BillingCountryCode picklist, ShippingPostalCode string,
		ShippingCountry string, ShippingCountryCode picklist, CurrencyIsoCode picklist, OwnerId reference User,
		LastActivityDate date, CreatedDate datetime, LastModifiedDate datetime, LastModifiedById reference User,
		SystemModstamp datetime, IsDeleted boolean, ERP_Id__c string, Tax_Number__c string, Segment__c picklist,
		Legal_Entity__c picklist, Payment_Terms__c picklist`,
	sobject('Contact', '003', 'Contact', 'Contacts')`
		AccountId reference Account, FirstName string, LastName string, Email email, Title string, CreatedDate datetime,
		SystemModstamp datetime, IsDeleted boolean`,
	sobject('Opportunity', '006', 'Opportunity', 'Opportunities')`
		AccountId reference Account, Name string, StageName picklist, Amount currency, CurrencyIsoCode picklist,
		CloseDate date, Type picklist, Probability percent, IsClosed boolean, IsWon boolean,
		HasOpportunityLineItem boolean, OwnerId reference User, CreatedDate datetime, LastModifiedDate datetime,
		LastModifiedById reference User, SystemModstamp datetime, IsDeleted boolean, ERP_Order_Number__c string,
		Legal_Entity__c picklist, Sales_Channel__c picklist`,
	sobject('OpportunityLineItem', '00k', 'Opportunity Product', 'Opportunity Products')`
		OpportunityId reference Opportunity, Product2Id reference Product2, ProductCode string,
		PricebookEntryId reference PricebookEntry, Quantity double, UnitPrice currency, ListPrice currency,
		TotalPrice currency, Discount percent, CurrencyIsoCode picklist, ServiceDate date, SortOrder int,
		Description string, CreatedDate datetime, LastModifiedDate datetime, SystemModstamp datetime, IsDeleted boolean,
		Unit_of_Measure__c picklist, Service_End__c date`,
	sobject('OpportunityHistory', '008', 'Opportunity History', 'Opportunity History')`
		OpportunityId reference Opportunity, StageName picklist, Amount currency, CurrencyIsoCode picklist,
		CloseDate date, Probability percent, CreatedDate datetime, CreatedById reference User, SystemModstamp datetime,
		IsDeleted boolean`,
	sobject('OpportunityStage', '01J', 'Opportunity Stage', 'Opportunity Stage')`
		MasterLabel string, ApiName string, IsClosed boolean, IsWon boolean, SortOrder int, DefaultProbability percent,
		IsActive boolean, SystemModstamp datetime`,
	sobject('Product2', '01t', 'Product', 'Products')`
		ProductCode string, Name string, Family picklist, QuantityUnitOfMeasure picklist, IsActive boolean,
		CreatedDate datetime, SystemModstamp datetime, IsDeleted boolean`,
	sobject('PricebookEntry', '01u', 'Price Book Entry', 'Price Book Entries')`
		Pricebook2Id reference Pricebook2, Product2Id reference Product2, UnitPrice currency, CurrencyIsoCode picklist,
		IsActive boolean, CreatedDate datetime, SystemModstamp datetime, IsDeleted boolean`,
	sobject('CurrencyType', '01L', 'Currency Type', 'Currency Types')`
		IsoCode picklist, ConversionRate double, DecimalPlaces int, IsActive boolean, IsCorporate boolean,
		SystemModstamp datetime`,
	sobject('DatedConversionRate', '04w', 'Dated Conversion Rate', 'Dated Conversion Rates')`
		IsoCode picklist, StartDate date, NextStartDate date, ConversionRate double, SystemModstamp datetime`,
	sobject('User', '005', 'User', 'Users')`
		Name string, Email email, IsActive boolean, ManagerId reference User, SystemModstamp datetime`,
	sobject('PermissionSetAssignment', '0Pa', 'Permission Set Assignment', 'Permission Set Assignments')`
		AssigneeId reference User, PermissionSetId reference PermissionSet, SystemModstamp datetime`,
	sobject('ObjectPermissions', '110', 'Object Permissions', 'Object Permissions')`
		ParentId reference PermissionSet, SobjectType picklist, PermissionsRead boolean, PermissionsViewAllRecords boolean,
		SystemModstamp datetime`,
	sobject('EntityDefinition', '000', 'Entity Definition', 'Entity Definitions')`
		QualifiedApiName string, InternalSharingModel picklist, SystemModstamp datetime`,
]

/**
 * The objects as the company's org has them. With one currency there is neither `CurrencyIsoCode` on any of them nor `CurrencyType`, and
 * without advanced currency management no `DatedConversionRate` (object reference). One legal entity needs no field that says so.
 */
export function objectsOf(
	objects: SalesforceObject[],
	{ isOneEntity = false, hasNoDatedRates = false }: Pick<SandboxOptions, 'isOneEntity' | 'hasNoDatedRates'>,
): SalesforceObject[] {
	const missing = new Set([
		...(isOneEntity ? ['CurrencyType', 'CurrencyIsoCode', 'Legal_Entity__c'] : []),
		...(isOneEntity || hasNoDatedRates ? ['DatedConversionRate'] : []),
	])
	return objects
		.filter(({ name }) => !missing.has(name))
		.map((object) => ({ ...object, fields: object.fields.filter(({ name }) => !missing.has(name)) }))
}

/** The object as the store keeps it. */
export function storedSalesforceObject(object: SalesforceObject): StoredObject {
	const columns = object.fields.map(({ name, kind }) => ({ name, kind }))
	return { system: 'salesforce', name: object.name, columns, key: ['Id'], stamp: 'SystemModstamp' }
}

function sobject(name: string, keyPrefix: string, label: string, plural: string) {
	return (declarations: TemplateStringsArray): SalesforceObject => {
		const fields = declarations
			.join('')
			.split(',')
			.map((declaration) => salesforceField(declaration))
		return { name, keyPrefix, label, plural, fields: [salesforceField('Id id', `${label} ID`), ...fields] }
	}
}
