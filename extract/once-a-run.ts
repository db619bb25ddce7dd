import type { Ask } from './source.ts'

/** Makes a question that all streams of a run have in common be asked once: they share one way to ask. What broke on the way is asked again. */
export function onceARun<Given, Answer>(
	question: (given: Given, ask: Ask) => Promise<Answer>,
): (given: Given, ask: Ask) => Promise<Answer> {
	const asked = new WeakMap<Ask, Promise<Answer>>()
	return async (given, ask) => {
		const answer = asked.get(ask) ?? question(given, ask)
		asked.set(ask, answer)
		answer.catch(() => asked.delete(ask))
		return await answer
	}
}
