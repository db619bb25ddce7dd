import { Temporal } from 'temporal-polyfill'
import { sources } from '../extract/registry.ts'
import { sourceOf } from '../extract/run.ts'
import { startSandboxes } from '../extract/sandbox/sandbox.ts'
import { valuesOf } from '../extract/sandbox/system.ts'
import { offered, sandboxSystem } from '../extract/sandbox/systems.ts'
import {
	type CrmSystem,
	crmSystems,
	erpSystems,
	type Pair,
	type System,
	usualPair,
} from '../extract/sandbox/world/systems.ts'
import type { Source, Stream } from '../extract/source.ts'
import { sandboxConnections } from './extract/sandboxes.ts'
import { startProject } from './extract/vendor.ts'

/** What a first load and the run of the next day cost and prove, by stream; of all connections of a system together. */
export type Measured = {
	first: { requests: number; rows: number }
	nextDay: { requests: number; changed: number }
	verdicts: Record<string, { verdict: string; reason: string | null }>
}

/** What was measured, kept in test/systems-measured.json: on which day, by which command, of which size. */
export type Figures = { measuredOn: string; command: string; scale: number; systems: Record<string, Measured> }

/** The systems that have a sandbox, CRMs first. */
export const measuredSystems: System[] = [...offered(crmSystems), ...offered(erpSystems)]

/** Reads the sample company's system twice: everything, and a day later what changed. Throws when a stream does not load. */
export async function measure(system: System, scale: number): Promise<Measured> {
	const sandboxes = await startSandboxes({ pair: pairWith(system), scale, serviceMilliseconds: 0 })
	const connections = sandboxConnections(sandboxes).filter(({ kind }) => kind === system)
	const project = await startProject(connections)
	const run = async () => {
		project.clock.now = sandboxes.now()
		const { streams, requests } = await project.run({}, { now: sandboxes.now })
		const failed = streams.filter(({ outcome }) => outcome !== 'loaded')
		if (failed.length > 0) throw new Error(`${system}: ${JSON.stringify(failed.slice(0, 3))}`)
		return { streams, requests: Object.values(requests).reduce((sum, count) => sum + count, 0) }
	}
	try {
		const first = await run()
		const certificates = await project.db.selectFrom('certificates').select(['stream', 'verdict', 'reason']).execute()
		sandboxes.setClock(sandboxes.now() + 86_400_000)
		const next = await run()
		return {
			first: { requests: first.requests, rows: sum(first.streams, 'appended') },
			nextDay: { requests: next.requests, changed: sum(next.streams, 'appended') + sum(next.streams, 'deleted') },
			verdicts: Object.fromEntries(certificates.map(({ stream, verdict, reason }) => [stream, { verdict, reason }])),
		}
	} finally {
		await project.close()
		await sandboxes.close()
	}
}

/** docs/systems.md: what each system gives, from the sources' declarations and from the figures that were measured. */
export function systemsReference({ measuredOn, command, scale, systems: measured }: Figures): string {
	const kinds = measuredSystems.map((system) => sources.find(({ kind }) => kind === system)!)
	return `${[
		'# Systems',
		'<!-- Written by test/write-systems.ts from the sources’ declarations and test/systems-measured.json; a test fails when it is stale. -->',
		'What tieout reads from each system, how it notices changes and deletions, what it can prove, and what that costs in API calls. Each has a page of its own with what to create on the vendor’s side.',
		table(
			['system', 'role', 'streams', 'first load', 'a day later', 'limits kept'],
			kinds.map((source) => overview(source, measured[source.kind]!)),
		),
		`Calls and certificates are those of the sample company (scale ${scale}) against its sandbox, measured on ${measuredOn} by \`${command}\`: the first load brings all records, the run a day later what changed since. Counting and describing are among them. All else is what the sources declare. _Whole again_: after how long a stream has its turn to be read whole, which is how long a change without a new stamp can go unnoticed (\`reconcile\` in \`tieout.yml\`).`,
		...kinds.flatMap((source) => section(source, measured[source.kind]!)),
	].join('\n\n')}\n`
}

function overview(source: Source, { first, nextDay }: Measured): string[] {
	return [
		`[${source.title}](systems/${source.kind}.md)`,
		source.role,
		String(source.streams.length),
		`${count(first.requests)} calls for ${count(first.rows)} records`,
		`${count(nextDay.requests)} calls for ${count(nextDay.changed)} changes`,
		limits(source),
	]
}

/** What the source keeps to, as the sample company's connections are configured. */
function limits({ kind, budget }: Source): string {
	const { concurrency, perSecond, windows = [], apart = [] } = budget(sampleOptions(kind))
	return [
		`${concurrency} at once`,
		...(perSecond ? [`${perSecond} a second`] : []),
		...windows.map(({ seconds, requests }) => `${count(requests)} in ${span(seconds)}`),
		...apart.map(({ path, seconds, requests }) => `${count(requests)} in ${span(seconds)} to …${path}`),
	].join(', ')
}

function sampleOptions(kind: string): Record<string, unknown> {
	const [given] = sandboxSystem(kind as System).connections('http://127.0.0.1:1', {})
	return sourceOf({ name: given!.name, kind, options: valuesOf(given!) }).connection.options
}

function section(source: Source, { verdicts }: Measured): string[] {
	const inUse = source.inUse?.(sampleOptions(source.kind))
	return [
		`## ${source.title}`,
		table(
			['stream', 'read from', 'changes', 'whole again', 'deletions', 'certificate'],
			source.streams.map((stream) => [
				`\`${stream.name}\``,
				stream.within ? `inside \`${stream.within.stream}\`` : stream.object,
				changes(stream),
				wholeAgain(stream),
				deletions(source, stream),
				inUse && !inUse.includes(stream.name) ? 'read where the options say so' : proof(stream, verdicts[stream.name]),
			]),
		),
	]
}

function changes({ cursor, within, follows, columns }: Stream): string {
	if (within) return 'with its record'
	if (follows) return `asked by the keys of \`${follows.stream}\` that changed`
	if (!cursor) return 'everything, each run'
	const lookBack = cursor.wholeDays ? 'the whole day before' : span(cursor.overlap + cursor.heldBack)
	return `${columns[cursor.column]?.field ?? cursor.column}, ${lookBack} again`
}

/** How long a change without a new stamp can go unnoticed, at the default `reconcile.every`. */
function wholeAgain({ cursor, within, follows, whole }: Stream): string {
	if (within) return 'with its record'
	if (follows) return follows.again ? span(follows.again * 60) : 'by --full'
	return cursor ? span((whole ?? 7 * 1440) * 60) : 'each run'
}

function deletions(source: Source, stream: Stream): string {
	if (stream.within) return 'with its record'
	if (stream.follows) return 'what is not answered any more'
	if (!stream.cursor) return 'what is missing'
	const sweep = `keys of all once ${span((stream.sweep ?? 7 * 1440) * 60)}, and when the count is less`
	return [
		...(stream.deletedWhen ? [`marked (${stream.deletedWhen.column})`] : []),
		...(source.deletes ? ['the system’s list'] : []),
		sweep,
	].join('; ')
}

function proof({ name }: Stream, found: { verdict: string; reason: string | null } | undefined): string {
	if (!found) throw new Error(`no figures of ${name}: measure again`)
	return found.reason ? `${found.verdict}: ${found.reason}` : found.verdict
}

function span(seconds: number): string {
	const duration = Temporal.Duration.from({ seconds })
	for (const [unit, size] of [
		['week', 604_800],
		['day', 86_400],
		['hour', 3600],
		['minute', 60],
	] as const)
		if (seconds % size === 0 && seconds >= size) {
			const units = seconds / size
			return units === 1 ? `a ${unit}`.replace('a hour', 'an hour') : `${units} ${unit}s`
		}
	return `${duration.total('seconds')} s`
}

function sum<Name extends string>(list: Record<Name, number>[], name: Name): number {
	return list.reduce((total, one) => total + one[name], 0)
}

function count(value: number): string {
	return value.toLocaleString('en-US')
}

function table(head: string[], rows: string[][]): string {
	const line = (cells: string[]) =>
		`| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
	return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function pairWith(system: System): Pair {
	const isCrm = (crmSystems as readonly System[]).includes(system)
	return (isCrm ? { ...usualPair, crm: system as CrmSystem } : { ...usualPair, erp: system }) as Pair
}
