import type { Row } from '../kept-results.ts'
import { apiVersion } from './objects.ts'
import { type Plan, wireMoment } from './soql-plan.ts'

/** The path of an object's records; an id follows. */
export function recordPath(object: string): string {
	return `/services/data/v${apiVersion}/sobjects/${object}/`
}

/** A function that writes rows of a plan as JSON. Numbers are the stored digits: they never pass through a float. */
export function recordWriter(plan: Plan): (row: Row) => string {
	const writers = plan.columns.map(({ field }) => valueWriter(field.kind, field.type))
	const names = plan.columns.map(({ name }) => `,${JSON.stringify(name)}:`)
	const first = plan.isAggregate ? 0 : 1
	const attributes = plan.isAggregate
		? () => '{"attributes":{"type":"AggregateResult"}'
		: (row: Row) => `{"attributes":{"type":"${plan.object.name}","url":"${recordPath(plan.object.name)}${row[0]}"}`
	return (row) => {
		let json = attributes(row)
		for (let index = 0; index < writers.length; index++) {
			const value = row[index + first]
			json += names[index]
			json +=
				value === null || value === undefined ? 'null' : (writers[index] as (value: string | number) => string)(value)
		}
		return `${json}}`
	}
}

function valueWriter(kind: string, type: string): (value: string | number) => string {
	if (kind === 'number' || kind === 'boolean') return String
	if (kind === 'datetime') return (value) => `"${wireMoment(String(value))}"`
	if (kind === 'date' || type === 'id' || type === 'reference') return (value) => `"${value}"`
	return JSON.stringify
}
