import type { SystemRecords } from '../records.ts'
import { emitDeal } from './deals.ts'
import { hubspotIdentifiers } from './identifiers.ts'
import { emitCompany } from './parties.ts'
import { emitHubspotSetup } from './setup.ts'

/**
 * The company's HubSpot. What it can't hold of the story:
 *
 * - rates beyond six decimals, counted as dollars for one unit: the yen's have four digits that say anything;
 * - who merged away: a merged company is gone, and only the list of the one that lives on names it;
 * - what a deal's amount and close date were at each change of stage, beyond the last twenty values of each;
 * - price lists: a product has one price in the company's currency (prices in others are properties of their own, not imitated);
 * - the list price of a line: its `price` is the one that the line has;
 * - the user who made a company: its history names him, its properties don't.
 *
 * Custom properties, such as every company makes them, hold the rest: ERP ids, legal entity, channel, unit, end of service, family.
 */
export const hubspotRecords: SystemRecords = {
	lacks: ['exact_rates'],
	identifiers: hubspotIdentifiers,
	references: { companies: ['erp_id'], deals: ['erp_order_number'] },
	setup: emitHubspotSetup,
	party: (emit, setting, account) => {
		if (!account.isErpOnly) emitCompany(emit, setting, account)
	},
	story: (emit, setting, story) => {
		for (const deal of story.deals) emitDeal(emit, setting, deal)
	},
}
