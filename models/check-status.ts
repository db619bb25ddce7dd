import type { BuiltStep } from './build-file.ts'
import type { Check } from './check.ts'
import { statementOf } from './common-tables.ts'
import { TieoutError } from './error.ts'
import type { Session } from './session.ts'
import { modelError } from './step.ts'
import { type Room, withRoom } from './with-room.ts'

/** `warn` and `fail` found problems, by the check's severity. `broken` could not run. `not run` had nothing to look at. */
export type CheckStatus = 'pass' | 'warn' | 'fail' | 'broken' | 'not run'

/** What one check found. */
export type Measured = {
	status: CheckStatus
	problemCount: number
	explanation: string
	sample: Record<string, unknown>[]
}

/** What was built, by name, and the memory that checks may use. */
export type BuildState = { steps: ReadonlyMap<string, BuiltStep>; room: Room }

/** Tables that the configuration fills, the clocks, and what is made of nothing else: no source has or lacks them. */
export function isConfiguration(name: string, steps: BuildState['steps']): boolean {
	if (name.startsWith('staging.stg_tieout__') || name.startsWith('raw.tieout__') || name === 'raw.as_of') return true
	const reads = steps.get(name)?.reads ?? ''
	return reads !== '' && reads.split(', ').every((read) => isConfiguration(read, steps))
}

const sampleSize = 20

/** So many checks go into one statement, of which each would cost more to plan than to run; only those of tables up to so many rows. */
const together = { checks: 25, rows: 100_000 }

/** Runs checks on a build file, each as `measure` does. Most find nothing, and several are asked at once whether they do. */
export async function measureAll(
	session: Session,
	checks: readonly Check[],
	state: BuildState,
): Promise<Map<Check, Measured>> {
	const isSmall = ({ reads }: Check) =>
		reads.every((name) => Number(state.steps.get(name)?.rows ?? Number.POSITIVE_INFINITY) <= together.rows)
	const small = checks.filter((one) => isSmall(one) && !hasNothingToCheck(one, state.steps))
	const clean = new Set<Check>()
	for (let first = 0; first < small.length; first += together.checks)
		for (const one of await withoutProblems(session, small.slice(first, first + together.checks))) clean.add(one)
	const found = new Map<Check, Measured>()
	for (const one of checks)
		found.set(one, clean.has(one) ? verdict(one, { count: 0, sample: [] }) : await measure(session, one, state))
	return found
}

/** Those that ran and found no problem. None, when one of them can't run: which one shows when each runs by itself. */
async function withoutProblems(session: Session, checks: readonly Check[]): Promise<Check[]> {
	const counts = checks.map(
		(one, place) => `select ${place} as place, (select count(*) from (\n${statementOf(one)}\n)) as problems`,
	)
	try {
		const rows = await session.all<{ place: number; problems: string }>(counts.join('\nunion all\n'))
		return rows.filter(({ problems }) => problems === '0').map(({ place }) => checks[place]!)
	} catch (error) {
		if (error instanceof TieoutError && error.code === 'duckdb.fatal') throw error
		return []
	}
}

/** Runs one check on a build file. Never throws for what the check itself does wrong: that is `broken`. */
export async function measure(session: Session, one: Check, { steps, room }: BuildState): Promise<Measured> {
	if (hasNothingToCheck(one, steps)) return notRun(`no rows to check in ${one.reads.join(', ')}`, one)
	try {
		return verdict(one, await withRoom(session, room, () => problems(session, one)))
	} catch (error) {
		if (error instanceof TieoutError && error.code === 'duckdb.fatal') throw error
		const cause = modelError(one, error)
		return { status: 'broken', problemCount: 0, explanation: `could not run: ${(cause as Error).message}`, sample: [] }
	}
}

/** No rows never pass: a check over nothing but empty tables has proved nothing. Configuration does not count as something. */
function hasNothingToCheck(one: Check, steps: ReadonlyMap<string, BuiltStep>): boolean {
	if (one.name.endsWith('.not_empty')) return false
	const subjects = one.reads.filter((name) => steps.has(name) && !isConfiguration(name, steps))
	return subjects.length > 0 && subjects.every((name) => steps.get(name)!.rows === '0')
}

async function problems(session: Session, one: Check): Promise<{ count: number; sample: Record<string, unknown>[] }> {
	const [row] = await session.all<{ problems: string; sample: Record<string, unknown>[] | null }>(
		`with problems as materialized (\n${statementOf(one)}\n)
		select (select count(*) from problems) as problems, (select list(p) from (select * from problems limit ${sampleSize}) as p) as sample`,
	)
	return { count: Number(row!.problems), sample: row!.sample ?? [] }
}

function verdict(one: Check, { count, sample }: { count: number; sample: Record<string, unknown>[] }): Measured {
	if (count === 0) return { status: 'pass', problemCount: 0, explanation: one.description, sample }
	const status = one.severity === 'error' ? 'fail' : 'warn'
	const first = Object.entries(sample[0] ?? {})
		.map(([name, value]) => `${name} ${value ?? 'null'}`)
		.join(', ')
	return {
		status,
		problemCount: count,
		explanation: `${count} ${count === 1 ? 'problem' : 'problems'}. ${one.description} First: ${first}.`,
		sample,
	}
}

function notRun(why: string, one: Check): Measured {
	return { status: 'not run', problemCount: 0, explanation: `${why}. ${one.description}`, sample: [] }
}
