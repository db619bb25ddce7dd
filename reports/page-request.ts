import type { Kysely } from 'kysely'
import type { Schema } from '../models/schema.ts'
import type { AbsentReport } from './adapt.ts'
import type { CloseStates } from './close-states.ts'
import type { PageContext } from './context.ts'
import type { HealthHistory } from './health-history.ts'
import type { Html } from './html.ts'
import type { Section } from './page.ts'
import type { Reports } from './registry.ts'
import type { RunHistory } from './run-history.ts'

/** What a page is asked for: one generation to read, the parts of its path, and what every page is rendered with. */
export type PageRequest = {
	db: Kysely<Schema>
	/** Parts of the path by name: `/month/2026-10` has `period`. */
	parts: Record<string, string>
	context: PageContext
	/** Those that the systems behind the generation can fill, adapted to them. */
	reports: Reports
	/** The others, and why they are not there. */
	absentReports: readonly AbsentReport[]
	runs: RunHistory
	health: HealthHistory
	close: CloseStates
}

/** A page before it is rendered: `data` is what `/api` gives (amounts as text), `content` makes the markup. */
export type PageResult = {
	title: string
	section: Section | null
	/** Name of the document for scripts, such as `tieout.month/1`. */
	schema: string
	data: Record<string, unknown>
	content: () => Html
	status?: number
	/** What was looked for, to stand in the search box. */
	words?: string
}

/** Another address that answers the question. */
export type Redirect = { redirect: string }

/** Reads and prepares a page. Throws `not_found` when what its path names isn't there. */
export type PageHandler = (request: PageRequest) => Promise<PageResult | Redirect>
