import { stampOf } from '../company/calendar.ts'
import type { RecordVersion, System } from '../world.ts'

export type Values = Record<string, string | boolean | null>
/** Takes the record versions of one story or chapter, in the order of each record's life. */
export type Emit = (version: RecordVersion) => void

/** Everything that was set up before the story begins has this moment. */
export const before = Date.UTC(2024, 11, 2, 9)

/** One record that never changes. */
export function emitOnce(emit: Emit, system: System, object: string, id: string, from: number, values: Values): void {
	emit({ system, object, id, from, values })
}

/** A way to write down one record's versions that skips those in which nothing changed; `stamps` name the fields that move. */
export function tracker(emit: Emit, system: System, object: string, stamps: string[]) {
	const last = new Map<string, Values>()
	return {
		/** The state of a record from a moment on, stamped by the vendor. */
		write(id: string, from: number, stamp: number, values: Values): void {
			const known = last.get(id)
			if (known && isSame(known, values, stamps)) return
			last.set(id, values)
			const text = stampOf(stamp)
			for (const field of stamps) values[field] = text
			emit({ system, object, id, from, values })
		},
		/** Gone without a trace: every record written so far, or one. */
		remove(from: number, id?: string): void {
			for (const key of id === undefined ? [...last.keys()] : [id]) {
				if (!last.delete(key)) continue
				emit({ system, object, id: key, from, values: null })
			}
		},
	}
}

export type Tracker = ReturnType<typeof tracker>

function isSame(known: Values, values: Values, stamps: string[]): boolean {
	for (const field in values) if (known[field] !== values[field] && !stamps.includes(field)) return false
	return true
}
