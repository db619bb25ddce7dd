import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { SandboxOptions } from './options.ts'
import { openStore, type Store } from './store.ts'
import type { OpenSystem, SandboxSystem } from './system.ts'
import { sandboxSystem } from './systems.ts'
import { type SchemaEvent, schemaEvents } from './world/schema-events.ts'
import { usualPair } from './world/systems.ts'
import { companyStart, recordVersions } from './world/world.ts'

/** The company that the sandboxes serve: its records, and the two systems that hold them. */
export type Company = {
	store: Store
	systems: { system: SandboxSystem; opened: OpenSystem }[]
	events: SchemaEvent[]
	start: number
}

/** Loads the company into memory or a file. The caller closes the store. Throws TieoutError at a record that does not fit. */
export function openCompany(options: SandboxOptions): Company {
	const events = options.schemaEvents ?? (options.versions ? [] : schemaEvents)
	const { crm, erp } = options.pair ?? usualPair
	const systems = [crm, erp].map((name) => {
		const system = sandboxSystem(name)
		return { system, opened: system.open(options, events) }
	})
	const stored = systems.flatMap(({ opened }) => opened.stored)
	const { seed, scale, isOneEntity } = options
	const fingerprint = options.file && !options.versions ? fingerprintOf([seed, scale, isOneEntity, stored]) : ''
	const store = openStore(stored, { path: options.file, fingerprint })
	try {
		if (!store.isLoaded)
			store.load(options.versions ?? recordVersions({ seed, scale, isOneEntity, pair: { crm, erp } }))
	} catch (error) {
		store.close()
		throw error
	}
	return { store, systems, events, start: companyStart }
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
