import { commandQueries } from '../command-queries.ts'
import type { Config } from '../config.ts'
import type { State } from '../state.ts'
import { warehouseEditors } from './changed-by.ts'
import { paperLives } from './life.ts'
import { listPapers, signedAndGone } from './papers.ts'
import { periodGone } from './scope.ts'

/**
 * After a generation was published: works out what changed in every signed paper, with who changed it in the source, and keeps it, so that
 * pages need not. Tells in sentences which papers have changes that nobody has accepted, and which are in no calendar any more.
 */
export async function noteChanges(config: Config, state: State): Promise<string[]> {
	const { lives } = await paperLives(state.db)
	if (![...lives.values()].some(({ signatures }) => signatures.length > 0)) return []
	const queries = commandQueries(config)
	try {
		const closing = { config, state, queries, editors: warehouseEditors(config.project) }
		const papers = await listPapers(closing)
		return [
			...papers.flatMap(({ paper, changes }) =>
				changes === null || changes === 0
					? []
					: `${paper} was signed, and ${changes} ${changes === 1 ? 'thing has' : 'things have'} changed since`,
			),
			...(await signedAndGone(closing, papers)).map(periodGone),
		]
	} finally {
		await queries.close()
	}
}
