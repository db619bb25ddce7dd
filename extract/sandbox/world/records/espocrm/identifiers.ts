import { type CrmRecord, crmIdentifiers, crmRecordOf } from '../identifiers.ts'

/** A first digit pair for each object, so that no two records share an id. */
const families: Partial<Record<CrmRecord['object'], string>> = {
	Account: '66a1',
	Contact: '66b2',
	Opportunity: '66c3',
	User: '66d4',
	DatedConversionRate: '66e5',
}

/** EspoCRM's ids are 17 hexadecimal digits. */
export const espocrmIdentifiers = crmIdentifiers(idOf)

/** EspoCRM's id of a record that the story knows by Salesforce's. */
export function espocrmId(id: string): string {
	return idOf(crmRecordOf(id))
}

function idOf({ object, number }: CrmRecord): string {
	return `${families[object] ?? '66ff'}${number.toString(16).padStart(13, '0')}`
}
