import fc from 'fast-check'

/**
 * A contract as a list of numbers: the first one decides the first thing that may go one way or another, and so on. 0 is always the plain
 * way, so a shorter list of smaller numbers is a plainer contract.
 */
export type Choices = readonly number[]

const choiceCount = 280

/** Contracts in which little is out of the ordinary, and some in which much is. */
export const choices: fc.Arbitrary<number[]> = fc
	.integer({ min: 1, max: 10 })
	.chain((share) =>
		fc.array(
			fc.oneof(
				{ weight: 14 - share, arbitrary: fc.constant(0) },
				{ weight: share, arbitrary: fc.integer({ min: 1, max: 9_999 }) },
			),
			{ minLength: choiceCount, maxLength: choiceCount },
		),
	)

/** One of the ways, by the next number. */
export type Pick = <Value>(plain: Value, ...others: Value[]) => Value

/** Takes a number for each choice; 0 where there are no more. */
export function picker(choices: Choices): Pick {
	let at = 0
	return (...options) => {
		const choice = choices[at] ?? 0
		at += 1
		return options[choice % options.length]!
	}
}
