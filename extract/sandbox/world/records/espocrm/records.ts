import type { SystemRecords } from '../records.ts'
import { emitDeal } from './deals.ts'
import { espocrmIdentifiers } from './identifiers.ts'
import { emitAccount } from './parties.ts'
import { emitEspocrmSetup } from './setup.ts'

/**
 * The company's EspoCRM, without the paid pack of products and documents. What it can't hold of the story:
 *
 * - lines: a deal is an amount;
 * - when a deal reached its stage: the stream of a record is read one by one, and is not imitated;
 * - rates beyond six decimals, counted as dollars for one unit;
 * - what became of a deleted or merged account: it is gone, and nothing tells into which it went. Its deals and contacts move to
 *   the one that lives on, and their stamp does not.
 *
 * Custom fields hold the rest: ERP ids, legal entity, channel, type of deal, segment, terms, currency, number.
 */
export const espocrmRecords: SystemRecords = {
	lacks: ['deal_lines', 'line_references', 'exact_rates', 'merge_trail'],
	identifiers: espocrmIdentifiers,
	references: { Account: ['cErpCustomerId'], Opportunity: ['cErpOrderId'] },
	setup: emitEspocrmSetup,
	party: (emit, setting, account) => {
		if (!account.isErpOnly) emitAccount(emit, setting, account)
	},
	story: (emit, setting, story) => {
		for (const deal of story.deals) emitDeal(emit, setting, deal)
	},
}
