import type { Ask } from './source.ts'

/** Makes a question that all streams of a run have in common be asked once: they share one way to ask. What broke on the way is asked again. */
export function onceARun<Given extends unknown[], Answer>(
	question: (ask: Ask, ...given: Given) => Promise<Answer>,
): (ask: Ask, ...given: Given) => Promise<Answer> {
	const asked = new WeakMap<Ask, Promise<Answer>>()
	return async (ask, ...given) => {
		const answer = asked.get(ask) ?? question(ask, ...given)
		asked.set(ask, answer)
		answer.catch(() => asked.delete(ask))
		return await answer
	}
}
