import { type CrmRecord, crmIdentifiers, crmRecordOf } from '../identifiers.ts'

/** HubSpot numbers the records of each object for itself, in leaps. */
const numbering: Partial<Record<CrmRecord['object'], [first: number, step: number]>> = {
	Account: [15_900_000_000, 13],
	Contact: [52_000_000, 7],
	Opportunity: [19_000_000_000, 11],
	OpportunityLineItem: [6_500_000_000, 3],
	Product2: [1_400_000_000, 17],
	User: [41_600_000, 29],
	DatedConversionRate: [700_000, 1],
}

/** How ids of the CRM are written where the story has Salesforce's. */
export const hubspotIdentifiers = crmIdentifiers(numberOf)

/** HubSpot's id of a record that the story knows by Salesforce's: of a user, the id of the owner. */
export function hubspotId(id: string): string {
	return numberOf(crmRecordOf(id))
}

/** The id of the user behind an owner, which is what the history of a property names. */
export function userIdOf(id: string): string {
	return String(9_580_000 + crmRecordOf(id).number * 3)
}

function numberOf({ object, number }: CrmRecord): string {
	const [first, step] = numbering[object] ?? [900_000_000, 1]
	return String(first + number * step)
}
