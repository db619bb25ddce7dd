import { type EntityCode, entityCodes } from '../../company/entities.ts'
import { erpIdentifiers } from '../identifiers.ts'

/** SAP's number of a document: the story's id in the company's number range. */
export function documentNumber(id: string): string {
	return String(90_000_000 + Number(id))
}

/** The business partner, which is also the customer. */
export function partnerNumber(customer: string): string {
	return String(10_000_000 + Number(customer))
}

/** An item's number: lines are counted in tens. */
export function itemNumber(line: number | string): string {
	return String(Number(line) * 10)
}

/** The company code of a legal entity; its sales organisation has the same name. */
export const companyCodes: Record<EntityCode, string> = { US: '1710', DE: '1010', UK: '1110', JP: '2910' }

/** What this company's integrations call the company code. */
export const companyCodesByEntity = Object.fromEntries(entityCodes.map((code) => [code, companyCodes[code]]))

/** A key as a table keeps it: ten places, filled up with zeros in front. Some services show keys like that. */
export function padded(number: string, places = 10): string {
	return number.padStart(places, '0')
}

const byId = erpIdentifiers((object, id) => {
	if (object === 'customer') return partnerNumber(id)
	const [document = '', line, ...more] = id.split(':')
	return [documentNumber(document), ...(line === undefined ? [] : [itemNumber(line)]), ...more].join(':')
})

/** How ids of the ERP are written where the story has NetSuite's. A line's is its document's and its own. */
export const sapIdentifiers = {
	id: byId.id,
	// People write the customer's or the order's number: in SAP that is the only one there is.
	text: <Text extends string | null>(text: Text): Text => {
		const told = byId.text(text as string | null)
		const customers = told?.replace(/\bC(\d{5,})\b/g, (_, number) => partnerNumber(String(Number(number) + 21_000)))
		const all = customers?.replace(/\b[A-Z]{2,4}(\d{6,})\b/g, (_, number) =>
			documentNumber(String(Number(number) + 1_000_000)),
		)
		return (all ?? null) as Text
	},
	// Documents of accounting are numbered in each company code and year, those of billing apart from orders.
	bare: (id: string) => id.replace(/^.*\//, ''),
}
