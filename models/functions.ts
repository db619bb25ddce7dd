/**
 * The functions that a model may use: those that DuckDB and Trino have under one name and with one answer (measured; the argument
 * rules are in `portability.ts`). Operators go by the parser's names: `~~` is `like`.
 */
export const portableFunctions: ReadonlySet<string> = new Set([
	// operators
	...['+', '-', '*', '%', '||', '~~', '!~~'],
	// numbers
	...['abs', 'ceil', 'ceiling', 'floor', 'mod', 'nullif', 'round', 'sign'],
	// text
	...['concat_ws', 'length', 'lower', 'lpad', 'ltrim', 'replace', 'reverse', 'rpad', 'rtrim'],
	...['starts_with', 'strpos', 'substr', 'substring', 'translate', 'trim', 'upper', 'position'],
	// dates
	...['date_diff', 'date_trunc', 'day', 'month', 'quarter', 'year'],
	// aggregates
	...[
		'any_value',
		'array_agg',
		'bool_and',
		'bool_or',
		'count',
		'count_if',
		'count_star',
		'max',
		'max_by',
		'min',
		'min_by',
		'sum',
	],
	// windows
	...['dense_rank', 'first_value', 'lag', 'last_value', 'lead', 'ntile', 'rank', 'row_number'],
	// (a, b) in (...)
	'row',
])

/** What to write instead of a function or operator that the engines do not share. */
export const portableSpelling: Readonly<Record<string, string>> = {
	'//': 'floor of a ratio, or mod',
	'^': 'a product',
	'**': 'a product',
	'~~*': 'lower(x) like',
	'!~~*': 'lower(x) not like',
	'~~~': 'like',
	'->': 'a declared column: JSON is taken apart when it is loaded',
	'->>': 'a declared column: JSON is taken apart when it is loaded',
	json_extract: 'a declared column: JSON is taken apart when it is loaded',
	json_extract_string: 'a declared column: JSON is taken apart when it is loaded',
	'~': 'like, replace or translate',
	arg_max: 'max_by',
	arg_min: 'min_by',
	argmax: 'max_by',
	argmin: 'min_by',
	approx_count_distinct: 'count(distinct x)',
	avg: 'sum and count (DuckDB averages decimals as doubles)',
	concat: '|| with coalesce',
	current_date: 'raw.as_of',
	date_add: "x + interval '1' day",
	date_part: 'extract(year from x), or year(x)',
	date_sub: "date_diff('day', a, b)",
	datediff: "date_diff('day', a, b)",
	datepart: 'extract(year from x)',
	datesub: "date_diff('day', a, b)",
	first: 'min_by, or first_value over (order by ..)',
	last: 'max_by, or last_value over (order by ..)',
	generate_series: 'a calendar table, or a recursive CTE',
	last_day: "cast(date_trunc('month', x) + interval '1' month as date), then a day less",
	len: 'length',
	levenshtein: 'nothing: suggestions are made outside the models',
	list: 'array_agg',
	list_value: 'rows',
	median: 'nothing: no common one',
	mean: 'sum and count',
	md5: 'the _hash that was made at extract',
	now: 'raw.as_of',
	range: 'a calendar table, or a recursive CTE',
	regexp_extract: "strpos and substr, or nullif(split_part(..), '')",
	regexp_full_match: 'like',
	regexp_matches: 'like',
	regexp_replace: 'replace or translate (the first match on one engine, all on the other)',
	sha256: 'the _hash that was made at extract',
	string_agg: 'array_agg(x order by x), joined in the report',
	listagg: 'array_agg(x order by x), joined in the report',
	group_concat: 'array_agg(x order by x), joined in the report',
	strip_accents: "translate(lower(x), 'éàö', 'eao')",
	strftime: 'substr(cast(d as varchar), 1, 7) for a month',
	strptime: 'try_cast of ISO text',
	struct_pack: 'columns',
	to_timestamp: 'try_cast of ISO text',
	today: 'raw.as_of',
	unnest: 'rows',
}
