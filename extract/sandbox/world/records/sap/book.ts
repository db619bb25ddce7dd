import { stampOf } from '../../company/calendar.ts'
import type { Emit, Values } from '../emit.ts'

/** A JSON value of a record's body; amounts are text, as OData V2 sends them. */
export type Json = string | boolean | null | Json[] | { [member: string]: Json }

/** What one version of a record says: properties that requests filter by, and the whole of it. */
export type Content = { columns: Values; body: { [member: string]: Json } }

/** The versions of records of one set: written down where something changed. */
export type Book = {
	/** `isSilent`: changed without moving the stamp. */
	write(id: string, from: number, stamp: number, content: Content, isSilent?: boolean): void
	/** Gone without a trace. */
	removeAll(from: number): void
}

/** A book of a set. The stamp of the last change stands apart from the body, as the server shows it in more than one form. */
export function sapBook(emit: Emit, object: string): Book {
	const last = new Map<string, { text: string; changed: string }>()
	return {
		write: (id, from, stamp, { columns, body }, isSilent = false) => {
			const text = JSON.stringify([columns, body])
			const known = last.get(id)
			if (known?.text === text) return
			const changed = isSilent && known ? known.changed : stampOf(stamp)
			last.set(id, { text, changed })
			emit({ system: 'sap', object, id, from, values: { ...columns, changed, body: JSON.stringify(body) } })
		},
		removeAll: (from) => {
			for (const id of last.keys()) emit({ system: 'sap', object, id, from, values: null })
			last.clear()
		},
	}
}

/** One record that never changes. */
export function writeOnce(emit: Emit, object: string, id: string, from: number, content: Content): void {
	sapBook(emit, object).write(id, from, from, content)
}

/** `/Date(1492041600000)/`: midnight UTC of a date, as V2 writes what has no time. */
export function dayV2(date: string | null): Json {
	return date === null ? null : `/Date(${Date.parse(`${date}T00:00:00Z`)})/`
}

/** `PT11H03M09S`, of a moment (epoch ms, UTC). */
export function timeV2(at: number): Json {
	const [hours, minutes, seconds] = stampOf(at).slice(11, 19).split(':')
	return `PT${hours}H${minutes}M${seconds}S`
}

/** Navigation properties that were not expanded come as an address. */
export function listV2(results: Json[]): Json {
	return { results }
}
