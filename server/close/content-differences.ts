import { canonicalJson } from './canonical-json.ts'
import { type Closing, paperContent, withGeneration } from './closing.ts'
import type { Content, PaperContent } from './content.ts'
import type { PaperView } from './papers.ts'

/**
 * In sentences, how a paper that was looked at differs from what it is now: with the generation that was looked at, while it is kept,
 * in every figure.
 */
export async function contentDifferences(
	closing: Closing,
	view: PaperView,
	{ contentHash, generation }: { contentHash: string; generation?: string },
): Promise<string[]> {
	const seen = generation === undefined ? undefined : await contentOf(closing, view, generation)
	if (seen?.hash !== contentHash)
		return [`what you looked at was not generation ${view.generation}, which is published now`]
	const since =
		generation === view.generation ? [] : [`generation ${view.generation} was published after ${generation}`]
	return [...since, ...differencesOf(seen.content, view.content)]
}

async function contentOf(closing: Closing, view: PaperView, generation: string): Promise<PaperContent | undefined> {
	if (!closing.queries.kept().includes(generation)) return undefined
	return await withGeneration(closing, (source) => paperContent(closing, source, view.scope), generation)
}

/** In sentences, how one content differs from another of the same paper. */
export function differencesOf(then: Content, now: Content): string[] {
	const names = [...new Set([...Object.keys(then.tables), ...Object.keys(now.tables)])]
	return [
		...now.totals.flatMap((total) => totalDifferences(then, total)),
		...names.flatMap((name) => tableDifference(name, then.tables[name], now.tables[name])),
		...otherDifference('the models changed', then.models, now.models),
		...otherDifference('rates changed', then.rates, now.rates),
		...otherDifference('the configuration changed', then.settings, now.settings),
		...otherDifference('checks came out otherwise', then.checks, now.checks),
		...otherDifference('the period ended meanwhile', then.period, now.period),
	]
}

function totalDifferences(then: Content, total: Content['totals'][number]): string[] {
	const before = then.totals.find((one) => one.currency === total.currency && one.is_reporting === total.is_reporting)
	return (['bookings', 'billings', 'revenue', 'unexplained_absolute'] as const)
		.filter((name) => before?.[name] !== total[name])
		.map((name) => `${name.replace('_absolute', '')} was ${before?.[name] ?? '0'} ${total.currency}, is ${total[name]}`)
}

type Table = Content['tables'][string] | undefined

function tableDifference(name: string, then: Table, now: Table): string[] {
	if (then?.sha256 === now?.sha256) return []
	const rows = then?.rows === now?.rows ? 'other values' : `${then?.rows ?? 0} rows then, ${now?.rows ?? 0} now`
	return [`${name.replaceAll('_', ' ')}: ${rows}`]
}

function otherDifference(text: string, then: unknown, now: unknown): string[] {
	return canonicalJson(then) === canonicalJson(now) ? [] : [text]
}
