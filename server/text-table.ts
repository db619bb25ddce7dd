import type { Style } from './terminal.ts'

/** Rows as lines: aligned and cut to the width on a terminal, which a last line then says, with a rule under the header; tabs and nothing cut elsewhere. */
export function tableLines(
	columns: readonly string[],
	rows: readonly (readonly string[])[],
	style: Style,
	width = 120,
): string[] {
	if (!style.isTerminal) return [columns, ...rows].map((row) => row.map(oneCell).join('\t'))
	const widths = columns.map((name, index) =>
		Math.min(40, Math.max(name.length, ...rows.map((row) => cellsOf(oneCell(row[index] ?? ''))))),
	)
	const numeric = columns.map(
		(_, index) => rows.length > 0 && rows.every((row) => /^-?[\d,]*\.?\d*$/.test(row[index] ?? '')),
	)
	const format = (row: readonly string[]) =>
		firstCells(
			row
				.map((value, index) => fitted(oneCell(value), widths[index]!, numeric[index]!))
				.join('  ')
				.trimEnd(),
			width,
		)
	const whole = widths.reduce((sum, size) => sum + size + 2, -2)
	return [
		style.bold(format(columns)),
		style.dim(
			widths
				.map((size) => '-'.repeat(size))
				.join('  ')
				.slice(0, width),
		),
		...rows.map(format),
		...(whole > width ? [style.dim(`cut at ${width} of ${whole} columns: | less -S shows all`)] : []),
	]
}

function fitted(text: string, width: number, isNumeric: boolean): string {
	const cut = cellsOf(text) > width ? `${firstCells(text, width - 1)}…` : text
	const blank = ' '.repeat(Math.max(0, width - cellsOf(cut)))
	return isNumeric ? `${blank}${cut}` : `${cut}${blank}`
}

/** Characters that take two places on a terminal (Unicode's East Asian Width W and F, and pictures), and marks that take none. */
const wide =
	/[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]/u
const none = /\p{Mark}|\u200B|\u200D/u

/** Places of a terminal that a text takes. */
function cellsOf(text: string): number {
	return [...text].reduce((sum, letter) => sum + cellsOfLetter(letter), 0)
}

function cellsOfLetter(letter: string): number {
	if (none.test(letter)) return 0
	return wide.test(letter) ? 2 : 1
}

/** As much of a text as fits into so many places. */
function firstCells(text: string, width: number): string {
	let used = 0
	let fits = ''
	for (const letter of text) {
		used += cellsOfLetter(letter)
		if (used > width) return fits
		fits += letter
	}
	return fits
}

/** A tab or line break in a value would be taken for the table's own. */
function oneCell(text: string): string {
	return text.replaceAll(/[\t\r\n]+/g, ' ')
}
