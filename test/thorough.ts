/**
 * Whether everything is tested as thoroughly as it can be: every system in full, and more rounds of what is killed, broken and lived
 * through. TIEOUT_TESTS=all, as CI does; it takes twice as long.
 */
export const isThorough = process.env['TIEOUT_TESTS'] === 'all'

/** Of a list of rounds all, or only the first of them. */
export function rounds<Round>(all: readonly Round[], few: number): readonly Round[] {
	return isThorough ? all : all.slice(0, few)
}
