/** The name in `names` nearest to `word` by edits (insert, delete, replace, swap), or undefined when none is near enough to mean. */
export function nearestName(word: string, names: readonly string[]): string | undefined {
	const wanted = word.toLowerCase()
	const scored = names
		.map((name) => ({ name, distance: editDistance(wanted, name.toLowerCase()) }))
		.filter(({ name, distance }) => distance <= Math.max(1, Math.floor(Math.max(name.length, wanted.length) / 3)))
		.sort((a, b) => a.distance - b.distance || a.name.localeCompare(b.name))
	return scored[0]?.name ?? names.find((name) => wanted.length >= 3 && name.toLowerCase().startsWith(wanted))
}

/** Optimal string alignment: Damerau's distance without editing a swapped pair again. */
function editDistance(a: string, b: string): number {
	const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)]
	for (let row = 1; row <= a.length; row++) {
		const current = [row]
		for (let column = 1; column <= b.length; column++) {
			const cost = a[row - 1] === b[column - 1] ? 0 : 1
			let best = Math.min(rows[row - 1]![column]! + 1, current[column - 1]! + 1, rows[row - 1]![column - 1]! + cost)
			if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
				best = Math.min(best, rows[row - 2]![column - 2]! + 1)
			current.push(best)
		}
		rows.push(current)
	}
	return rows[a.length]![b.length]!
}
