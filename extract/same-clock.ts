/** Do two time zones show the same time, in winter and in summer? One clock has several names. */
export function isSameClock(one: string, other: string): boolean {
	const clocks = (zone: string) =>
		[Date.UTC(2026, 0, 15), Date.UTC(2026, 6, 15)].map((at) =>
			new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' }).format(at),
		)
	return clocks(one).join() === clocks(other).join()
}
