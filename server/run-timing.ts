import type { Kysely } from 'kysely'
import type { StateSchema } from './state.ts'

/** Where the time of a run went: a line for each step, in seconds. */
export async function timingLines(db: Kysely<StateSchema>, runId: string): Promise<string[]> {
	const steps = await db
		.selectFrom('run_steps')
		.select(['name', 'seconds', 'detail'])
		.where('run_id', '=', runId)
		.orderBy('position')
		.execute()
	return steps.map(
		(step) => `${(step.seconds ?? 0).toFixed(1)} s  ${step.name}${step.detail ? `: ${step.detail}` : ''}`,
	)
}
