import { identifier, literal } from '../../models/sql-text.ts'
import type { ResultColumn, Session } from '../../models/warehouse.ts'
import type { ControlTotal, ExportSummary, Slice, Totals } from './messages.ts'
import { slicedSource } from './slices.ts'

/** Rows of the first slice (its bytes go out in a fraction of a second) and of the largest. */
const firstSlice = 50_000
const largestSlice = 500_000

type ExportRequest = { sql: string; parameters: readonly unknown[]; folder: string; isRaw: boolean; totals?: Totals }

/**
 * Writes the result of one SELECT as CSV files without header, slice by slice in the result's order, telling each when it is
 * whole: RFC 4180, CRLF, NULL empty. Text that a spreadsheet would take for a formula gets a leading `'` unless `isRaw`.
 */
export async function exportCsv(
	session: Session,
	request: ExportRequest,
	tell: (part: { columns: ResultColumn[] } | Slice) => void,
): Promise<ExportSummary> {
	const columns = await columnsOf(session, request.sql, request.parameters)
	tell({ columns })
	const source = await slicedSource(session, request.sql, request.parameters)
	let rows = 0
	try {
		let size = firstSlice
		for (let from = 0; from < source.rows; from += size, size = Math.min(size * 2, largestSlice)) {
			const file = `${request.folder}/${String(from).padStart(12, '0')}.csv`
			const written = await copySlice(
				session,
				source.between(from, from + size),
				source.parameters,
				columns,
				file,
				request.isRaw,
			)
			rows += written
			if (written > 0) tell({ file, rows: written })
		}
		const totals = await controlTotals(session, source.all, source.parameters, columns, request.totals)
		return { columns, rows, totals }
	} finally {
		await source.close()
	}
}

async function columnsOf(session: Session, sql: string, parameters: readonly unknown[]): Promise<ResultColumn[]> {
	const { columns, batches } = await session.stream(`select * from (${sql}) limit 0`, parameters)
	for await (const _ of batches) break
	return columns
}

async function copySlice(
	session: Session,
	sql: string,
	parameters: readonly unknown[],
	columns: ResultColumn[],
	file: string,
	isRaw: boolean,
): Promise<number> {
	const select = columns.map((column) => cell(column, isRaw)).join(', ')
	const [result] = await session.all<{ Count: string }>(
		`copy (select ${select} from (${sql})) to ${literal(file)}
			(format csv, header false, new_line '\\r\\n', timestampformat '%Y-%m-%dT%H:%M:%SZ')`,
		parameters,
	)
	return Number(result!.Count)
}

/** Only text can be taken for a formula; what isn't a plain type is written as its text. */
function cell({ name, type }: ResultColumn, isRaw: boolean): string {
	const column = identifier(name)
	if (type === 'VARCHAR' || type.startsWith('ENUM')) return isRaw ? column : `${safeText(column)} as ${column}`
	if (
		/^(DECIMAL|DATE|TIMESTAMP|TIME|BOOLEAN|U?(TINY|SMALL|BIG|HUGE)?INT|INTEGER|UINTEGER|DOUBLE|FLOAT|UUID)/.test(type)
	)
		return column
	return `${isRaw ? `cast(${column} as varchar)` : safeText(`cast(${column} as varchar)`)} as ${column}`
}

/** Not `in (...)`: DuckDB makes a join of that, and the rows would lose their order. */
function safeText(expression: string): string {
	const isFormula = `${expression} <> '' and strpos('=+-@' || chr(9) || chr(13), substr(${expression}, 1, 1)) > 0`
	return `case when ${isFormula} then '''' || ${expression} else ${expression} end`
}

async function controlTotals(
	session: Session,
	sql: string,
	parameters: readonly unknown[],
	columns: ResultColumn[],
	wanted = totalsByConvention(columns),
): Promise<ControlTotal[]> {
	const totals: ControlTotal[] = []
	for (const { amount, currency } of wanted) {
		const rows = await session.all<{ currency: string; rows: string; amount: string }>(
			`select coalesce(cast(${identifier(currency)} as varchar), '') as currency,
				cast(count(*) as varchar) as rows, cast(coalesce(sum(${identifier(amount)}), 0) as varchar) as amount
			from (${sql}) group by 1 order by 1`,
			parameters,
		)
		totals.push(
			...rows.map((row) => ({ column: amount, currency: row.currency, rows: Number(row.rows), amount: row.amount })),
		)
	}
	return totals
}

/** An amount's currency stands beside it: `reporting_currency` for reporting amounts, `order_currency` for `ordered_amount`, else `currency`. */
export function totalsByConvention(columns: readonly ResultColumn[]): Totals {
	const names = new Set(columns.map((column) => column.name))
	return columns
		.filter(({ name, type }) => /(^|_)amount$/.test(name) && type.startsWith('DECIMAL'))
		.flatMap(({ name }) => {
			const candidates = [
				...(name.includes('reporting') ? ['reporting_currency'] : []),
				...(name === 'ordered_amount' ? ['order_currency'] : []),
				...(name.includes('reporting') ? [] : ['currency', 'reporting_currency']),
			]
			const currency = candidates.find((candidate) => names.has(candidate))
			return currency ? [{ amount: name, currency }] : []
		})
}
