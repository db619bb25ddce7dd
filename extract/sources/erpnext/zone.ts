import { TieoutError } from '../../../models/error.ts'
import { onceARun } from '../../once-a-run.ts'
import type { Ask } from '../../source.ts'
import { isSameClock, isZone } from '../../time-zone.ts'
import { vendorCause } from '../../vendor-error.ts'
import type { ErpnextOptions } from './erpnext.ts'

/** Tells a site's time zone to whoever asks (frappe/frappe `frappe/client.py`). */
export const zoneMethod = '/api/method/frappe.client.get_time_zone'

/**
 * Throws where the site's time zone is not the configured one: stamps have no zone, and with a clock that is ahead of the site's by more
 * than the overlap a run begins behind what changed since the last one.
 */
export async function refuseOtherZone({ time_zone: configured }: ErpnextOptions, ask: Ask): Promise<void> {
	const actual = await siteZone(ask)
	if (actual === null || isSameClock(configured, actual)) return
	throw new TieoutError(
		'configuration',
		'erpnext.time_zone',
		`the site's time zone is ${actual}, time_zone is ${configured}`,
		{ where: 'time_zone', next: `set time_zone to ${actual}, then run: tieout extract --full` },
	)
}

/** Null where the site does not tell it, or in words that are no zone. */
const siteZone = onceARun(async (ask: Ask): Promise<string | null> => {
	try {
		const { json } = await ask({ method: 'GET', path: zoneMethod })
		const zone = (json as { message?: { time_zone?: string } }).message?.time_zone
		return zone && isZone(zone) ? zone : null
	} catch (error) {
		if (['denied', 'data', 'config', 'drift'].includes(vendorCause(error)?.action ?? '')) return null
		throw error
	}
})
