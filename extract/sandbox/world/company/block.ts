import { blockSize } from './setting.ts'

/** What a block of 17 accounts holds. */
export type Position = 'customer' | 'two_entities' | 'bill_to' | 'survivor' | 'duplicate' | 'prospect'
const block: Position[] = [
	'customer',
	'survivor',
	'prospect',
	'two_entities',
	'duplicate',
	'prospect',
	'customer',
	'customer',
	'prospect',
	'bill_to',
	'customer',
	'prospect',
	'customer',
	'customer',
	'prospect',
	'customer',
	'prospect',
]

/** The place of an account in its block; ERP-only companies count on from the last account. */
export function positionOf(index: number): Position {
	return block[index % blockSize]!
}
