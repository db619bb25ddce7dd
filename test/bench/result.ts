import type { Cost } from './measure.ts'

/** What a bench is told: how many lines, and the folder that goes when all is done. */
export type BenchOptions = { lines: number; folder: string }

/** One line of the table: what was done, what it cost, and by how much that is more than the line it is held against. */
export type Result = { title: string; cost: Pick<Cost, 'wall' | 'cpu' | 'memory'>; against?: Result; note?: string }

/** The results as a table of text: seconds of wall and CPU, MB, and the ratios. */
export function table(results: readonly Result[]): string {
	const rows = results.map(({ title, cost, against, note = '' }) => [
		title,
		cost.wall.toFixed(2),
		cost.cpu.toFixed(2),
		cost.memory.toFixed(0),
		against ? (cost.wall / against.cost.wall).toFixed(2) : '',
		against ? (cost.cpu / against.cost.cpu).toFixed(2) : '',
		against ? `× ${against.title}` : '',
		note,
	])
	const all = [['', 'wall s', 'CPU s', 'peak MB', 'wall', 'CPU', '', ''], ...rows]
	const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)))
	const line = (row: string[]) =>
		row
			.map((text, column) =>
				column === 0 || column > 5 ? text.padEnd(widths[column]!) : text.padStart(widths[column]!),
			)
			.join('  ')
			.trimEnd()
	return all.map(line).join('\n')
}
