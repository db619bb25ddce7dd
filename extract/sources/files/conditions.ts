import { columnAt, type Scope, type Sight } from './columns.ts'
import type { Condition } from './options.ts'

/** Whether a row fits a condition: every column named in it must. No condition fits every row. */
export function conditionOf(condition: Condition | undefined, scope: Scope, where: string): (sight: Sight) => boolean {
	const tests = Object.entries(condition ?? {}).map(([path, wanted]) => {
		const column = columnAt(path, scope, where)
		if (Array.isArray(wanted)) return (sight: Sight) => wanted.includes(column.read(sight) ?? '')
		if ('not' in wanted) return (sight: Sight) => !wanted.not.includes(column.read(sight) ?? '')
		if ('empty' in wanted) return (sight: Sight) => (column.read(sight) === null) === wanted.empty
		const other = columnAt(wanted.same_as, scope, where)
		return (sight: Sight) => column.read(sight) === other.read(sight)
	})
	return (sight) => tests.every((test) => test(sight))
}
