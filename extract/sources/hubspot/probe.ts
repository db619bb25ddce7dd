import type { Ask } from '../../source.ts'
import type { HubspotOptions } from './hubspot.ts'
import { paths } from './paths.ts'
import { refuseOtherZone } from './zone.ts'

type Account = { portalId: string; accountType: string; timeZone: string; companyCurrency: string }
type Usage = { results: { currentUsage: string; usageLimit: string; fetchStatus: string }[] }

/** What `tieout doctor` asks: which account it is, whether its zone is the configured one, and how much of the day is used. */
export async function probeHubspot(given: HubspotOptions, ask: Ask): Promise<{ name: string; detail: string }[]> {
	const at = paths(given.api_version)
	const account = (await ask({ method: 'GET', path: at.account })).json as Account
	const { portalId, accountType, timeZone, companyCurrency } = account
	refuseOtherZone(given.time_zone, timeZone)
	const found = [
		{ name: 'account', detail: `${portalId} (${accountType.toLowerCase()}), company currency ${companyCurrency}` },
		{ name: 'time zone', detail: timeZone },
	]
	// Only private apps have a daily limit, and a resource that tells it.
	if (!given.access_token) return found
	const { results } = (await ask({ method: 'GET', path: at.usage })).json as Usage
	const today = results.find(({ fetchStatus }) => fetchStatus === 'SUCCESS' || fetchStatus === 'CACHED')
	const detail = today ? `${today.currentUsage} of ${today.usageLimit}` : 'HubSpot does not say'
	return [...found, { name: 'requests used today', detail }]
}
