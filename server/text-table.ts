import type { Style } from './terminal.ts'

/** Rows as lines: aligned and cut to the width on a terminal, with a rule under the header; tabs and nothing cut elsewhere. */
export function tableLines(
	columns: readonly string[],
	rows: readonly (readonly string[])[],
	style: Style,
	width = 120,
): string[] {
	if (!style.isTerminal) return [columns, ...rows].map((row) => row.map(oneCell).join('\t'))
	const widths = columns.map((name, index) =>
		Math.min(40, Math.max(name.length, ...rows.map((row) => oneCell(row[index] ?? '').length))),
	)
	const numeric = columns.map(
		(_, index) => rows.length > 0 && rows.every((row) => /^-?[\d,]*\.?\d*$/.test(row[index] ?? '')),
	)
	const format = (row: readonly string[]) =>
		row
			.map((value, index) => fitted(oneCell(value), widths[index]!, numeric[index]!))
			.join('  ')
			.trimEnd()
			.slice(0, width)
	return [
		style.bold(format(columns)),
		style.dim(
			widths
				.map((size) => '-'.repeat(size))
				.join('  ')
				.slice(0, width),
		),
		...rows.map(format),
	]
}

function fitted(text: string, width: number, isNumeric: boolean): string {
	const cut = text.length > width ? `${text.slice(0, width - 1)}…` : text
	return isNumeric ? cut.padStart(width) : cut.padEnd(width)
}

/** A tab or line break in a value would be taken for the table's own. */
function oneCell(text: string): string {
	return text.replaceAll(/[\t\r\n]+/g, ' ')
}
