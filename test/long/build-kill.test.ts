import { expect, test } from 'vitest'
import { killRounds } from '../models/kill-rounds.ts'

test('forty kills all through build, check and publish lose nothing', { timeout: 600_000 }, async () => {
	const { history, last } = await killRounds(40, (round) => 10 + round * 17)
	for (const round of history) expect([round.before, round.clean]).toContainEqual(round.after)
	expect(history.filter((round) => !round.isDone).length).toBeGreaterThan(10)
	expect(last.killed).toEqual(last.clean)
})
