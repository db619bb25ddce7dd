import { createHash } from 'node:crypto'
import type { EntityCode } from '../../company/entities.ts'
import type { ErpCustomer } from '../../company/parties.ts'
import { erpIdentifiers } from '../identifiers.ts'

/** A UUID that follows from a name: the same on every machine. */
export function uuid(name: string): string {
	const hash = createHash('sha1').update(`halvorsen ${name}`).digest('hex')
	const variant = ((Number.parseInt(hash[16]!, 16) & 3) | 8).toString(16)
	return [
		hash.slice(0, 8),
		hash.slice(8, 12),
		`5${hash.slice(13, 16)}`,
		`${variant}${hash.slice(17, 20)}`,
		hash.slice(20, 32),
	].join('-')
}

/** The organisation of a legal entity: its tenant id, and its OrganisationID. */
export function tenantOf(entity: EntityCode): string {
	return uuid(`organisation ${entity}`)
}

/** The contact of a customer in its own organisation, which is the one that people in the CRM write. */
export function contactId(customer: string): string {
	return uuid(`contact ${customer}`)
}

/** The contact of a customer in an organisation: a document of another one than the customer's has a copy there. */
export function contactIn(customer: ErpCustomer, entity: EntityCode): string {
	return entity === customer.subsidiaries[0] ? contactId(customer.id) : uuid(`contact ${customer.id} ${entity}`)
}

/** An invoice, a credit note or a journal. They sort as the story's numbers do, so that of two on one day the same one is the second. */
export function documentId(id: string): string {
	return Number(id).toString(16).padStart(8, '0') + uuid(`document ${id}`).slice(8)
}

/** A line of a document: the story's number of it. */
export function lineId(document: string, line: string): string {
	return uuid(`line ${document} ${line}`)
}

/** How ids of the ERP are written where the story has NetSuite's. A line's is its document's and its own. */
export const xeroIdentifiers = erpIdentifiers((object, id) => {
	if (object === 'customer') return contactId(id)
	if (object !== 'line') return documentId(id)
	const [document = '', line = '', ...more] = id.split(':')
	return [documentId(document), lineId(document, line), ...more].join(':')
})
