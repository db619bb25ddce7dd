import { type Currency, type EntityCode, type LedgerAccount, ledger, legalEntities } from '../../company/entities.ts'
import type { RecordVersion } from '../../world.ts'
import type { Emit, Values } from '../emit.ts'

/** The zone of the company's site, in which all stamps are written. */
export const siteZone = 'America/New_York'

const format = new Intl.DateTimeFormat('sv-SE', { timeZone: siteZone, dateStyle: 'short', timeStyle: 'medium' })
const hours = new Map<number, string>()

/**
 * A moment (epoch ms) as ERPNext stamps it: the site's clock with microseconds, up to a second before the commit. The hour of the
 * clock is looked up once.
 */
export function siteStamp(moment: number): string {
	const at = moment - 1000
	const hour = Math.floor(at / 3_600_000)
	let start = hours.get(hour)
	if (start === undefined) {
		start = format.format(hour * 3_600_000).slice(0, 14)
		hours.set(hour, start)
	}
	const second = Math.floor(at / 1000) % 3600
	const micros = ((Math.floor(at / 1000) % 999_983) * 7919) % 1_000_000
	return `${start}${two(Math.floor(second / 60))}:${two(second % 60)}.${String(micros).padStart(6, '0')}`
}

function two(value: number): string {
	return String(value).padStart(2, '0')
}

/** The date on the site's clock. */
export function siteDate(moment: number): string {
	return siteStamp(moment).slice(0, 10)
}

/** A name as frappe makes it up for rows that nobody names: ten letters and digits, always the same for the same parts. */
export function rowName(...parts: (string | number)[]): string {
	let hash = 0xcbf29ce484222325n
	for (const byte of Buffer.from(parts.join('\u0000'))) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & mask
	hash = ((hash ^ (hash >> 29n)) * 0xbf58476d1ce4e5b9n) & mask
	return (hash ^ (hash >> 32n)).toString(36).padStart(13, '0').slice(-10)
}

const mask = (1n << 64n) - 1n

/**
 * The name of a document: the company numbers all of them in one series, `HI-.######`, after the digits of the story's numbers (`SO100200`).
 * They are the story's ids less a million.
 */
export function documentName(number: string): string {
	return `HI-${number.replace(/^[A-Z]+/, '')}`
}

/** The name of a document's line or charge, after the story's number of the line. */
export function lineName(document: string, line: number | string): string {
	return rowName('line', document, line)
}

/** The versions of one document with its rows: writes down what changed, stamped by the site. */
export type Book = {
	/** `silent`: written by SQL, which leaves `modified` where it was. */
	write(object: string, name: string, from: number, stamp: number, values: Values, silent?: boolean): void
	/** Gone without a trace. */
	remove(object: string, name: string, from: number): void
	/** Everything that was written so far. */
	removeAll(from: number): void
}

/** A book whose records keep their `creation`. */
export function siteBook(emit: Emit): Book {
	const last = new Map<string, { object: string; name: string; values: Values }>()
	const emitVersion = (object: string, id: string, from: number, values: RecordVersion['values']) =>
		emit({ system: 'erpnext', object, id, from, values })
	const remove = (object: string, name: string, from: number) => {
		if (last.delete(`${object} ${name}`)) emitVersion(object, name, from, null)
	}
	return {
		write: (object, name, from, stamp, values, silent = false) => {
			const key = `${object} ${name}`
			const known = last.get(key)?.values
			if (known && Object.entries(values).every(([field, value]) => known[field] === value)) return
			const written = siteStamp(stamp)
			const modified = silent && known ? known['modified']! : written
			const full = { name, ...values, creation: known?.['creation'] ?? written, modified, modified_by: 'Administrator' }
			last.set(key, { object, name, values: full })
			emitVersion(object, name, from, full)
		},
		remove,
		removeAll: (from) => {
			for (const { object, name } of [...last.values()]) remove(object, name, from)
		},
	}
}

/** One record that never changes. */
export function writeOnce(emit: Emit, object: string, name: string, from: number, values: Values): void {
	siteBook(emit).write(object, name, from, from, values)
}

/** What is left of a document that was deleted. */
export function writeDeleted(emit: Emit, doctype: string, name: string, from: number): void {
	writeOnce(emit, 'Deleted Document', rowName('deleted', doctype, name), from, {
		deleted_doctype: doctype,
		deleted_name: name,
		restored: '0',
		new_name: null,
	})
}

/** The abbreviation behind the names of a company's accounts. */
export function abbreviation(entity: EntityCode): string {
	return `H${entity}`
}

/** The company's name is its key. */
export function companyName(entity: EntityCode): string {
	return legalEntities[entity].name
}

/** An account's name: number, title and the company's abbreviation. */
export function accountName(account: LedgerAccount, entity: EntityCode): string {
	const { number, name } = ledger[account]
	return `${number} - ${name.replace(' : ', '/')} - ${abbreviation(entity)}`
}

/** What a currency's debtors owe stands in an account of that currency; for dinars in the company's own. */
export function debtorsCurrency(currency: Currency, entity: EntityCode): Currency {
	return currency === 'KWD' ? legalEntities[entity].currency : currency
}

/** The account of what a currency's debtors owe. */
export function debtorsAccount(currency: Currency, entity: EntityCode): string {
	const own = debtorsCurrency(currency, entity)
	const { number, name } = ledger.receivable
	const suffix = own === legalEntities[entity].currency ? '' : ` ${own}`
	return `${number} - ${name}${suffix} - ${abbreviation(entity)}`
}

/** `1` or `0`, as ERPNext writes what is checked. */
export function check(isChecked: boolean): string {
	return isChecked ? '1' : '0'
}
