import type { RecordChange } from '../../reports/pages/close/change-data.ts'
import type { Config } from '../config.ts'
import type { PinnedQueries, Queries } from '../query/queries.ts'
import type { State } from '../state.ts'
import { type ContentSource, contentSource, type PaperContent, type PaperSettings, readContent } from './content.ts'
import { type PaperScope, paperScopes, type Rows } from './scope.ts'

/** What everything of the close works with. `editors`: only a run has the warehouse, which tells who changed records. */
export type Closing = { config: Config; state: State; queries: Queries; editors?: Editors }

/** Puts who changed each record since a moment (UTC) where the source tells; `rows` asks the newest generation. */
export type Editors = (rows: Rows, changes: readonly RecordChange[], since: string | null) => Promise<RecordChange[]>

/** The moment of a decision, by the company's clock. */
export type CloseEffects = { now?: () => Date }

/** Does work on one generation, the published one or a kept one, which stays the same meanwhile. */
export async function withGeneration<T>(
	{ queries }: Pick<Closing, 'queries'>,
	work: (source: ContentSource, pinned: PinnedQueries) => Promise<T>,
	name?: string,
): Promise<T> {
	const pinned = queries.pin(name)
	try {
		return await work(contentSource(pinned), pinned)
	} finally {
		pinned.release()
	}
}

/** Every paper that the published generation has. */
export async function scopesOf(closing: Closing): Promise<PaperScope[]> {
	return await withGeneration(closing, ({ rows }) => paperScopes(rows, { perEntity: closing.config.close.per_entity }))
}

/** What a signature is bound to of the configuration: rate policy, tolerances, materiality and rules, as they stand. */
export function paperSettings({ company, close, break_limits, field_owners, scope }: Config): PaperSettings {
	return {
		company: company.name,
		time_zone: company.time_zone,
		reporting_currency: company.reporting_currency,
		rate_policy: company.rate_policy,
		materiality: [{ amount: company.materiality }, ...close.materiality],
		assign: close.assign,
		certify: close.certify,
		break_limits,
		field_owners,
		scope,
	}
}

/** Contents that were read lately, by generation, paper and settings: what a page showed need not be read again to be signed. */
const contents = new Map<string, Promise<PaperContent>>()
const mostContents = 50

/** The content of a paper in a generation: read once. */
export function paperContent(
	{ config }: Pick<Closing, 'config'>,
	source: ContentSource,
	scope: PaperScope,
	settings: PaperSettings = paperSettings(config),
): Promise<PaperContent> {
	const key = JSON.stringify([config.project.published, source.generation, scope.paper, settings])
	const known = contents.get(key)
	if (known) return known
	const reading = readContent(source, scope, settings)
	contents.set(key, reading)
	reading.catch(() => contents.delete(key))
	if (contents.size > mostContents) contents.delete(contents.keys().next().value!)
	return reading
}
