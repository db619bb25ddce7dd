import type { BuiltStep } from './build-file.ts'

/** What stands on raw tables in a build: the canonical entities that their records become, in words, and whether any mart does. */
export type Fed = { entities: string[]; isRead: boolean }

/** Answers for raw tables (`raw.netsuite__transactions`) what stands on them, through views and tables alike. */
export function fedBy(steps: ReadonlyMap<string, Pick<BuiltStep, 'reads'>>): (rawTables: readonly string[]) => Fed {
	const readers = new Map<string, string[]>()
	for (const [name, { reads }] of steps)
		for (const read of reads.split(', ')) readers.set(read, [...(readers.get(read) ?? []), name])
	return (rawTables) => {
		const found = new Set<string>(rawTables)
		for (const name of found) for (const reader of readers.get(name) ?? []) found.add(reader)
		const own = [...found].filter((name) => name.startsWith('canonical.'))
		return {
			entities: own.map((name) => name.slice('canonical.'.length).replaceAll('_', ' ')).sort(),
			isRead: [...found].some((name) => name.startsWith('marts.')),
		}
	}
}
