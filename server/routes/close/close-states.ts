import type { CloseStates } from '../../../reports/close-states.ts'
import type { Closing } from '../../close/closing.ts'
import { paperLives } from '../../close/life.ts'
import { listPapers } from '../../close/papers.ts'
import { changeCounts } from './change-counts.ts'

/** What the state says of papers, for the pages of the months. */
export function closeStates(closing: Closing): CloseStates {
	return {
		paper: async (periodId) => {
			const found = (await listPapers(closing)).find(({ paper }) => paper === periodId)
			return found ? { ...found, changes: (await changeCounts(closing, [found])).get(periodId) } : null
		},
		locked: async () => {
			const { lives } = await paperLives(closing.state.db)
			return new Set([...lives.values()].filter(({ state }) => state === 'locked').map(({ paper }) => paper))
		},
		version: async () => {
			const last = await closing.state.db
				.selectFrom('journal')
				.select((line) => line.fn.max('seq').as('seq'))
				.executeTakeFirst()
			return String(last?.seq ?? 0)
		},
	}
}
