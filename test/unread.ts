import type { Stream } from '../extract/source.ts'
import { currentGeneration } from '../models/generation.ts'
import type { Reason, Verdict } from '../models/trust.ts'
import { openDatabase } from '../models/warehouse.ts'
import { statusDocument } from '../server/month-status.ts'
import type { PipelineResult } from '../server/pipeline.ts'
import type { projectOn } from './sample-project.ts'

/** What a controller sees after a run: the marts by a fingerprint each (null: nothing is published), and what is said of them. */
export type Seen = {
	error: string | null
	marts: Map<string, string> | null
	verdict: Verdict
	reasons: Reason[]
	/** The streams that this run could not read, and those that never had a record (`erp.accounts`). */
	unread: string[]
	empty: string[]
}

/** Runs a project once, and looks. A run that publishes nothing is no error here. */
export async function runAndSee(project: ReturnType<typeof projectOn>): Promise<Seen> {
	const result: PipelineResult | Error = await project.run().catch((error: Error) => error)
	const config = project.config()
	const { verdict, reasons } = await statusDocument(config)
	const file = currentGeneration(config.project.published)?.file
	const seen = { verdict, reasons, marts: file === undefined ? null : await martPrints(file) }
	if (result instanceof Error) return { ...seen, error: result.message, unread: [], empty: [] }
	const { failed, held } = result.extracted!
	return {
		...seen,
		error: null,
		unread: [...failed, ...held].map(({ connection, stream }) => `${connection}.${stream}`),
		empty: result.freshness!.filter((one) => one.is_empty).map(({ connection, stream }) => `${connection}.${stream}`),
	}
}

async function martPrints(file: string): Promise<Map<string, string>> {
	const database = await openDatabase(file, { readOnly: true })
	try {
		const tables = await database.all<{ name: string }>(
			`select table_name as name from duckdb_tables() where schema_name = 'marts' order by 1`,
		)
		const prints = new Map<string, string>()
		for (const { name } of tables) {
			const [row] = await database.all<{ print: string }>(
				`select concat_ws(' ', count(*), bit_xor(hash(t)), sum(hash(t))) as print from marts."${name}" as t`,
			)
			prints.set(name, row!.print)
		}
		return prints
	} finally {
		await database.close()
	}
}

/**
 * What is wrong with how a run told of a stream that it could not read, or that came empty; null when nothing is. Told means: nothing was
 * published, and the refusal names a stream that was not read; or no mart differs from the truth; or a reason beside the figures names
 * such a stream, and speaks against trust where its records were never here.
 */
export function untold(seen: Seen, truth: Seen, { isFirst }: { isFirst: boolean }): string | null {
	const empty = seen.empty.filter((name) => !truth.empty.includes(name))
	if (seen.error !== null || seen.marts === null)
		return /^\w+\.\w+ (is (denied|failed|held)|was read without a single record)/.test(seen.error ?? '')
			? null
			: `refused, and no stream is named: ${seen.error}`
	const differing = [...truth.marts!].filter(([name, print]) => seen.marts!.get(name) !== print).map(([name]) => name)
	if (differing.length === 0) return null
	const names = [...seen.unread, ...empty]
	const told = seen.reasons.filter(({ kind, subject, text }) => {
		const isOfStreams = kind === 'freshness' || kind === 'empty' || kind === 'certificate'
		return isOfStreams && names.some((name) => subject === name || text.includes(name))
	})
	const what = `${differing.length} marts differ (${differing.join(' ')})`
	if (told.length === 0) return `${what}, and nothing tells of ${names.join(', ') || 'anything'}`
	const mustBlock = isFirst && seen.unread.length > 0
	return mustBlock && !told.some(({ blocks }) => blocks) ? `${what}, and nothing that tells of it blocks` : null
}

/** The vendor's objects of those streams that are asked for by themselves, each once. */
export function objectsAsked(streams: readonly Stream[]): string[] {
	return [...new Set(streams.filter((stream) => !stream.within).map((stream) => stream.object))]
}
