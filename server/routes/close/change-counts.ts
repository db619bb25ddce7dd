import { unacceptedChanges } from '../../close/changes.ts'
import { type Closing, withGeneration } from '../../close/closing.ts'
import { paperLives } from '../../close/life.ts'
import type { PaperSummary } from '../../close/papers.ts'

/**
 * How many changes since its signature nobody has accepted, for each paper that somebody signed. Null: it can't be told, for the
 * signed generation is not kept. Runs note them when they publish, so that here they are only read.
 */
export async function changeCounts(
	closing: Closing,
	papers: readonly PaperSummary[],
): Promise<Map<string, number | null>> {
	const { lives } = await paperLives(closing.state.db)
	const signed = papers.filter(({ paper }) => (lives.get(paper)?.signatures.length ?? 0) > 0)
	if (signed.length === 0) return new Map()
	return await withGeneration(closing, async (source) => {
		const counts = new Map<string, number | null>()
		for (const scope of signed)
			counts.set(
				scope.paper,
				await unacceptedChanges(closing, source, scope, lives).then(
					({ length }) => length,
					() => null,
				),
			)
		return counts
	})
}
