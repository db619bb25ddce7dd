import { expect, test } from 'vitest'
import { killRounds } from './kill-rounds.ts'

test('killed anywhere, the last generation or the new one is served, and a last run ends as if nothing was', {
	timeout: 120_000,
}, async () => {
	const { history, last } = await killRounds(3, (round) => 30 + round * 150)
	for (const round of history) expect([round.before, round.clean]).toContainEqual(round.after)
	expect(history.some((round) => !round.isDone)).toBe(true)
	expect(last.killed).toEqual(last.clean)
	expect(last.killed?.hash, 'nothing is served').toMatch(/\S/)
})
