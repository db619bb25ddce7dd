import type { EntityCode } from './entities.ts'
import { salesforceId } from './identifiers.ts'
import { places } from './names.ts'
import { random } from './random.ts'

export type Person = {
	index: number
	crmId: string
	/** NetSuite's employee id. */
	erpId: string
	first: string
	last: string
	email: string
	manager: number | null
	entity: EntityCode
	isActive: boolean
}

const offices: [EntityCode, string, number][] = [
	['US', 'US', 20],
	['DE', 'DE', 12],
	['UK', 'GB', 10],
	['JP', 'JP', 6],
]

/** The sales organisation: per office one manager, then the representatives. A few have left. */
export const people: Person[] = makePeople()
export const representatives: Record<EntityCode, Person[]> = {
	US: inOffice('US'),
	DE: inOffice('DE'),
	UK: inOffice('UK'),
	JP: inOffice('JP'),
}
/** The user under whose name the integration writes to the CRM. */
export const integrationUser = salesforceId('User', 7001)

function makePeople(): Person[] {
	const list: Person[] = []
	for (const [entity, place, count] of offices) {
		const manager = list.length
		for (let at = 0; at < count; at++) {
			const index = list.length
			const choices = random('person', index)
			const first = choices.pick(places[place]!.first)
			const last = choices.pick(places[place]!.last)
			list.push({
				index,
				crmId: salesforceId('User', 310 + index * 3),
				erpId: String(31 + index),
				first,
				last,
				email: `${plain(first)}.${plain(last)}${index}@halvorsen.example`,
				manager: at === 0 ? (index === 0 ? null : 0) : manager,
				entity,
				isActive: at === 0 || !choices.chance(0.08),
			})
		}
	}
	return list
}

function plain(name: string): string {
	return (
		name
			.normalize('NFD')
			.toLowerCase()
			.replaceAll(/[^a-z]/g, '') || 'user'
	)
}

function inOffice(entity: EntityCode): Person[] {
	return people.filter(
		(person) => person.entity === entity && person.manager !== null && people[person.manager]!.entity === entity,
	)
}
