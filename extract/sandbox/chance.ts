import { createHash } from 'node:crypto'

/** A number from 0 up to, but not including, 1, that depends on its arguments only: chance that repeats with the seed. */
export function chance(seed: number, ...subject: (string | number)[]): number {
	const digest = createHash('sha256')
		.update(JSON.stringify([seed, ...subject]))
		.digest()
	return digest.readUIntBE(0, 6) / 2 ** 48
}

/** One of the choices, by `chance`. Throws RangeError if there are none. */
export function choose<T>(choices: readonly T[], seed: number, ...subject: (string | number)[]): T {
	const index = Math.floor(chance(seed, ...subject) * choices.length)
	if (index >= choices.length) throw new RangeError('choose: there is nothing to choose from')
	return choices[index] as T
}
