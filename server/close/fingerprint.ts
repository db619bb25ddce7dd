import { sha256 } from './canonical-json.ts'
import type { ContentSource } from './content.ts'
import { recordSums } from './record-changes.ts'
import { rowSum } from './row-hash.ts'
import type { PaperScope } from './scope.ts'

/**
 * What a signature keeps so that "nothing changed" is told without the generation that it stands on: sums of hashes over the records
 * by period and part, and of each period's cells.
 */
export type Fingerprint = {
	schema: typeof schema
	records: Record<string, string>
	cells: Record<string, string>
}

/** The first one was made by a hash that some changes went past: what it says is not asked, the generations are compared. */
const schema = 'tieout.fingerprint/2'

/** Fingerprints of generations, which never change: worked out once in a process. */
const known = new Map<string, Promise<Fingerprint>>()
const mostKnown = 20

/** The fingerprint of a generation, of one legal entity or of all. `published`: the folder it lies in. */
export function fingerprintOf(source: ContentSource, published: string, entity: string | null): Promise<Fingerprint> {
	const key = JSON.stringify([published, source.generation, entity])
	const found = known.get(key) ?? readFingerprint(source, entity)
	known.set(key, found)
	found.catch(() => known.delete(key))
	if (known.size > mostKnown) known.delete(known.keys().next().value!)
	return found
}

/** What a signature of this paper keeps: its own and earlier periods. */
export function fingerprintUpTo(
	fingerprint: Fingerprint,
	scope: PaperScope,
	periods: readonly PaperScope[],
): Fingerprint {
	const upTo = new Set(periods.filter((one) => one.startDate <= scope.startDate).map((one) => one.periodId))
	const records = Object.entries(fingerprint.records).filter(([key]) => upTo.has(JSON.parse(key)[0]))
	const cells = Object.entries(fingerprint.cells).filter(([period]) => period === scope.periodId)
	return { schema, records: Object.fromEntries(records), cells: Object.fromEntries(cells) }
}

/** A kept document as a fingerprint; undefined where it is of another form. */
export function readKept(document: unknown): Fingerprint | undefined {
	const kept = document as Fingerprint | undefined
	return kept?.schema === schema ? kept : undefined
}

/** Whether two say the same. */
export function isSameFingerprint(a: Fingerprint, b: Fingerprint): boolean {
	const text = ({ records, cells }: Fingerprint) =>
		sha256(
			[records, cells].map((part) => JSON.stringify(Object.entries(part).sort(([x], [y]) => (x < y ? -1 : 1)))).join(),
		)
	return text(a) === text(b)
}

const figures = ['bookings', 'billings', 'revenue'].flatMap((name) => [`${name}_amount`, `${name}_reporting_amount`])
const cellFields = ['customer_id', 'currency', 'legal_entity', 'policy_rate', ...figures]
const isEmpty = figures.map((column) => `coalesce(${column}, 0) = 0`).join(' and ')

/** A cell that has nothing of the three is none: breaks alone make and unmake such. */
async function readFingerprint({ rows }: ContentSource, entity: string | null): Promise<Fingerprint> {
	const [records, cells] = await Promise.all([
		recordSums(rows, entity),
		rows(
			`select period_id, ${rowSum(cellFields)} as sum from marts.cells
			where ($1 is null or legal_entity = $1) and not (${isEmpty}) group by 1 order by 1`,
			[entity],
		),
	])
	const sums = Object.fromEntries(cells.map((row) => [String(row['period_id']), String(row['sum'])]))
	return { schema, records, cells: sums }
}
