import { TieoutError } from '../../../models/error.ts'
import { isSameClock } from '../../same-clock.ts'
import type { Ask } from '../../source.ts'
import { vendorCause } from '../../vendor-error.ts'
import type { ErpnextOptions } from './erpnext.ts'

/** Tells a site's time zone to whoever asks (frappe/frappe `frappe/client.py`). */
export const zoneMethod = '/api/method/frappe.client.get_time_zone'

/** What was asked of a site already: once for all streams of a run, which share one way to ask. */
const asked = new WeakMap<Ask, Promise<string | null>>()

/**
 * Throws where the site's time zone is not the configured one: stamps have no zone, and with a clock that is ahead of the site's by more
 * than the overlap a run begins behind what changed since the last one.
 */
export async function refuseOtherZone({ time_zone: configured }: ErpnextOptions, ask: Ask): Promise<void> {
	const known = asked.get(ask) ?? siteZone(ask)
	asked.set(ask, known)
	// What broke on the way is asked again.
	known.catch(() => asked.delete(ask))
	const actual = await known
	if (actual === null || isSameClock(configured, actual)) return
	throw new TieoutError(
		'configuration',
		'erpnext.time_zone',
		`the site's time zone is ${actual}, time_zone is ${configured}`,
		{ where: 'time_zone', next: `set time_zone to ${actual}, then run: tieout extract --full` },
	)
}

/** Null where the site does not tell it, or in words that are no zone. */
async function siteZone(ask: Ask): Promise<string | null> {
	try {
		const { json } = await ask({ method: 'GET', path: zoneMethod })
		const zone = (json as { message?: { time_zone?: string } }).message?.time_zone
		return zone && isZone(zone) ? zone : null
	} catch (error) {
		if (['denied', 'data', 'config', 'drift'].includes(vendorCause(error)?.action ?? '')) return null
		throw error
	}
}

function isZone(name: string): boolean {
	try {
		return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
	} catch {
		return false
	}
}
