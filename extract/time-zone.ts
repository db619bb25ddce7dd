/** Do two time zones show the same time, in winter and in summer? One clock has several names. */
export function isSameClock(one: string, other: string): boolean {
	const clocks = (zone: string) =>
		[Date.UTC(2026, 0, 15), Date.UTC(2026, 6, 15)].map((at) =>
			new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' }).format(at),
		)
	return clocks(one).join() === clocks(other).join()
}

/** Is it the name of a time zone? An offset is none: it has no summer time. */
export function isZone(name: string): boolean {
	try {
		return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '' && !/^[+-]/.test(name)
	} catch {
		return false
	}
}
