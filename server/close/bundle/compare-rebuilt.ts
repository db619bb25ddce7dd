import { periodText } from '../../../reports/format.ts'
import { canonicalJson, sha256 } from '../canonical-json.ts'
import { type CloseEffects, type Closing, withGeneration } from '../closing.ts'
import type { Content } from '../content.ts'
import { ownVersion } from '../content.ts'
import { contentAgain, withRebuilt } from '../rebuild.ts'
import { type Evidence, readEvidence } from './evidence.ts'
import { paperDocument } from './paper-document.ts'
import { paperHtml } from './paper-html.ts'
import { readManifest } from './verify.mjs'
import { type Bundle, paperBundle } from './write-bundle.ts'

/** A file of a bundle whose bytes came out otherwise; null: it is not there on that side. */
export type RebuiltDifference = { path: string; kept: string | null; rebuilt: string | null }

/** What a rebuilt period was found to be. `versions`: tieout's own, when it was signed and now. */
export type RebuiltVerdict = {
	bundle: Bundle
	loadedUntil: string
	versions: { signed: string; own: string }
	/** How many files were made again and compared. */
	compared: number
	differences: RebuiltDifference[]
}

/**
 * Builds the period again as it was known when its newest signature was given, and compares what comes out with the bundle byte by byte:
 * the content, every table's CSV, models, rates and the HTML. Takes as long as a whole build.
 */
export async function compareRebuilt(
	closing: Closing,
	paper: string,
	effects: CloseEffects = {},
): Promise<RebuiltVerdict> {
	const bundle = await paperBundle(closing, paper)
	const evidence = await readEvidence(closing.state, paper)
	const kept = new Map((await readManifest(bundle.file)).files.map((file) => [file.path, file.sha256]))
	const rebuilt = await withRebuilt(
		closing,
		evidence.signature,
		async (again) => await rebuiltHashes(again, evidence),
		effects,
	)
	const isRebuilt = (path: string) => /^(content\.json|rates\.json|paper\.html|tables\/.*\.csv|models\/.*)$/.test(path)
	const paths = [...new Set([...rebuilt.keys(), ...[...kept.keys()].filter(isRebuilt)])].sort()
	return {
		bundle,
		loadedUntil: evidence.signature.loadedUntil,
		versions: { signed: evidence.content.version, own: ownVersion() },
		compared: paths.length,
		differences: paths
			.map((path) => ({ path, kept: kept.get(path) ?? null, rebuilt: rebuilt.get(path) ?? null }))
			.filter((one) => one.kept !== one.rebuilt),
	}
}

async function rebuiltHashes(again: Closing, evidence: Evidence): Promise<Map<string, string>> {
	const { content } = await contentAgain(again, evidence.paper, evidence.content)
	const html = await withGeneration(again, async (source) => paperHtml(await paperDocument(evidence, source)))
	return new Map([
		['content.json', sha256(canonicalJson(content))],
		['paper.html', sha256(html)],
		['rates.json', content.rates],
		...parts(content),
	])
}

function parts({ tables, models }: Content): [string, string][] {
	return [
		...Object.entries(tables).map(([name, table]): [string, string] => [`tables/${name}.csv`, table.sha256]),
		...Object.entries(models).map(([name, hash]): [string, string] => [`models/${name}.sql`, hash]),
	]
}

/** The verdict as sentences: that all is the same, or what is not and what may be why. */
export function rebuiltLines({ bundle, loadedUntil, versions, compared, differences }: RebuiltVerdict): string[] {
	const what = `${periodText(bundle.paper)} built again as known at ${loadedUntil} UTC`
	if (differences.length === 0)
		return [`${what}: ${compared} files and the content ${bundle.content} have the same bytes as in the bundle`]
	const why =
		versions.own === versions.signed
			? 'The warehouse, the configuration or the models were changed since.'
			: `It was signed with tieout ${versions.signed}, and this is ${versions.own}: build it again with that version.`
	return [
		`${what}: ${differences.length} of ${compared} files differ. ${why}`,
		...differences.map(
			({ path, kept, rebuilt }) => `${path}: in the bundle ${kept ?? 'absent'}, built again ${rebuilt ?? 'absent'}`,
		),
	]
}
