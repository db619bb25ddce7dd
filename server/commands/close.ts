import { TieoutError } from '../../models/error.ts'
import { companyClock } from '../clock.ts'
import type { Closing } from '../close/closing.ts'
import type { Command } from '../command.ts'
import { commandQueries } from '../command-queries.ts'
import { environmentOf } from '../configuration/secrets.ts'
import { loadProject } from '../load-project.ts'
import type { Person } from '../people/person.ts'
import { personOfToken } from '../people/tokens.ts'
import { openState } from '../state.ts'
import { accept, tellChanges, tellRestatement } from './close/changes.ts'
import { item, items } from './close/items.ts'
import type { Job } from './close/job.ts'
import { tellJournal } from './close/journal.ts'
import { reopen, restore, sign, tellPaper, tellPapers } from './close/papers.ts'

/** What may stand behind `tieout close`. */
const actions: Readonly<Record<string, (job: Job) => Promise<number>>> = {
	status: async (job) => (job.names.length === 0 ? await tellPapers(job) : await tellPaper(job)),
	prepare: async (job) => await sign(job, 'prepared'),
	review: async (job) => await sign(job, 'reviewed'),
	lock: async (job) => await sign(job, 'locked'),
	reopen,
	changes: tellChanges,
	accept,
	restatement: tellRestatement,
	items,
	item,
	journal: tellJournal,
	restore,
}

/** `tieout close`: papers, signatures, items and what changed since. Acts as the person of `TIEOUT_TOKEN`. */
export const close: Command = async (context, { names: [name = 'status', ...names], flags }) => {
	const action = Object.hasOwn(actions, name) ? actions[name] : undefined
	if (!action)
		throw new TieoutError('usage', 'usage.close', `tieout close knows no "${name}"`, {
			where: 'tieout close',
			allowed: Object.keys(actions),
			next: 'tieout close --help',
		})
	const config = await loadProject(context.folder, context)
	const environment = environmentOf(config.project.folder, context.environment)
	const { stamp: now } = companyClock(environment)
	const state = await openState(config.project.state, { now: () => now().getTime() })
	const queries = commandQueries(config)
	try {
		const person = await whoAsks(state, environment['TIEOUT_TOKEN'], now)
		return await action({ context, closing: { config, state, queries }, person, names, flags, now })
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
			next: 'make another: tieout user token',
		},
	)
}
