import type { Kysely } from 'kysely'
import type { Schema } from '../models/schema.ts'
import type { Address } from './address.ts'
import type { MinorDigits } from './format.ts'
import type { Systems } from './systems.ts'
import type { Trust } from './trust-line.ts'

/** The published generation that a page stands on. Moments are UTC text. */
export type Generation = {
	generation: string
	builtAt: string
	loadedUntil: string
	extractedUntil: string | null
	contentHash: string
}

/** A generation that can still be looked at, and when it was published (UTC text; null: not known any more). */
export type KeptGeneration = { name: string; publishedAt: string | null; isInService: boolean }

/** Who looks at a page. `formToken` stands in every form (null: no session that another site could use). */
export type Viewer = { userId: string; name: string; role: string; isAdmin: boolean; formToken: string | null }

/** What every page is rendered with. `now` is the company's clock. */
export type PageContext = {
	company: string
	address: Address
	generation: Generation | null
	/** Newest first. */
	kept: KeptGeneration[]
	/** Whether the page stands on another generation than the one in service. */
	isPast: boolean
	trust: Trust
	/** What the systems behind the generation have: pages leave out what they have not. */
	systems: Systems
	reportingCurrency: string
	/** In the reporting currency, as decimal text; null: nothing unexplained is immaterial. */
	materiality: string | null
	minorDigits: MinorDigits
	/** Null: nobody has an account, or a token of the configuration reads. */
	viewer: Viewer | null
	now: Date
	/** Where the style sheet and the script are; their addresses hold their hash. */
	assets: { style: string; script: string }
}

/** The row of `tieout.generation`, or null when there is none. */
export async function readGeneration(db: Kysely<Schema>): Promise<Generation | null> {
	const row = await db.selectFrom('tieout.generation').selectAll().executeTakeFirst()
	if (!row) return null
	return {
		generation: String(row.generation),
		builtAt: row.built_at,
		loadedUntil: row.loaded_until,
		extractedUntil: row.extracted_until,
		contentHash: row.content_hash,
	}
}

/** The company's reporting currency, as the cells have it; `n/a` while there are none. */
export async function readReportingCurrency(db: Kysely<Schema>): Promise<string> {
	const row = await db.selectFrom('marts.cells').select('reporting_currency').limit(1).executeTakeFirst()
	return row?.reporting_currency ?? 'n/a'
}
