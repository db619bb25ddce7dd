import { TieoutError } from '../../models/error.ts'
import type { Command } from '../command.ts'
import { asPerson } from './as-person.ts'
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
	return await asPerson(context, (given) => action({ context, ...given, names, flags }))
}
