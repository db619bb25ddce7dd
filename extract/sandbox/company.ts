import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { type NetsuiteTable, netsuiteColumn, netsuiteTables, storedNetsuiteTable } from './netsuite/tables.ts'
import type { SandboxOptions } from './options.ts'
import { salesforceField } from './salesforce/field.ts'
import { type SalesforceObject, salesforceObjects, storedSalesforceObject } from './salesforce/objects.ts'
import type { SchemaEvent } from './schema-events.ts'
import { openStore, type Store } from './store.ts'
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
	const events = options.schemaEvents ?? []
	const objects = salesforceObjects.map((object) => ({
		...object,
		fields: [
			...object.fields,
			...added(events, 'salesforce', object.name).map(({ declaration, label }) => salesforceField(declaration, label)),
		],
	}))
	const tables = netsuiteTables.map((table) => ({
		...table,
		columns: [
			...table.columns,
			...added(events, 'netsuite', table.name).map(({ declaration }) => netsuiteColumn(declaration)),
		],
	}))
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

/** The fields that appear at some moment and are not declared from the start. */
function added(
	events: SchemaEvent[],
	system: System,
	object: string,
): { declaration: string; label: string | undefined }[] {
	const fields = [
		...salesforceObjects.flatMap(({ name, fields }) => (name === object ? fields : [])),
		...netsuiteTables.flatMap(({ name, columns }) => (name === object ? columns : [])),
	]
	const declared = new Set(fields.map(({ name }) => name.toLowerCase()))
	return events
		.filter(
			(event) =>
				event.system === system &&
				event.object === object &&
				event.change === 'added' &&
				!declared.has(event.field.toLowerCase()),
		)
		.map(({ field, type, label }) => ({
			declaration: `${field} ${type ?? (system === 'salesforce' ? 'string' : 'text')}`,
			label,
		}))
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
