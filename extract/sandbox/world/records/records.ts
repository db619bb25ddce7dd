import type { Account } from '../company/parties.ts'
import type { Setting } from '../company/setting.ts'
import type { Lack } from '../projection.ts'
import type { Story } from '../story/facts.ts'
import type { Pair, System } from '../systems.ts'
import type { Emit } from './emit.ts'
import { erpnextRecords } from './erpnext/records.ts'
import { espocrmRecords } from './espocrm/records.ts'
import { hubspotRecords } from './hubspot/records.ts'
import type { Identifiers } from './identifiers.ts'
import { netsuiteRecords } from './netsuite/records.ts'
import { oracleRecords } from './oracle/records.ts'
import { quickbooksRecords } from './quickbooks/records.ts'
import { salesforceRecords } from './salesforce/records.ts'
import { sapRecords } from './sap/records.ts'
import { xeroRecords } from './xero/records.ts'

/**
 * How one system keeps the company: every version of its records, from what happened. What a system can't hold is left out here, and
 * said at the top of its `records.ts`.
 */
export type SystemRecords = {
	/** What the system can't hold. */
	lacks: readonly Lack[]
	identifiers: Identifiers
	/** By object: the fields in which people wrote ids of the other system. Emitters write the story's text; it is translated on the way. */
	references: Record<string, readonly string[]>
	/** What was set up before the first deal: users, products, stages, rates, legal entities. */
	setup(emit: Emit, setting: Setting): void
	/** An account with its ERP customers, or a company that only the ERP knows (`account.isErpOnly`). */
	party(emit: Emit, setting: Setting, account: Account): void
	/** Deals with all that came of them. */
	story(emit: Emit, setting: Setting, story: Story): void
	/** What is added up over all stories, after the last one. */
	end?(emit: Emit, setting: Setting): void
}

const records: Partial<Record<System, SystemRecords>> = {
	salesforce: salesforceRecords,
	espocrm: espocrmRecords,
	hubspot: hubspotRecords,
	netsuite: netsuiteRecords,
	oracle: oracleRecords,
	sap: sapRecords,
	erpnext: erpnextRecords,
	xero: xeroRecords,
	quickbooks: quickbooksRecords,
}

/** How the system keeps the company. Throws RangeError for a system that the sample company can't have. */
export function recordsOf(system: System): SystemRecords {
	const found = records[system]
	if (!found) throw new RangeError(`the sample company has no records for ${system}`)
	return found
}

/** What a pair of systems together can't show. */
export function lacksOf({ crm, erp }: Pair): ReadonlySet<Lack> {
	return new Set([...recordsOf(crm).lacks, ...recordsOf(erp).lacks])
}
