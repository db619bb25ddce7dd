import { asTheStoryHasThem } from '../identifiers.ts'
import type { SystemRecords } from '../records.ts'
import { emitDeal } from './deals.ts'
import { emitAccount } from './parties.ts'
import { emitCrmSetup } from './setup.ts'

/** The company's Salesforce. It holds everything that the story has. */
export const salesforceRecords: SystemRecords = {
	lacks: [],
	identifiers: asTheStoryHasThem,
	references: { Account: ['ERP_Id__c'], Opportunity: ['ERP_Order_Number__c'] },
	setup: emitCrmSetup,
	party: (emit, setting, account) => {
		if (!account.isErpOnly) emitAccount(emit, setting.seed, account)
	},
	story: (emit, _, story) => {
		for (const deal of story.deals) emitDeal(emit, deal)
	},
}
