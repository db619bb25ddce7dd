import { lastMoment } from './company/calendar.ts'
import { accountOf, erpOnlyCount } from './company/parties.ts'
import { type Setting, settingOf } from './company/setting.ts'
import { emitDeal } from './records/crm-deals.ts'
import { emitAccount } from './records/crm-parties.ts'
import { emitCrmSetup } from './records/crm-setup.ts'
import type { Emit } from './records/emit.ts'
import { emitCredit, emitInvoice, emitOrder, emitPayment } from './records/erp-documents.ts'
import { emitCustomers } from './records/erp-parties.ts'
import { emitJournal, emitPlan } from './records/erp-recognition.ts'
import { emitErpSetup } from './records/erp-setup.ts'
import type { Story } from './story/facts.ts'
import { storyCount, tellStory } from './story/tell.ts'

/** The systems of the sample company. */
export type System = 'salesforce' | 'netsuite'

/**
 * One version of one record, valid from `from` (the commit's moment, epoch ms) until the next version of the same id.
 * `id` is the record's key: the parts joined with ':' where a table has several key columns. `values` null: gone without
 * a trace (hard delete, purge). Money, prices, quantities and rates are exact decimal text; booleans are booleans;
 * datetimes ISO UTC text 'YYYY-MM-DDTHH:MM:SSZ'; dates 'YYYY-MM-DD'.
 */
export type RecordVersion = {
	system: System
	object: string
	id: string
	from: number
	values: Record<string, string | boolean | null> | null
}

export type WorldOptions = {
	seed?: number
	/** 1: the sample company with about 15,000 opportunity lines; 70: about a million. */
	scale?: number
	/** How often people make mistakes, as a multiple of the usual; 0: never. */
	faults?: number
}

/** 2026-11-04T09:00:00Z: the moment at which the company's clock stands when the demo starts. */
export const companyStart = Date.UTC(2026, 10, 4, 9)

/**
 * Every version of every record of the sample company up to 2026-11-11, chapter by chapter: what was set up, the parties, then
 * story by story. The versions of one record come in the order of their time; nothing else is sorted. The same options give the
 * same versions on every machine, and memory does not grow with `scale`.
 */
export function* recordVersions(options: WorldOptions = {}): Iterable<RecordVersion> {
	const setting = settingOf(options)
	yield* chapter((emit) => {
		emitCrmSetup(emit)
		emitErpSetup(emit)
	})
	for (let index = 0; index < setting.accountCount + erpOnlyCount(setting); index++) {
		yield* chapter((emit) => emitParty(emit, setting, index))
	}
	for (let index = 0; index < storyCount(setting); index++) {
		yield* chapter((emit) => emitStory(emit, tellStory(setting, index)))
	}
}

function chapter(tell: (emit: Emit) => void): RecordVersion[] {
	const versions: RecordVersion[] = []
	tell((version) => {
		if (version.from < lastMoment) versions.push(version)
	})
	return versions
}

function emitParty(emit: Emit, setting: Setting, index: number): void {
	const account = accountOf(setting, index)
	if (!account.isErpOnly) emitAccount(emit, setting.seed, account)
	emitCustomers(emit, account)
}

function emitStory(emit: Emit, story: Story): void {
	for (const deal of story.deals) emitDeal(emit, deal)
	for (const order of story.orders) emitOrder(emit, order)
	for (const invoice of story.invoices) emitInvoice(emit, invoice)
	for (const credit of story.credits) emitCredit(emit, credit)
	for (const plan of story.plans) emitPlan(emit, plan)
	for (const journal of story.journals) emitJournal(emit, journal)
	for (const payment of story.payments) emitPayment(emit, payment)
}
