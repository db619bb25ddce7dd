import type { EntityCode } from '../../company/entities.ts'
import type { ErpCustomer } from '../../company/parties.ts'

/** The companies' ids. */
const realms: Record<EntityCode, string> = {
	US: '9341450000000101',
	DE: '9341450000000202',
	UK: '9341450000000303',
	JP: '9341450000000404',
}

/** The company (realm) of a legal entity. */
export function realmOf(entity: EntityCode): string {
	return realms[entity]
}

/** The company's clock: stamps bear its offset. */
export const realmZones: Record<string, string> = {
	[realms.US]: 'America/Los_Angeles',
	[realms.DE]: 'Europe/Berlin',
	[realms.UK]: 'Europe/London',
	[realms.JP]: 'Asia/Tokyo',
}

/** The customer in a company: a document of another one than the customer's has a copy there. */
export function customerIn(customer: ErpCustomer, entity: EntityCode): string {
	return entity === customer.subsidiaries[0] ? customer.id : `9${Object.keys(realms).indexOf(entity)}${customer.id}`
}

/** The payment without money by which a credit memo is applied to its invoice. */
export function applicationId(credit: string): string {
	return `8${credit}`
}
