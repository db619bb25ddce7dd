import { MINUTE } from '../company/calendar.ts'

/** The states of one thing, oldest first. `stamp` is what the vendor says, `from` when it could be seen; null: gone. */
export type Versions<State> = { from: number; stamp: number; state: State | null }[]

/** The state at a moment; undefined: not there yet, or gone. */
export function stateAt<State>(versions: Versions<State>, moment: number): State | undefined {
	for (let at = versions.length - 1; at >= 0; at--)
		if (versions[at]!.from <= moment) return versions[at]!.state ?? undefined
	return undefined
}

/** The newest state laid out so far. Throws nothing; a timeline that is empty or ends in a delete has none. */
export function latest<State>(versions: Versions<State>): State {
	return versions[versions.length - 1]!.state!
}

/**
 * Appends a state at a moment, or as soon after the last one as a minute allows. `late`: minutes between the vendor's stamp and
 * the commit. Returns the moment from which it can be seen.
 */
export function push<State>(versions: Versions<State>, moment: number, state: State | null, late = 0): number {
	const last = versions[versions.length - 1]
	const stamp = last ? Math.max(moment, last.from + MINUTE) : moment
	const from = stamp + late * MINUTE
	versions.push({ from, stamp, state })
	return from
}
