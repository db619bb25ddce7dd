import type { RecordUrl } from '../source.ts'
import type { CompanyClock } from './clock.ts'
import type { Faults } from './faults.ts'
import type { SandboxOptions } from './options.ts'
import type { Store, StoredObject } from './store.ts'
import type { Vendor } from './vendor-server.ts'
import type { Visibility } from './visibility.ts'
import type { EntityCode } from './world/company/entities.ts'
import type { SchemaEvent } from './world/schema-events.ts'
import type { System } from './world/systems.ts'

/** What every vendor's server stands on. */
export type SandboxParts = { store: Store; clock: CompanyClock; visibility: Visibility; faults: Faults }

/** One system that the sample company can have, as the sandboxes start it. */
export type SandboxSystem = {
	system: System
	/** What people call it. */
	title: string
	/** What the store keeps of it, and what serves that. `events`: all schema events; those of other systems are passed over. */
	open(options: SandboxOptions, events: SchemaEvent[]): OpenSystem
	/** How a project reads it: one connection, or one per legal entity where the system has an account for each. */
	connections(url: string, options: SandboxOptions): SandboxConnection[]
}

export type OpenSystem = {
	stored: StoredObject[]
	serve(parts: SandboxParts): Vendor
}

/** A connection of the demo's `tieout.yml`, with what stands beside it in `.env` and in files. Sandbox-only credentials. */
export type SandboxConnection = {
	/** `crm`, `erp`, or with the legal entity's code: `erp_us`. */
	name: string
	/** The source's kind. */
	source: string
	options: Record<string, SandboxSetting>
	/** Custom fields, where they are not named as the source expects. */
	fields?: Record<string, string>
	/** Where a person opens a record; of a host that nobody has. */
	recordUrl: RecordUrl
	/** What this connection calls the company's legal entities; one that it does not know is left out. */
	legalEntities: Partial<Record<EntityCode, string>>
}

/** A value that stands in `tieout.yml` itself, or that it takes from the environment or from a file only its owner reads. */
export type SandboxSetting =
	| string
	| number
	| boolean
	| { environment: string; value: string }
	| { file: string; value: string }

/** A setting that stands in `.env`. */
export function inEnvironment(environment: string, value: string): SandboxSetting {
	return { environment, value }
}

/** A setting that stands in a file of its own. */
export function inFile(file: string, value: string): SandboxSetting {
	return { file, value }
}

/** The options with their values, as a source takes them. */
export function valuesOf({ options }: SandboxConnection): Record<string, string | number | boolean> {
	return Object.fromEntries(
		Object.entries(options).map(([name, setting]) => [name, typeof setting === 'object' ? setting.value : setting]),
	)
}
