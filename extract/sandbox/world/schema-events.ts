import type { System } from './world.ts'
import { companyStart } from './world.ts'

/** A change of what the vendor's description says about an object. Fields that were removed had been there since the beginning. */
export type SchemaEvent = {
	system: System
	object: string
	field: string
	/** Epoch ms. */
	at: number
	/** `type` and `label` are those after the change. */
	change: 'added' | 'removed' | 'retyped' | 'relabelled'
	type: 'string' | 'double' | 'boolean' | 'date' | 'picklist' | 'currency'
	label: string
}

const hour = 3_600_000

/**
 * What administrators did to the two systems' fields, oldest first. None of these fields but `Sales_Channel__c` is read by a
 * source, and that one only changes its label: they are notices, not errors.
 */
export const schemaEvents: SchemaEvent[] = [
	event('salesforce', 'Opportunity', 'Forecast_Note__c', Date.UTC(2025, 9, 14, 13), 'added', 'string', 'Forecast Note'),
	event('netsuite', 'customer', 'custentity_credit_tier', Date.UTC(2026, 2, 2, 16), 'added', 'picklist', 'Credit Tier'),
	event('salesforce', 'Account', 'Legacy_Code__c', Date.UTC(2026, 6, 20, 8), 'removed', 'string', 'Legacy Code'),
	event('salesforce', 'Opportunity', 'Renewal_Score__c', companyStart + 22 * hour, 'added', 'double', 'Renewal Score'),
	event(
		'salesforce',
		'Opportunity',
		'Sales_Channel__c',
		companyStart + 47 * hour,
		'relabelled',
		'picklist',
		'Route to Market',
	),
	event('netsuite', 'transaction', 'custbody_campaign', companyStart + 49 * hour, 'added', 'string', 'Campaign'),
	event(
		'salesforce',
		'Opportunity',
		'Forecast_Note__c',
		companyStart + 71 * hour,
		'retyped',
		'picklist',
		'Forecast Note',
	),
	event(
		'salesforce',
		'OpportunityLineItem',
		'Margin_Hint__c',
		companyStart + 118 * hour,
		'removed',
		'double',
		'Margin Hint',
	),
]

function event(
	system: System,
	object: string,
	field: string,
	at: number,
	change: SchemaEvent['change'],
	type: SchemaEvent['type'],
	label: string,
): SchemaEvent {
	return { system, object, field, at, change, type, label }
}

/** The first event of each field that is not declared: it says what the field is until another event does. */
export function undeclaredFields(
	events: SchemaEvent[],
	system: System,
	object: string,
	declared: { name: string }[],
): SchemaEvent[] {
	const ofObject = events.filter((one) => one.system === system && one.object === object)
	const isNew = ({ field }: SchemaEvent) => !declared.some(({ name }) => name.toLowerCase() === field.toLowerCase())
	const byField = new Map<string, SchemaEvent>()
	for (const one of ofObject.filter(isNew).sort((left, right) => left.at - right.at)) {
		if (!byField.has(one.field)) byField.set(one.field, one)
	}
	return [...byField.values()]
}
