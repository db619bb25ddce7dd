import type { System } from './world/world.ts'

/** A change of a vendor's schema at a moment (epoch ms): a field appears or disappears. `type` is the vendor's own name of a field type. */
export type SchemaEvent = {
	at: number
	system: System
	object: string
	field: string
	change: 'added' | 'removed'
	type?: string
	label?: string
}

/** What the client's user may see now: schema events up to the clock, and what a person hid by hand. */
export type Visibility = {
	/** May the object be seen at all? */
	seesObject(system: System, object: string): boolean
	seesField(system: System, object: string, field: string): boolean
	/** Takes an object, or one field of it, out of the user's sight (a permission taken away, a field deleted), or gives it back. */
	setHidden(system: System, object: string, field: string | null, isHidden: boolean): void
	/** The moment of the last schema event up to now, or 0. */
	lastChange(system: System, object: string): number
}

/** Visibility that follows `now`. Names are compared without case. */
export function createVisibility(events: SchemaEvent[], now: () => number): Visibility {
	const hidden = new Set<string>()
	const name = (...parts: string[]) => parts.join('.').toLowerCase()
	const eventsOf = (system: System, object: string) =>
		events.filter((event) => event.system === system && name(event.object) === name(object))
	const isThere = (system: System, object: string, field: string) => {
		const ofField = eventsOf(system, object).filter((event) => name(event.field) === name(field))
		const past = ofField.filter((event) => event.at <= now()).sort((left, right) => left.at - right.at)
		const latest = past.at(-1)
		if (latest) return latest.change === 'added'
		return !ofField.some((event) => event.change === 'added')
	}
	return {
		seesObject: (system, object) => !hidden.has(name(system, object)),
		seesField: (system, object, field) => !hidden.has(name(system, object, field)) && isThere(system, object, field),
		setHidden: (system, object, field, isHidden) => {
			const target = field === null ? name(system, object) : name(system, object, field)
			if (isHidden) hidden.add(target)
			else hidden.delete(target)
		},
		lastChange: (system, object) =>
			Math.max(
				0,
				...eventsOf(system, object)
					.filter((event) => event.at <= now())
					.map((event) => event.at),
			),
	}
}
