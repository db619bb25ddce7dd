import { type EntityCode, entityCodes } from '../../company/entities.ts'
import { erpIdentifiers } from '../identifiers.ts'

/** Fusion's ids have 15 digits; each kind of the sandbox's has a range of its own, in which they follow from the story's. */
const ranges = {
	document: 300_100_000_000_000,
	line: 300_200_000_000_000,
	account: 300_300_000_000_000,
	party: 300_310_000_000_000,
	address: 300_320_000_000_000,
	store: 300_330_000_000_000,
	header: 300_400_000_000_000,
	setup: 300_500_000_000_000,
	distribution: 300_600_000_000_000,
	application: 300_700_000_000_000,
	revenue: 300_800_000_000_000,
	batch: 300_900_000_000_000,
}

export type Range = keyof typeof ranges

/** The id of that number in a range. Throws RangeError for what is no number. */
export function oracleId(range: Range, number: number | string): string {
	const id = ranges[range] + Number(number)
	if (!Number.isSafeInteger(id)) throw new RangeError(`${range} ${number} makes no id`)
	return String(id)
}

/** The id of a transaction, an order or a receipt. */
export function documentId(id: string): string {
	return oracleId('document', id)
}

/** The id of a document's line, after the story's number of the line. */
export function lineId(document: string, line: number | string): string {
	return oracleId('line', Number(document) * 100 + Number(line))
}

/** The id of a customer's account. */
export function accountId(customer: string): string {
	return oracleId('account', customer)
}

/** The numbers of a customer's site and of its store's. */
export function siteNumber({ number }: { number: string }): string {
	return `S${number}`
}

export function storeNumber({ number }: { number: string }): string {
	return `S${number}-2`
}

/** The id of a legal entity; its business unit and its ledger are the next two. */
export function legalEntityId(code: EntityCode): string {
	return oracleId('setup', (entityCodes.indexOf(code) + 1) * 10)
}

export function businessUnitId(code: EntityCode): string {
	return oracleId('setup', (entityCodes.indexOf(code) + 1) * 10 + 1)
}

export function ledgerId(code: EntityCode): string {
	return oracleId('setup', (entityCodes.indexOf(code) + 1) * 10 + 2)
}

const byAccount = erpIdentifiers((object, id) => {
	if (object === 'customer') return accountId(id)
	const [document = '', line] = id.split(':')
	return line === undefined ? documentId(document) : `${documentId(document)}:${lineId(document, line)}`
})

/** Customers are known by account; a line by document and line; a journal by its batch and name, of which the batch tells the document. */
export const oracleIdentifiers = {
	...byAccount,
	bare: (id: string) =>
		id.replace(/^(3004\d{11}):JE.*$/, (_, batch) => documentId(String((Number(batch) - ranges.header) / 10))),
}
