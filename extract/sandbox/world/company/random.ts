/** A reproducible stream of choices: the same keys give the same stream on every machine. */
export type Random = {
	/** In [0, 1). */
	next(): number
	/** A whole number in [low, high]. */
	between(low: number, high: number): number
	chance(probability: number): boolean
	pick<T>(choices: readonly T[]): T
	/** One of the choices, each as often as its weight says. */
	weighted<T>(choices: readonly (readonly [T, number])[]): T
}

/** Seeded by any number of keys (seed, what it is for, index); streams with different keys are independent. */
export function random(...keys: (string | number)[]): Random {
	const next = mulberry(hash(keys))
	const between = (low: number, high: number) => low + Math.floor(next() * (high - low + 1))
	return {
		next,
		between,
		chance: (probability) => next() < probability,
		pick: (choices) => choices[between(0, choices.length - 1)]!,
		weighted(choices) {
			const total = choices.reduce((sum, [, weight]) => sum + weight, 0)
			let point = next() * total
			for (const [choice, weight] of choices) {
				point -= weight
				if (point < 0) return choice
			}
			return choices[choices.length - 1]![0]
		},
	}
}

/** FNV-1a over the keys' characters, then a finisher that spreads close inputs. */
function hash(keys: (string | number)[]): number {
	let state = 0x811c9dc5
	for (const key of keys) {
		const text = typeof key === 'number' ? `#${key}` : key
		for (let at = 0; at < text.length; at++) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193)
		state = Math.imul(state ^ 0x7c, 0x01000193)
	}
	state = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
	state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35)
	return (state ^ (state >>> 16)) >>> 0
}

/** The well-known 32-bit generator "mulberry32" (Tommy Ettinger, public domain). */
function mulberry(seed: number): () => number {
	let state = seed
	return () => {
		state = (state + 0x6d2b79f5) | 0
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
	}
}
