import { type Restatement, readChanges, restatementOf } from './changes.ts'
import type { Closing } from './closing.ts'
import { paperLives } from './life.ts'
import { listPapers } from './papers.ts'

/** What late changes did to every signed paper, in order of periods. A paper whose changes can't be told is left out. */
export async function restatement(closing: Closing): Promise<Restatement[]> {
	const { lives } = await paperLives(closing.state.db)
	const signed = (await listPapers(closing)).filter(({ paper }) => (lives.get(paper)?.signatures.length ?? 0) > 0)
	const rows: Restatement[] = []
	for (const { paper } of signed) {
		const view = await readChanges(closing, paper).catch((error: { code?: string }) => {
			if (error.code === 'close.generation_gone') return undefined
			throw error
		})
		if (view) rows.push(...restatementOf(view))
	}
	return rows
}
