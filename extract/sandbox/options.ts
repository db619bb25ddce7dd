import type { FaultOptions } from './faults.ts'
import type { NetsuiteFeature } from './netsuite/features.ts'
import type { SchemaEvent } from './world/schema-events.ts'
import type { Pair } from './world/systems.ts'
import type { RecordVersion } from './world/world.ts'

/** How to start the sandboxes. Everything has a default: the sample company, without faults, at its start moment, in memory. */
export type SandboxOptions = {
	/** Which systems the company has. Salesforce and NetSuite, if absent. */
	pair?: Pair
	seed?: number
	/** 1: the sample company; 70: about a million opportunity lines. */
	scale?: number
	/** The company's moment, epoch milliseconds. Default 2026-11-04T09:00:00Z. */
	now?: number
	/**
	 * A company of one legal entity that sells in one currency, whose systems are what such a company buys: without what only several
	 * currencies or legal entities need.
	 */
	isOneEntity?: boolean
	/** Share of requests that go wrong, 0 to 1. */
	faultRate?: number
	faults?: Omit<FaultOptions, 'rate'>
	/** Most rows in a page of Salesforce, up to 2,000. */
	pageSize?: number
	/** Most requests at once that NetSuite takes. Default 5. */
	concurrency?: number
	/** The least that an answer of NetSuite takes. Default 3. */
	serviceMilliseconds?: number
	/** The CRM takes this port, the ERP the next, the controls the one after. Default 0: free ones. */
	port?: number
	/** Where to keep the company's records instead of memory; kept for the next start if seed, scale and generator are the same. */
	file?: string
	/** Records in place of the sample company's. */
	versions?: Iterable<RecordVersion>
	schemaEvents?: SchemaEvent[]
	tokenLifetimeSeconds?: number
	rotatesRefreshTokens?: boolean
	/** Requests a minute for one organisation of Xero. Default 60, as at Xero; the connection's `requests_per_minute` must agree. */
	requestsPerMinute?: number
	/** Requests in 24 hours, and what others have used of them: Salesforce's of the org, Xero's of each organisation. */
	dailyRequests?: { limit: number; usedByOthers: number }
	/** Salesforce's Bulk jobs: objects that are refused, how many of the next jobs fail, the most rows in a page of results. */
	bulk?: { refused?: string[]; failing?: number; resultRows?: number }
	/** Salesforce's org has several currencies, and no advanced currency management: one rate for each, whatever the day. */
	hasNoDatedRates?: boolean
	/** How many days Salesforce's `/deleted/` looks back. Default 15. */
	deletedDays?: number
	/** EspoCRM's version. Default 10.0.1; before 9.3 there are no dated rates. */
	espocrmVersion?: string
	/** SAP's journal entries of revenue recognition have no entry view (status U): they are in the universal journal alone, which is read. */
	hasNoEntryView?: boolean
	/**
	 * What the NetSuite account has switched on; `foreign_amounts` alone: amounts by their usual names without Multiple Currencies. Everything,
	 * and of a company of one legal entity nothing, if absent.
	 */
	netsuiteFeatures?: readonly NetsuiteFeature[]
	/** The record type whose deletions NetSuite's `deletedrecord` does not tell. Default `contact`. */
	uncoveredDeletes?: string
}
