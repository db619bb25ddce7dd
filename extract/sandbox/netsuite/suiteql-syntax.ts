/** An expression of SuiteQL, as far as the sandbox speaks it. */
export type Expression =
	| { kind: 'column'; alias: string | null; name: string }
	| { kind: 'string' | 'number'; text: string }
	| { kind: 'null' }
	| { kind: 'call'; name: string; values: Expression[]; isDistinct: boolean; isStar: boolean }
	| { kind: 'binary'; operator: string; left: Expression; right: Expression }
	| { kind: 'negative' | 'not'; value: Expression }
	| { kind: 'in'; value: Expression; list: Expression[] | Select; isNegated: boolean }
	| { kind: 'between'; value: Expression; low: Expression; high: Expression; isNegated: boolean }
	| { kind: 'null-test'; value: Expression; isNegated: boolean }
	| { kind: 'case'; branches: { when: Expression; result: Expression }[]; otherwise: Expression | null }

/** A table in FROM or JOIN; `on` null: the first. */
export type Source = { table: string; alias: string; isOuter: boolean; on: Expression | null }

/** One thing selected; `all`: `*`. */
export type SelectItem = { kind: 'all' } | { kind: 'expression'; value: Expression; alias: string | null }

export type Order = { value: Expression; isDescending: boolean }

/** A parsed query. */
export type Select = {
	isDistinct: boolean
	items: SelectItem[]
	sources: Source[]
	where: Expression | null
	groupBy: Expression[]
	having: Expression | null
	orderBy: Order[]
}
