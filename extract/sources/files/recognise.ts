import { type Column, columnAt, rowProblem, type Scope, type Sight } from './columns.ts'
import { absolute, add, type Decimal, decimalOf, decimalText, share, subtract, zero } from './decimal.ts'
import { type Making, readerOf, type Value } from './expressions.ts'
import { linesOf } from './lines.ts'
import type { Part } from './options.ts'
import type { Row } from './table.ts'
import { converted } from './values.ts'

/** A row with the line it recognises and, by canonical column, the line's amount that it is worth. */
export type Recognition = Sight & { amounts: Record<string, string> }

type Rule = NonNullable<Part['recognise']>
type Candidate = { row: Row; total: Decimal; start: string; end: string }
type Posting = { row: Row; amount: Decimal; date: string; lines: Candidate[] }

/**
 * Tells which line each row recognises. Rows posted in one batch are taken together, one a line, so that the sum of their distances to
 * the lines' straight-line shares of the month is least; a row that has only one line to go to goes there. The amount in the line's
 * own currency follows the posted ones: its share of what was posted up to then in the line's total, less what came before.
 */
export function recognitionsOf(
	rule: Rule,
	making: Making,
): (rows: Row[]) => { sights: Recognition[]; refused: [Row, Error][] } {
	const { scope, where } = making
	const find = linesOf(rule, scope, where)
	const amount = readerOf(rule.amount, 'amount', making)
	const date = readerOf(rule.date, 'date', making)
	const batch = rule.batch.map((path) => columnAt(path, scope, where))
	const line = scheduleReader(rule, making)
	const targets = Object.entries(rule.amounts).map(([name, path]) => [name, lineColumn(path, scope, where)] as const)
	return (rows) => {
		const postings: Posting[] = []
		const refused: [Row, Error][] = []
		for (const row of rows) {
			try {
				postings.push(postingOf(row, { find, amount, date, line, scope }))
			} catch (error) {
				refused.push([row, error as Error])
			}
		}
		const batches = Map.groupBy(postings, ({ row }) => JSON.stringify(batch.map((column) => column.read({ row }))))
		const chosen = new Map<Row, Candidate>()
		for (const together of batches.values())
			for (const [row, candidate] of assigned(together)) chosen.set(row, candidate)
		return { sights: valued(postings, chosen, targets, scope), refused }
	}
}

type Readers = {
	find(row: Row): Row[]
	amount: Value
	date: Value
	line(row: Row): Candidate
	scope: Scope
}

function postingOf(row: Row, { find, amount, date, line, scope }: Readers): Posting {
	const [posted, day] = [decimalOf(amount({ row }) ?? ''), date({ row })]
	if (!posted || !day) throw rowProblem(scope.sheet, row, 'the row has no amount or no date, so it recognises nothing')
	const lines = find(row)
	if (lines.length === 0)
		throw rowProblem(scope.sheet, row, `it recognises a line of ${scope.line!.file}, and none belongs to it`)
	return { row, amount: posted, date: day, lines: lines.map(line) }
}

function scheduleReader({ schedule }: Rule, { scope, zone, where }: Making): (row: Row) => Candidate {
	const [total, start, end] = [schedule.total, schedule.start, schedule.end].map((path) =>
		lineColumn(path, scope, where),
	)
	const text = (column: Column, type: 'amount' | 'date', row: Row) => {
		const cell = column.read({ row })
		const result =
			cell === null ? { reason: 'it is empty' } : converted(type, cell, { format: column.sheet.format, zone })
		if ('text' in result) return result.text
		throw rowProblem(scope.line!, row, `${column.header}: ${result.reason}`)
	}
	return (row) => ({
		row,
		total: decimalOf(text(total!, 'amount', row))!,
		start: text(start!, 'date', row),
		end: text(end!, 'date', row),
	})
}

function lineColumn(path: string, { book, line }: Scope, where: string): Column {
	return columnAt(path, { book, sheet: line! }, where)
}

/** Pairs the postings of a batch with lines. Small batches are tried in every way; of equals the files' own order wins. */
function assigned(postings: Posting[]): [Row, Candidate][] {
	const lines = [
		...new Map(postings.flatMap((posting) => posting.lines.map((line) => [line.row, line] as const))).values(),
	]
	const nearest = (posting: Posting, among: Candidate[]) =>
		among.reduce((best, line) => (distance(posting, line) < distance(posting, best) ? line : best))
	if (postings.length > lines.length || postings.length > 6)
		return postings.map((posting) => [posting.row, nearest(posting, posting.lines)])
	let best: { cost: bigint; pairs: [Row, Candidate][] } | null = null
	function go(index: number, free: Candidate[], cost: bigint, pairs: [Row, Candidate][]): void {
		if (best && cost >= best.cost) return
		const posting = postings[index]
		if (!posting) best = { cost, pairs }
		else
			for (const line of free)
				go(
					index + 1,
					free.filter((other) => other !== line),
					cost + distance(posting, line),
					[...pairs, [posting.row, line]],
				)
	}
	go(0, lines, 0n, [])
	return best!.pairs
}

/** How far a posting is from the line's straight-line share of its month, in millionths. */
function distance({ amount, date }: Posting, { total, start, end }: Candidate): bigint {
	const month = date.slice(0, 7)
	const [from, to] = [start > `${month}-01` ? start : `${month}-01`, end < `${month}-31` ? end : lastDay(month)]
	const days = Math.max(0, dayNumber(to) - dayNumber(from) + 1)
	const all = Math.max(1, dayNumber(end) - dayNumber(start) + 1)
	const expected = share(total, { digits: BigInt(days), scale: 0 }, { digits: BigInt(all), scale: 0 }, 6)
	const difference = absolute(subtract(amount, expected))
	return share(difference, { digits: 1n, scale: 0 }, { digits: 1n, scale: 0 }, 6).digits
}

function valued(
	postings: Posting[],
	chosen: Map<Row, Candidate>,
	targets: (readonly [string, Column])[],
	scope: Scope,
): Recognition[] {
	const posted = new Map<Row, Decimal>()
	const given = new Map<string, Decimal>()
	const inOrder = [...postings].sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : a.row.line - b.row.line))
	return inOrder.map(({ row, amount }) => {
		const line = chosen.get(row)!
		const sum = add(posted.get(line.row) ?? zero, amount)
		posted.set(line.row, sum)
		const amounts = targets.map(([name, column]) => {
			const whole = decimalOf(column.read({ row: line.row }) ?? '') ?? zero
			const before = given.get(`${line.row.line}.${name}`) ?? zero
			if (line.total.digits === 0n)
				throw rowProblem(scope.line!, line.row, 'the line recognises nothing in all, and was recognised')
			const upTo = share(whole, sum, line.total, Math.max(2, whole.scale))
			given.set(`${line.row.line}.${name}`, upTo)
			return [name, decimalText(subtract(upTo, before))] as const
		})
		return { row, line: line.row, amounts: Object.fromEntries(amounts) }
	})
}

function dayNumber(date: string): number {
	return Math.floor(Date.parse(`${date}T00:00:00Z`) / 86_400_000)
}

function lastDay(month: string): string {
	const [year, number] = month.split('-').map(Number) as [number, number]
	return new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10)
}
