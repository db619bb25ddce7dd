import type { Session } from '../../../models/session.ts'
import type { Book, Row } from '../../model-cases/book.ts'
import { buildWorld, worldOf } from '../../model-cases/scenario.ts'
import { decompose } from './decompose.ts'

/** A contract of which the models say something else than the definitions; a line for each break that only one of them has. */
export type Difference = { book: Book; lines: string[] }

/** Builds one world of the books and compares the models' breaks with the decomposition, break by break, to four decimals. */
export async function differencesOf(
	books: readonly Book[],
	company: ReadonlyMap<string, readonly Row[]>,
): Promise<Difference[]> {
	const world = new Map<string, readonly Row[]>([...company, ...worldOf(books)])
	const found = await buildWorld(world, ['marts.breaks'], breaksOf)
	const expected = new Map(
		decompose(world).map(({ item, code, period, customer, entity, currency, amount }) => [
			[item, code, period, customer, entity, currency].join(' '),
			amount,
		]),
	)
	const keys = [...new Set([...found.keys(), ...expected.keys()])].sort()
	const lines = keys
		.filter((key) => found.get(key) !== expected.get(key))
		.map((key) => `${key}: models ${told(found.get(key))}, definitions ${told(expected.get(key))}`)
	return books
		.map((book) => ({ book, lines: lines.filter((line) => new RegExp(`:${book.mark}(?!\\d)`).test(line)) }))
		.filter(({ lines }) => lines.length > 0)
}

const told = (amount: bigint | undefined) => (amount === undefined ? 'nothing' : String(Number(amount) / 10_000))

async function breaksOf(session: Session): Promise<Map<string, bigint>> {
	const rows = await session.all<{ key: string; amount: string }>(
		`select concat_ws(' ', item_id, code, period_id, customer_id, legal_entity, currency) as key,
			cast(cast(sum(amount) * 10000 as decimal(38, 0)) as varchar) as amount
		from marts.breaks group by 1 having sum(amount) <> 0`,
	)
	return new Map(rows.map(({ key, amount }) => [key, BigInt(amount)]))
}
