import type { SchemaEvent } from './world/schema-events.ts'
import type { System } from './world/world.ts'

/** A field as it stands now: out of sight, as declared, or with the type and label that an event gave it. */
export type FieldNow = 'hidden' | 'declared' | Pick<SchemaEvent, 'type' | 'label'>

/** What the client's user may see: what schema events made of the vendors' fields up to now, and what a person hid by hand. */
export type Visibility = {
	seesObject(system: System, object: string): boolean
	fieldNow(system: System, object: string, field: string): FieldNow
	/** Was a field that is there taken out of the user's sight by hand? Some vendors still describe it, and leave it out of their answers. */
	isWithheld(system: System, object: string, field: string): boolean
	/** Takes an object, or one field of it, out of the user's sight (a permission taken away, a field deleted), or gives it back. */
	setHidden(system: System, object: string, field: string | null, isHidden: boolean): void
	/** The moment of the object's last schema event up to now, 0 if there was none; null once a person has hidden something of it. */
	lastChange(system: System, object: string): number | null
}

/** Visibility that follows `now`. Names are compared without case. */
export function createVisibility(events: SchemaEvent[], now: () => number): Visibility {
	const hidden = new Set<string>()
	const touched = new Set<string>()
	const name = (...parts: string[]) => parts.join('.').toLowerCase()
	const eventsOf = (system: System, object: string) =>
		events
			.filter((event) => event.system === system && name(event.object) === name(object))
			.sort((left, right) => left.at - right.at)
	const fieldNow = (system: System, object: string, field: string): FieldNow => {
		if (hidden.has(name(system, object, field))) return 'hidden'
		const ofField = eventsOf(system, object).filter((event) => name(event.field) === name(field))
		const latest = ofField.findLast((event) => event.at <= now())
		if (!latest) return ofField[0]?.change === 'added' ? 'hidden' : 'declared'
		return latest.change === 'removed' ? 'hidden' : { type: latest.type, label: latest.label }
	}
	return {
		seesObject: (system, object) => !hidden.has(name(system, object)),
		fieldNow,
		isWithheld: (system, object, field) => hidden.has(name(system, object, field)),
		setHidden: (system, object, field, isHidden) => {
			const target = field === null ? name(system, object) : name(system, object, field)
			touched.add(name(system, object))
			if (isHidden) hidden.add(target)
			else hidden.delete(target)
		},
		lastChange: (system, object) => {
			if (touched.has(name(system, object))) return null
			return eventsOf(system, object).findLast((event) => event.at <= now())?.at ?? 0
		},
	}
}
