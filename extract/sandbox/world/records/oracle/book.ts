import { dateOf, monthOf, stampOf } from '../../company/calendar.ts'
import { type EntityCode, type LedgerAccount, ledger, legalEntities } from '../../company/entities.ts'
import { people } from '../../company/people.ts'
import { random } from '../../company/random.ts'
import type { RecordVersion } from '../../world.ts'
import type { Emit, Values } from '../emit.ts'

/** One row of a record: the record's own, or of a list inside it (`parent`: the id of the row above). */
export type Row = { object: string; id: string; parent?: string; values: Values }

/** The versions of one record with its lists: writes down what changed. */
export type Book = {
	/** The rows as they are from a moment on, the record's own first; rows that are no longer among them are gone. */
	write(from: number, stamp: number, rows: Row[]): void
	/** Gone without a trace. */
	remove(from: number): void
}

/** A book of one record. Whatever changes in its lists moves the record's own stamp. */
export function oracleBook(emit: Emit, stampFields = { created: 'CreationDate', updated: 'LastUpdateDate' }): Book {
	const last = new Map<string, { row: Row; text: string }>()
	let created: string | null = null
	const send = ({ object, id }: Row, from: number, values: RecordVersion['values']) =>
		emit({ system: 'oracle', object, id, from, values })
	const drop = (key: string, from: number) => {
		const known = last.get(key)!
		last.delete(key)
		send(known.row, from, null)
	}
	return {
		write: (from, stamp, rows) => {
			const keys = new Set(rows.map(keyOf))
			const gone = [...last.keys()].filter((key) => !keys.has(key))
			for (const key of gone) drop(key, from)
			const changed = rows.filter((row) => last.get(keyOf(row))?.text !== JSON.stringify(row.values))
			if (changed.length + gone.length === 0) return
			created ??= stampOf(stamp)
			const stamps = {
				[stampFields.created]: created,
				[stampFields.updated]: stampOf(stamp),
				...(stampFields.updated === 'LastUpdateDate' && { LastUpdatedBy: userOf(rows[0]!, stamp) }),
			}
			for (const row of new Set([rows[0]!, ...changed])) {
				last.set(keyOf(row), { row, text: JSON.stringify(row.values) })
				send(row, from, { ...row.values, ...(row === rows[0] ? stamps : parentOf(row)) })
			}
		},
		remove: (from) => {
			for (const key of [...last.keys()]) drop(key, from)
		},
	}
}

/** Whoever keeps the books that day. */
function userOf({ id }: Row, stamp: number): string {
	return random('bookkeeper', id, stampOf(stamp)).pick(people).email.split('@')[0]!
}

function keyOf({ object, id }: Row): string {
	return `${object} ${id}`
}

function parentOf({ parent }: Row): Values {
	return { parent_: parent ?? null }
}

/** One record that never changes, without stamps. */
export function writeSetup(emit: Emit, object: string, id: string, from: number, values: Values): void {
	emit({ system: 'oracle', object, id, from, values })
}

/** The segments of an account, by the names that the company gave them: balancing segment, natural account, product line. */
export function accountSegments(account: LedgerAccount, entity: EntityCode): Record<string, string> {
	return {
		company: legalEntities[entity].subsidiary.padStart(2, '0'),
		account: ledger[account].number,
		product: '000',
	}
}

/** An account as Fusion writes it on documents. */
export function accountCombination(account: LedgerAccount, entity: EntityCode): string {
	return Object.values(accountSegments(account, entity)).join('-')
}

/** The day in whose period a document is accounted for: that of its entry, when it came after its month was closed. */
export function accountingDate({ date, period }: { date: string; period: string }, enteredAt: number): string {
	return monthOf(date) === period ? date : dateOf(enteredAt)
}

/** The names by which documents know their places. */
export function businessUnitName(entity: EntityCode): string {
	return `Halvorsen ${entity}`
}

export function ledgerName(entity: EntityCode): string {
	return `Halvorsen ${entity} Ledger`
}

export function legalEntityIdentifier(entity: EntityCode): string {
	return `HAL${entity}`
}
