import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { type NetsuiteTable, netsuiteEventColumn, netsuiteTables, storedNetsuiteTable } from './netsuite/tables.ts'
import type { SandboxOptions } from './options.ts'
import { salesforceField } from './salesforce/field.ts'
import { type SalesforceObject, salesforceObjects, storedSalesforceObject } from './salesforce/objects.ts'
import { openStore, type Store } from './store.ts'
import { type SchemaEvent, schemaEvents } from './world/schema-events.ts'
import { companyStart, recordVersions, type System } from './world/world.ts'

/** The company that both sandboxes serve: its records, and what the vendors declare of them. */
export type Company = {
	store: Store
	objects: SalesforceObject[]
	tables: NetsuiteTable[]
	events: SchemaEvent[]
	start: number
}

/** Loads the company into memory or a file. The caller closes the store. Throws TieoutError at a record that does not fit. */
export function openCompany(options: SandboxOptions): Company {
	const events = options.schemaEvents ?? (options.versions ? [] : schemaEvents)
	const objects = salesforceObjects.map((object) => {
		const more = undeclared(events, 'salesforce', object.name, object.fields)
		return {
			...object,
			fields: [...object.fields, ...more.map(({ field, type, label }) => salesforceField(`${field} ${type}`, label))],
		}
	})
	const tables = netsuiteTables.map((table) => {
		const more = undeclared(events, 'netsuite', table.name, table.columns)
		return { ...table, columns: [...table.columns, ...more.map(netsuiteEventColumn)] }
	})
	const stored = [...objects.map(storedSalesforceObject), ...tables.map(storedNetsuiteTable)]
	const { seed, scale } = options
	const fingerprint = options.file && !options.versions ? fingerprintOf([seed, scale, stored]) : ''
	const store = openStore(stored, { path: options.file, fingerprint })
	try {
		if (!store.isLoaded) store.load(options.versions ?? recordVersions({ seed, scale }))
	} catch (error) {
		store.close()
		throw error
	}
	return { store, objects, tables, events, start: companyStart }
}

/** The first event of each field that is not declared: it says what the field is until another event does. */
function undeclared(
	events: SchemaEvent[],
	system: System,
	object: string,
	declared: { name: string }[],
): SchemaEvent[] {
	const ofObject = events.filter((event) => event.system === system && event.object === object)
	const isNew = ({ field }: SchemaEvent) => !declared.some(({ name }) => name.toLowerCase() === field.toLowerCase())
	const byField = new Map<string, SchemaEvent>()
	for (const event of ofObject.filter(isNew).sort((left, right) => left.at - right.at)) {
		if (!byField.has(event.field)) byField.set(event.field, event)
	}
	return [...byField.values()]
}

/** Changes with the options, the declared columns and every file of the generator. */
function fingerprintOf(parts: unknown[]): string {
	const hash = createHash('sha256').update(JSON.stringify(parts))
	const folder = path.join(import.meta.dirname, 'world')
	const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.ts'))
		.sort()
	for (const name of files) hash.update(name).update(readFileSync(path.join(folder, name)))
	return hash.digest('hex')
}
