import { apiRefusal } from './refusal.ts'

/**
 * `where`, as much of it as the sandbox has: `Property=="value"` joined by `OR` or `AND`. Throws the vendor's refusal of a property that
 * there isn't; what else there is in the language is refused with the sandbox's own remark.
 */
export function whereCondition(
	text: string,
	columns: Record<string, string>,
	type: string,
): { sql: string; values: string[] } {
	const parts = text.split(/\s+(OR|AND|\|\||&&)\s+/i)
	const values: string[] = []
	const sql = parts.map((part, at) => {
		if (at % 2 === 1) return /^(OR|\|\|)$/i.test(part) ? 'or' : 'and'
		const match = /^([\w.]+)\s*(==|=|!=)\s*"([^"]*)"$/.exec(part.trim())
		if (!match) throw apiRefusal(400, 16, 'QueryParseException', `sandbox: "${part.trim()}" is more than it reads`)
		const column = columns[match[1]!]
		if (!column)
			throw apiRefusal(
				400,
				16,
				'QueryParseException',
				`No property or field '${match[1]}' exists in type '${type.replace(/s$/, '')}'`,
			)
		values.push(match[3]!)
		return `"${column}" ${match[2] === '!=' ? '<>' : '='} ?`
	})
	return { sql: `(${sql.join(' ')})`, values }
}
