import { TieoutError } from '../../models/error.ts'
import { companyClock } from '../clock.ts'
import type { Closing } from '../close/closing.ts'
import type { CommandContext } from '../command.ts'
import { commandQueries } from '../command-queries.ts'
import { environmentOf } from '../configuration/secrets.ts'
import { loadProject } from '../load-project.ts'
import type { Person } from '../people/person.ts'
import { personOfToken } from '../people/tokens.ts'
import { openState } from '../state.ts'

/** What a command works with that acts as a person. `person`: of `TIEOUT_TOKEN`, null without one. `now`: for what people do. */
export type AsPerson = { closing: Closing; person: Person | null; now: () => Date }

/**
 * Opens the project's state and published generation for a command that acts as the person of `TIEOUT_TOKEN`, and closes both. Throws
 * `people.token` for a token that is nobody's.
 */
export async function asPerson<T>(context: CommandContext, work: (given: AsPerson) => Promise<T>): Promise<T> {
	const config = await loadProject(context.folder, context)
	const environment = environmentOf(config.project.folder, context.environment)
	const { stamp: now } = companyClock(environment)
	const state = await openState(config.project.state, { now: () => now().getTime() })
	const queries = commandQueries(config)
	try {
		const person = await whoAsks(state, environment['TIEOUT_TOKEN'], now)
		return await work({ closing: { config, state, queries }, person, now })
	} finally {
		await queries.close()
		await state.close()
	}
}

async function whoAsks(state: Closing['state'], token: string | undefined, now: () => Date): Promise<Person | null> {
	if (!token) return null
	const person = await personOfToken(state, token, { now: () => now().getTime() })
	if (person) return person
	throw new TieoutError(
		'refused',
		'people.token',
		'TIEOUT_TOKEN is nobody’s: it ended, was revoked, or its person was disabled',
		{
			where: 'TIEOUT_TOKEN',
			next: 'make another: tieout user token ID',
		},
	)
}
