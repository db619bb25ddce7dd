import { type ConnectionPlan, planRun } from '../extract/plan.ts'
import { warehouseAt } from '../extract/warehouse-turn.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import { extractState } from './extract-state.ts'
import { refuseNothing } from './extraction.ts'
import { connectionsRead, reconcileOf } from './sources.ts'
import type { State } from './state.ts'

/** What a run of these streams would cost each account; only counts are asked. */
export async function plan(
	request: { config: Config; state: State; streams?: string[] | undefined; full?: boolean | undefined },
	{ clock, signal }: { clock: Clock; signal?: AbortSignal | undefined },
): Promise<ConnectionPlan[]> {
	const { config, state, streams, full = false } = request
	refuseNothing(config)
	const now = () => clock.now().getTime()
	const plans = await planRun(
		{ connections: connectionsRead(config), reconcile: reconcileOf(config), ...(streams && { streams }), full },
		{
			state: extractState(state.db, { now }),
			warehouse: warehouseAt(config.project.warehouse),
			landing: config.project.landing,
			sources: [...config.ownSources],
		},
		{ now, ...(signal && { signal }) },
	)
	return plans.filter(({ streams: planned }) => planned.length > 0)
}
