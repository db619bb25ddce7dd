import { certificateEnding } from '../../expiry.ts'
import type { Ending } from '../../source.ts'
import type { SalesforceOptions } from './salesforce.ts'

/**
 * The announced retirements: versions up to the first number answer 410 from that day on (help.salesforce.com, "Salesforce Platform API
 * Versions 21.0 through 30.0 Retirement" and "... 31.0 through 40.0 Retirement", of April 2026). Salesforce names releases, not days:
 * a Summer release begins in June.
 */
const retirements: [version: number, at: string][] = [
	[30, '2025-06-01'],
	[40, '2028-06-01'],
]

/** And before that Salesforce helps with them no longer. */
const unsupported: [version: number, at: string][] = [[40, '2027-06-01']]

/** When the certificate of a signed login ends, and the API version. */
export function salesforceExpiry({ certificate, private_key: key, api_version: version }: SalesforceOptions): Ending[] {
	const number = Number(version)
	const next = 'set api_version to a newer one; GET /services/data lists those that the org has'
	const ofVersion = (list: typeof retirements, what: string) => {
		const found = list.find(([last]) => number <= last)
		return found ? [{ what, at: Date.parse(found[1]), next }] : []
	}
	const renew = 'make a new certificate, upload it to the external client app, then change private_key and certificate'
	return [
		...certificateEnding('the certificate', certificate ?? key, renew),
		...ofVersion(retirements, `API version ${version}`),
		...ofVersion(unsupported, `Salesforce’s support of API version ${version}`),
	]
}
