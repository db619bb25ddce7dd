import { netsuiteIntegration, salesforceApp } from './credentials.ts'
import type { FaultOptions } from './faults.ts'
import type { NetsuiteOptions } from './netsuite/server.ts'
import { largestPage } from './salesforce/query.ts'
import type { SalesforceOptions } from './salesforce/server.ts'
import type { SchemaEvent } from './world/schema-events.ts'
import type { RecordVersion } from './world/world.ts'

/** How to start the sandboxes. Everything has a default: the sample company, without faults, at its start moment, in memory. */
export type SandboxOptions = {
	seed?: number
	/** 1: the sample company; 70: about a million opportunity lines. */
	scale?: number
	/** The company's moment, epoch milliseconds. Default 2026-11-04T09:00:00Z. */
	now?: number
	/** Share of requests that go wrong, 0 to 1. */
	faultRate?: number
	faults?: Omit<FaultOptions, 'rate'>
	/** Most rows in a page of Salesforce, up to 2,000. */
	pageSize?: number
	/** Most requests at once that NetSuite takes. Default 5. */
	concurrency?: number
	/** The least that an answer of NetSuite takes. Default 3. */
	serviceMilliseconds?: number
	/** Salesforce takes this port, NetSuite the next, the controls the one after. Default 0: free ones. */
	port?: number
	/** Where to keep the company's records instead of memory; kept for the next start if seed, scale and generator are the same. */
	file?: string
	/** Records in place of the sample company's. */
	versions?: Iterable<RecordVersion>
	schemaEvents?: SchemaEvent[]
	tokenLifetimeSeconds?: number
	rotatesRefreshTokens?: boolean
	/** Salesforce's requests in 24 hours, and what others have used of them. */
	dailyRequests?: { limit: number; usedByOthers: number }
	/** How many days Salesforce's `/deleted/` looks back. Default 15. */
	deletedDays?: number
	/** The record type whose deletions NetSuite's `deletedrecord` does not tell. Default `contact`. */
	uncoveredDeletes?: string
}

/** The zone of the NetSuite sandbox's account. */
export const netsuiteTimeZone = 'America/Los_Angeles'

/** The settings of the Salesforce server. */
export function salesforceOptions(options: SandboxOptions): SalesforceOptions {
	return {
		app: salesforceApp(options.rotatesRefreshTokens ?? false),
		seed: options.seed ?? 1,
		pageSize: Math.min(largestPage, options.pageSize ?? largestPage),
		dailyRequests: options.dailyRequests ?? { limit: 100_000, usedByOthers: 10_000 },
		concurrency: 25,
		tokenLifetimeSeconds: options.tokenLifetimeSeconds ?? 7200,
		deletedDays: options.deletedDays ?? 15,
	}
}

/** The settings of the NetSuite server. */
export function netsuiteOptions(options: SandboxOptions): NetsuiteOptions {
	return {
		integration: netsuiteIntegration(),
		seed: options.seed ?? 1,
		concurrency: options.concurrency ?? 5,
		timeZone: netsuiteTimeZone,
		tokenLifetimeSeconds: options.tokenLifetimeSeconds ?? 3600,
		serviceMilliseconds: options.serviceMilliseconds ?? 3,
		uncoveredDeletes: options.uncoveredDeletes ?? 'contact',
	}
}
