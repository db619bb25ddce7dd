import { settingOf } from '../extract/sandbox/world/company/setting.ts'
import { projectedStory } from '../extract/sandbox/world/projection.ts'
import { lacksOf } from '../extract/sandbox/world/records/records.ts'
import { storyCount, tellStory } from '../extract/sandbox/world/story/tell.ts'
import type { Pair } from '../extract/sandbox/world/systems.ts'
import { classify } from '../extract/sandbox/world/truth/classify.ts'
import { companyStart } from '../extract/sandbox/world/world.ts'

/** What hangs on one of NetSuite's transactions or customers, by the field that names it. */
export const netsuiteChildren: Readonly<Record<string, string>> = {
	transactionline: 'transaction',
	transactionaccountingline: 'transaction',
	systemnote: 'recordid',
	nexttransactionlinelink: 'nextdoc',
	customersubsidiaryrelationship: 'entity',
	contact: 'company',
}

/** The legal entities that a customer buys from, and the one of its record. */
type Home = { subsidiaries: readonly string[]; entity: string }

/**
 * The items of stories in which the parts of a group meet: those that lie in several legal entities or currencies, or whose customer is not
 * at home there. Of each pair of systems as its truth names them.
 */
export function itemsOfSeveralParts(
	scale: number,
	pairs: readonly Pair[],
	isAtHome: (home: Home) => boolean,
): Set<string> {
	const setting = settingOf({ scale })
	const items = new Set<string>()
	for (let index = 0; index < storyCount(setting); index++) {
		const { deals, orders, invoices, credits, journals } = tellStory(setting, index)
		const states = [...deals, ...orders, ...invoices, ...credits].flatMap(({ versions }) =>
			versions.flatMap(({ state }) => state ?? []),
		)
		const places = new Set([...states, ...journals].map(({ entity }) => entity).filter(Boolean))
		const isOfOne = places.size === 1 && new Set(states.map(({ currency }) => currency)).size <= 1
		const areAtHome = states.every(
			(state) =>
				!('customer' in state) || isAtHome({ subsidiaries: state.customer.subsidiaries, entity: state.entity }),
		)
		if (isOfOne && areAtHome) continue
		for (const pair of pairs) {
			const lacks = lacksOf(pair)
			for (const { item } of classify(setting, projectedStory(setting, index, lacks), companyStart, lacks))
				items.add(item)
		}
	}
	return items
}
