import { prefixes } from '../company/identifiers.ts'

/**
 * How a system writes the ids of its records. The story knows them as Salesforce (deals, accounts, products, users) or NetSuite
 * (customers, documents, items) writes them; another system has a form of its own, and people in the other system write that.
 */
export type Identifiers = {
	/** This system's id of the record that the story knows by `id`. */
	id(object: string, id: string): string
	/** A text in which people wrote ids of this system (one, several, mistyped ones), as the story has it; null stays null. */
	text<Text extends string | null>(text: Text): Text
	/** What of an id that this system's records got here is the form of `id`, where there is more to it: a year, a kind of document. */
	bare?(id: string): string
}

/** The system in whose form the story has its ids. */
export const asTheStoryHasThem: Identifiers = { id: (_, id) => id, text: (text) => text }

/** An object of the CRM by the story's word, and the record's number in it. */
export type CrmRecord = { object: keyof typeof prefixes; number: number }

/** Identifiers of a CRM whose ids follow from object and number. A mistyped id (it ends in `###`) leads nowhere there either. */
export function crmIdentifiers(idOf: (record: CrmRecord) => string): Identifiers {
	const id = (_: string, salesforce: string) => idOf(crmRecordOf(salesforce))
	const written = /\b(00[0-9a-z]|01[0-9a-z])5g0([0-9A-Za-z]{9}[0-9A-Za-z]{3}|[0-9A-Za-z]{9}|[0-9A-Za-z]{6}###)/gi
	return {
		id,
		text: (text) => {
			if (text === null) return text
			const told = text.replace(written, (found) =>
				found.endsWith('###') ? `${idOf(crmRecordOf(`${found.slice(0, -3)}000`))}999` : idOf(crmRecordOf(found)),
			)
			return told as typeof text
		},
	}
}

/** Identifiers of an ERP whose ids follow from NetSuite's; numbers of documents and customers are the same in every ERP. */
export function erpIdentifiers(idOf: (object: string, id: string) => string): Identifiers {
	return {
		id: idOf,
		text: (text) =>
			(text === null ? null : text.replace(/(?<![\w-])\d+(?![\w-])/g, (id) => idOf('customer', id))) as typeof text,
	}
}

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const objects = new Map(Object.entries(prefixes).map(([object, prefix]) => [prefix.toLowerCase(), object]))

/** What a Salesforce id of 15 or 18 characters says, whatever its case: the last three letters carry the case of the others. */
export function crmRecordOf(id: string): CrmRecord {
	const object = objects.get(id.slice(0, 3).toLowerCase()) as CrmRecord['object'] | undefined
	if (!object) throw new RangeError(`${id} is no id of the sample company`)
	let number = 0
	for (const digit of restoredCase(id).slice(6, 15)) number = number * 62 + base62.indexOf(digit)
	return { object, number }
}

function restoredCase(id: string): string {
	if (id.length < 18) return id
	const letters = [...id.slice(0, 15)]
	const checksum = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345'
	letters.forEach((letter, at) => {
		const bits = checksum.indexOf(id[15 + Math.floor(at / 5)]!.toUpperCase())
		letters[at] = (bits >> (at % 5)) & 1 ? letter.toUpperCase() : letter.toLowerCase()
	})
	return letters.join('')
}
