import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Session } from '../../models/session.ts'
import type { Book, Row } from '../model-cases/book.ts'
import { buildWorld } from '../model-cases/scenario.ts'
import { bookOf, type Contract, contract } from './contracts.ts'
import { type Mutation, mutations, reasons, type Trial } from './mutations.ts'

// `TIEOUT_MUTATION_ROUNDS=10` tries 3,000. Each story of a world has one field of one record changed; stories share nothing, so one build tries as many changes as there are stories.
const rounds = Number(process.env['TIEOUT_MUTATION_ROUNDS'] ?? 1)
const storyCount = 300

const marts = {
	breaks: 'item_id || customer_id',
	cells: 'customer_id',
	exceptions: 'subject_id',
	term_differences: 'difference_id',
	field_drift: 'source_customer_id',
	chain: 'chain_id',
	customer_360: 'customer_id',
}
type Mart = keyof typeof marts

/** What each story has in each mart, as one text. */
type Prints = Map<string, Partial<Record<Mart, string>>>

async function prints(session: Session): Promise<Prints> {
	const found: Prints = new Map()
	for (const [mart, id] of Object.entries(marts) as [Mart, string][]) {
		const rows = await session.all<{ story: string; print: string }>(
			`select regexp_extract(${id}, ':(S\\d+)[A-Z]', 1) as story, md5(string_agg(text, ';' order by text)) as print
			from (select *, cast(rows as varchar) as text from marts.${mart} as rows) group by 1`,
		)
		for (const { story, print } of rows) found.set(story, { ...found.get(story), [mart]: print })
	}
	return found
}

/** A record and a field of a story, by a number: the same each time. */
function trialOf(book: Book, story: Contract, random: number): Trial {
	const candidates = mutations.flatMap((mutation) =>
		(book.rows.get(mutation.table) ?? [])
			.filter(
				(row) =>
					(row[mutation.column] ?? null) !== (mutation.value(row, book) ?? null) &&
					(mutation.where?.(row, book) ?? true),
			)
			.map((row) => ({ book, story, mutation, row })),
	)
	return candidates[random % candidates.length]!
}

function worldWith(books: readonly Book[], trials: ReadonlyMap<Row, Mutation>): Map<string, Row[]> {
	const world = new Map<string, Row[]>()
	for (const book of books)
		for (const [table, rows] of book.rows) {
			const told = rows.map((row) => {
				const mutation = trials.get(row)
				return mutation ? { ...row, [mutation.column]: mutation.value(row, book) } : row
			})
			world.set(table, [...(world.get(table) ?? []), ...told])
		}
	return world
}

const tables = Object.keys(marts).map((mart) => `marts.${mart}`)

function outcomeOf(before: Partial<Record<Mart, string>>, after: Partial<Record<Mart, string>>): string {
	const changed = (Object.keys(marts) as Mart[]).filter((mart) => before[mart] !== after[mart])
	if (changed.includes('breaks')) return changed.includes('cells') ? 'break and move' : 'break'
	if (changed.includes('exceptions')) return 'exception'
	if (changed.includes('term_differences') || changed.includes('field_drift')) return 'difference'
	if (changed.includes('cells')) return 'move'
	return changed.length === 0 ? 'nothing' : `only ${changed.join(', ')}`
}

test('a change of any field that counts shows as a break, an exception, a difference or a move', async () => {
	const stories = fc.sample(contract, { numRuns: storyCount, seed: 5 })
	const books = stories.map((story, at) => bookOf(`S${at + 1}`, story))
	const base = await buildWorld(worldWith(books, new Map()), tables, prints)
	const counts = new Map<string, number>()
	const silent = new Map<string, number>()
	const numbers = fc.sample(fc.nat(), { numRuns: storyCount * rounds, seed: 7 })
	for (let round = 0; round < rounds; round += 1) {
		const trials = books.map((book, at) => trialOf(book, stories[at]!, numbers[round * storyCount + at]!))
		const world = worldWith(books, new Map(trials.map(({ row, mutation }) => [row, mutation])))
		const after = await buildWorld(world, tables, prints)
		for (const trial of trials) {
			const outcome = outcomeOf(base.get(trial.book.mark) ?? {}, after.get(trial.book.mark) ?? {})
			counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
			if (outcome !== 'nothing' && !outcome.startsWith('only')) continue
			const reason = reasons.find(([, fits]) => fits(trial))?.[0] ?? `NO REASON KNOWN: ${nameOf(trial)}`
			silent.set(`${outcome}: ${reason}`, (silent.get(`${outcome}: ${reason}`) ?? 0) + 1)
		}
	}
	const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
	console.log(`${total} changes: ${[...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ')}`)
	for (const [reason, count] of [...silent].sort()) console.log(`${count} ${reason}`)
	expect([...silent.keys()].filter((key) => key.includes('NO REASON KNOWN'))).toEqual([])
}, 600_000)

function nameOf({ mutation, row, story }: Trial): string {
	const order = typeof story.order === 'string' ? story.order : `ordered ${JSON.stringify(story.order)}`
	return `${mutation.table}.${mutation.column} of ${Object.values(row)[0]}, ${order}, ${JSON.stringify(story.invoices)}, ${JSON.stringify(story.lines)}`
}
