import type { Session } from '../../models/warehouse.ts'
import { refused } from './refusal.ts'
import { refusalIn } from './walk.ts'

/** A text longer than this is no question a person asked. */
const maximumBytes = 100_000

/**
 * Lets one SELECT (also FROM, VALUES, DESCRIBE, SUMMARIZE, SHOW TABLES, EXPLAIN of those) over `tables` through, and throws
 * `refused` for all else, with the place in the text. `session` parses and binds, and runs nothing. `tables` are the published
 * ones as `schema.name`. The rules: DuckDB's own parser, every node on a list; settings alone contain nothing.
 */
export async function passGate(session: Session, sql: string, tables: ReadonlySet<string>): Promise<void> {
	if (Buffer.byteLength(sql) > maximumBytes)
		throw refused(sql, {
			code: 'length',
			message: `the text has more than ${maximumBytes} bytes`,
			next: 'ask a shorter question',
		})
	const { inner, explained } = withoutExplain(sql)
	const tree = await parse(session, sql, inner)
	const refusal = refusalIn(tree, tables)
	const shift = Buffer.byteLength(sql) - Buffer.byteLength(inner)
	if (refusal)
		throw refused(sql, { ...refusal, ...(refusal.offset !== undefined && { offset: refusal.offset + shift }) })
	const { kind } = await session.describe(sql)
	if (kind !== 'SELECT' && !(explained && kind === 'EXPLAIN'))
		throw refused(sql, { code: 'statement', message: `${kind} is not allowed here`, allowed: ['one SELECT'] })
}

async function parse(session: Session, sql: string, inner: string): Promise<unknown> {
	const [row] = await session.all<{ tree: string }>(
		'select json_serialize_sql($1::varchar, skip_empty := false, skip_null := true) as tree',
		[inner],
	)
	const tree = JSON.parse(row!.tree) as {
		error: boolean
		error_type?: string
		error_message?: string
		position?: string
		statements: { node: unknown }[]
	}
	if (tree.error) throw parseRefusal(sql, inner, tree)
	if (tree.statements.length !== 1)
		throw refused(sql, {
			code: 'statements',
			message: `${tree.statements.length} statements came; one SELECT is allowed`,
			next: 'send one statement',
		})
	return tree.statements[0]!.node
}

function parseRefusal(
	sql: string,
	inner: string,
	tree: { error_type?: string; error_message?: string; position?: string },
) {
	if (tree.error_type === 'not implemented')
		return refused(sql, {
			code: 'statement',
			message: 'only SELECT is allowed here: what is read is published and immutable',
			allowed: ['select', 'from', 'with', 'values', 'describe', 'summarize', 'show tables', 'explain'],
			...(/^\s*pivot\b/i.test(inner) && { next: 'write the values of PIVOT: pivot t on c in (a, b) using sum(x)' }),
		})
	const offset = Number(tree.position)
	return refused(sql, {
		code: 'syntax',
		message: tree.error_message ?? 'this is not SQL',
		...(Number.isInteger(offset) && { offset: offset + Buffer.byteLength(sql) - Buffer.byteLength(inner) }),
		next: 'correct it at the place named',
	})
}

/** The parser does not serialise EXPLAIN: it is taken off, and what it explains passes the gate itself. */
function withoutExplain(sql: string): { inner: string; explained: boolean } {
	const found = /^(?:\s|--[^\n]*\n|\/\*(?:[^*]|\*(?!\/))*\*\/)*explain\s+(?:analyze\s+)?/i.exec(sql)
	return found ? { inner: sql.slice(found[0].length), explained: true } : { inner: sql, explained: false }
}
