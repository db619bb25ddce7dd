import type { WorldOptions } from '../world.ts'
import { type Currency, currencyCodes, type EntityCode, entityCodes } from './entities.ts'

/** The size and the luck of one world. Everything else follows from it and an index. */
export type Setting = {
	seed: number
	/** A multiple of the usual rate of mistakes; 0: none. */
	faults: number
	/** CRM accounts, in blocks of 17 of which 14 ERP customers come. */
	accountCount: number
	/** Sales stories: a deal, or a few that belong together, with all that followed. */
	storyCount: number
	/** Stories that begin in the ERP alone. */
	strayCount: number
	/** Stories of contracts that change: amended, renewed together, used beyond what was ordered, or of kits. */
	contractCount: number
	/** Stories of customers whose orders are billed together, once a month. */
	collectiveCount: number
	/** The company's legal entities, and the currencies that it sells in. */
	entities: readonly EntityCode[]
	currencies: readonly Currency[]
}

export const blockSize = 17
/** How many shapes such a contract takes (`story/contracts.ts`): there are as many stories of each. */
const contractShapes = 4
/** And those (`story/collective.ts`). */
const collectiveShapes = 6

export function settingOf(options: WorldOptions): Setting {
	const scale = options.scale ?? 1
	const faults = options.faults ?? 1
	return {
		seed: options.seed ?? 1,
		faults,
		accountCount: blockSize * Math.max(2, Math.round(200 * scale)),
		storyCount: Math.max(20, Math.round(6200 * scale)),
		strayCount: Math.max(10, Math.round(150 * scale)),
		contractCount: faults > 0 ? contractShapes * Math.max(2, Math.round(20 * scale)) : 0,
		collectiveCount: faults > 0 ? collectiveShapes * Math.max(2, Math.round(6 * scale)) : 0,
		entities: options.isOneEntity ? ['US'] : entityCodes,
		currencies: options.isOneEntity ? ['USD'] : currencyCodes,
	}
}
