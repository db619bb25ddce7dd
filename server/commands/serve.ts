import { companyClock } from '../clock.ts'
import { type Command, line } from '../command.ts'
import { environmentOf } from '../configuration/secrets.ts'
import { exitCodes } from '../errors.ts'
import { loadProject } from '../load-project.ts'
import { markInterrupted } from '../runs.ts'
import { servedAt } from '../served-at.ts'
import { startServing } from '../serving.ts'
import { openState } from '../state.ts'
import { portOf } from './port.ts'

/** `tieout serve`: pages and schedule until it is stopped. */
export const serve: Command = async (context, { flags }) => {
	const config = await loadProject(context.folder, context)
	const environment = environmentOf(config.project.folder, context.environment)
	const clock = companyClock(environment)
	const state = await openState(config.project.state, { now: () => clock.now().getTime() })
	try {
		for (const run of await markInterrupted(state.db, clock))
			line(context.notes, `run ${run} was left by a crash: marked as interrupted`)
		const bind = typeof flags['bind'] === 'string' ? flags['bind'] : config.server.bind
		const port = portOf(flags['port'], config.server.port)
		const other = servedAt(config.project)
		if (other) line(context.notes, `${other.url} (process ${other.pid}) serves this project too`)
		const serving = await startServing(
			{ config, state, bind, port, hasSchedule: flags['schedule'] !== false },
			{ clock, log: context.log, environment: context.environment },
		)
		line(context.notes, `serving ${config.company.name} at ${serving.url}`)
		if (config.schedule !== 'off' && flags['schedule'] !== false)
			line(context.notes, `whole run: ${config.schedule} (${config.company.time_zone})`)
		if (!serving.queries.generation()) line(context.notes, 'next: tieout run   (nothing has been published yet)')
		await stopped(context.signal)
		await serving.close()
		line(context.notes, 'stopped')
		return exitCodes.fine
	} finally {
		await state.close()
	}
}

/** Resolves when Ctrl-C or SIGTERM came. */
export function stopped(signal: AbortSignal): Promise<void> {
	if (signal.aborted) return Promise.resolve()
	return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
