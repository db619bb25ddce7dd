import type { ItemSummary } from '../../../reports/pages/close/items-summary.ts'
import type { Closing } from '../../close/closing.ts'
import { listItems } from '../../close/items.ts'
import { accounts } from '../../people/accounts.ts'

/** The items of a paper with what people said of them, the largest first. */
export async function paperItems(closing: Closing, paper: string): Promise<ItemSummary> {
	return { items: await listItems(closing, paper) }
}

/** Who may be given an item: active people, and the owners that `tieout.yml` names. */
export async function owners({ state, config }: Closing): Promise<string[]> {
	const active = (await accounts(state)).filter(({ disabledAt }) => disabledAt === null).map(({ userId }) => userId)
	const named = [...Object.values(config.owners.breaks), ...config.close.assign.map(({ owner }) => owner)]
	return [...new Set([...active, ...named])].filter((one) => one !== undefined).sort()
}
