import { commandQueries } from '../command-queries.ts'
import type { Config } from '../config.ts'
import type { State } from '../state.ts'
import { warehouseEditors } from './changed-by.ts'
import { paperLives } from './life.ts'
import { listPapers } from './papers.ts'

/**
 * After a generation was published: works out what changed in every signed paper, with who changed it in the source, and keeps it, so that
 * pages need not. Gives the papers that have changes which nobody has accepted.
 */
export async function noteChanges(config: Config, state: State): Promise<{ paper: string; changes: number }[]> {
	const { lives } = await paperLives(state.db)
	if (![...lives.values()].some(({ signatures }) => signatures.length > 0)) return []
	const queries = commandQueries(config)
	try {
		const papers = await listPapers({ config, state, queries, editors: warehouseEditors(config.project) })
		return papers.flatMap(({ paper, changes }) => (changes === null || changes === 0 ? [] : [{ paper, changes }]))
	} finally {
		await queries.close()
	}
}
