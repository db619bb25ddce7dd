import { firstMonth, goLive } from './company/calendar.ts'
import { entityCodes, legalEntities, reportingCurrency, scope } from './company/entities.ts'
import { minorDigits } from './company/exact.ts'

/**
 * What a project has to say about the sample company in its `tieout.yml`: the parts of `docs/definitions.md` that are the
 * company's own choice. The truth is made with these. The custom fields have their default names in both systems.
 */
export const companyConfiguration = {
	company: 'Halvorsen Instruments',
	reportingCurrency,
	/** The months with bookings or revenue: 2025-03 and 2025-04 lie before the go-live. */
	firstPeriod: firstMonth,
	goLive: goLive as string,
	minimumAmount: { value: String(scope.minimumAmount), currency: scope.minimumCurrency as string },
	excludedChannels: [scope.excludedChannel as string],
	/** The company's code, Salesforce's picklist value, NetSuite's subsidiary id. */
	legalEntities: entityCodes.map((code) => ({
		code,
		salesforce: legalEntities[code].picklist,
		netsuite: legalEntities[code].subsidiary,
		currency: legalEntities[code].currency,
	})),
	/** ISO code to minor digits. */
	currencies: minorDigits,
}
