import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Book } from '../model-cases/book.ts'
import { bookByChoices } from './choices/book.ts'
import { type Choices, choices } from './choices/choices.ts'
import { company } from './choices/company.ts'
import { type Difference, differencesOf } from './decomposition/compare.ts'

// `TIEOUT_PROPERTY_RUNS=30` compares 7,200 contracts. Contracts share nothing, so one build compares as many as there are in its world.
const runs = Number(process.env['TIEOUT_PROPERTY_RUNS'] ?? 1)
const contractCount = 240
const seed = 49

type Company = Parameters<typeof differencesOf>[1]

const booksOf = (contracts: readonly Choices[]) => contracts.map((one, at) => bookByChoices(`S${at + 1}`, one))

/** Plainer contracts of which the models still say something else: each drops some of what is out of the ordinary. */
async function plainest(contract: Choices, company: Company): Promise<Choices> {
	const unusual = contract.flatMap((choice, at) => (choice === 0 ? [] : [at]))
	const sizes = Array.from({ length: 8 }, (_, power) => 2 ** power).filter((size) => size <= unusual.length)
	const parts = sizes.flatMap((size) =>
		Array.from({ length: Math.ceil(unusual.length / size) }, (_, at) => unusual.slice(at * size, (at + 1) * size)),
	)
	const plainer = parts.map((part) => contract.map((choice, at) => (part.includes(at) ? 0 : choice)))
	const books = booksOf(plainer)
	const differing = (await differencesOf(books, company)).map(({ book }) => plainer[books.indexOf(book)]!)
	const count = (one: Choices) => one.filter((choice) => choice !== 0).length
	const found = differing.sort((one, other) => count(one) - count(other))[0]
	return found ? plainest(found, company) : contract
}

/** The records of a contract, one line each, and what of its breaks differs; ids without the contract's mark. */
function told({ book, lines }: Difference): string {
	const records = [...book.rows].flatMap(([table, rows]) =>
		table === 'canonical.customers' || table === 'canonical.revenue_entries'
			? []
			: rows.map((row) => `${table.split('.')[1]} ${Object.values(row).filter(isSaid).join(' ')}`),
	)
	return [...records, ...lines].map((line) => withoutMark(book, line)).join('\n')
}

const isSaid = (value: unknown) => value !== null && value !== undefined && typeof value !== 'boolean'

const withoutMark = (book: Book, text: string) =>
	text.replaceAll(new RegExp(`(salesforce:|netsuite:)(${book.mark}(?!\\d))?`, 'g'), '')

const settings = [
	{ name: 'reporting_currency', value: 'USD' },
	{ name: 'rate_policy', value: 'closing' },
	{ name: 'materiality_amount', value: '1000' },
]
const billingParts = new Map([
	...company,
	['staging.stg_tieout__settings', [...settings, { name: 'invoices_bill_parts:salesforce:netsuite', value: '1' }]],
])

test.each([
	['', company],
	[' where invoices bill parts', billingParts],
])(
	'the models say of every contract, break by break, what the definitions say by other code%s',
	async (_mode, company) => {
		const contracts = fc.sample(choices, { numRuns: contractCount * runs, seed })
		for (let run = 0; run < runs; run += 1) {
			const world = contracts.slice(run * contractCount, (run + 1) * contractCount)
			const books = booksOf(world)
			const [first] = await differencesOf(books, company)
			if (!first) continue
			const at = books.indexOf(first.book)
			const [shown] = await differencesOf(booksOf([await plainest(world[at]!, company)]), company)
			expect.fail(
				`contract ${run * contractCount + at} of seed ${seed}, as plain as it still differs:\n${told(shown!)}`,
			)
		}
	},
	60_000 * runs,
)
