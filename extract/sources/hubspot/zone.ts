import { TieoutError } from '../../../models/error.ts'
import { onceARun } from '../../once-a-run.ts'
import type { Ask } from '../../source.ts'
import { isSameClock } from '../../time-zone.ts'
import { vendorCause } from '../../vendor-error.ts'
import type { HubspotOptions } from './hubspot.ts'
import { paths } from './paths.ts'

/** Throws where the account's time zone is not the configured one: {@link refuseOtherZone}. */
export async function refuseAccountZone({ time_zone: configured, api_version: version }: HubspotOptions, ask: Ask) {
	const actual = await accountZone(ask, paths(version).account)
	if (actual !== null) refuseOtherZone(configured, actual)
}

const accountZone = onceARun(async (ask: Ask, path: string): Promise<string | null> => {
	try {
		const { json } = await ask({ method: 'GET', path })
		return (json as { timeZone?: string }).timeZone ?? null
	} catch (error) {
		if (['denied', 'drift'].includes(vendorCause(error)?.action ?? '')) return null
		throw error
	}
})

/** In a zone with another clock, summer or winter, close dates and rates would fall on other days, and nothing would show it. */
export function refuseOtherZone(configured: string, actual: string): void {
	if (isSameClock(configured, actual)) return
	throw new TieoutError(
		'configuration',
		'hubspot.zone',
		`the account's time zone is ${actual}, time_zone is ${configured}`,
		{
			where: 'time_zone',
			next: `set time_zone to ${actual}, then run: tieout extract --full; close dates are days on that clock`,
		},
	)
}
