import { expect, test } from 'vitest'
import { styleOf } from '../../server/terminal.ts'
import { tableLines } from '../../server/text-table.ts'

const terminal = styleOf({ write: () => {}, isTTY: true }, { NO_COLOR: '1', LANG: 'C.UTF-8' })
const columns = ['name', 'amount', 'currency']

test('names of another script stand in line: a wide letter takes two places, a mark none', () => {
	const rows = [
		['株式会社ヤマダ', '1,200.00', 'JPY'],
		['Ame\u0301lie SA', '-3.50', 'EUR'],
	]
	expect(tableLines(columns, rows, terminal)).toEqual([
		'name              amount  currency',
		'--------------  --------  --------',
		'株式会社ヤマダ  1,200.00  JPY',
		'Ame\u0301lie SA          -3.50  EUR',
	])
})

test('a table that is wider than the terminal says that it is cut, and elsewhere nothing is', () => {
	const rows = [['Brook Optics Ltd', '8,618.40', 'GBP']]
	const lines = tableLines(columns, rows, terminal, 20)
	expect(lines.at(-1)).toBe('cut at 20 of 36 columns: | less -S shows all')
	for (const line of lines.slice(0, -1)) expect(line.length).toBeLessThanOrEqual(20)
	expect(tableLines(columns, rows, terminal, 36)).toHaveLength(3)
	expect(tableLines(columns, rows, styleOf({ write: () => {} }, {}), 20)).toEqual([
		'name\tamount\tcurrency',
		'Brook Optics Ltd\t8,618.40\tGBP',
	])
})
