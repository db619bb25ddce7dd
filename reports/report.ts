import type { Kysely, SelectQueryBuilder } from 'kysely'
import type { z } from 'zod'
import type { BreakCode } from '../models/break-code.ts'
import { TieoutError } from '../models/error.ts'
import type { Schema } from '../models/schema.ts'
import type { CellContext } from './cell.ts'
import type { Html } from './html.ts'
import { type Need, needNames } from './systems.ts'

/** One row of a report: by column name, as the warehouse gives it (decimals, dates and moments as text). */
export type Row = Record<string, unknown>

/** How the values of a column are shown. `amount` needs `currency`; a `word` is one of a closed list, written with `_`; a `record` is an address in the CRM or ERP, shown as a link; a `sentence` has amounts of the row's `currency` in its text. */
export type ColumnKind =
	| 'amount'
	| 'code'
	| 'count'
	| 'date'
	| 'id'
	| 'minutes'
	| 'moment'
	| 'period'
	| 'quantity'
	| 'record'
	| 'sentence'
	| 'status'
	| 'text'
	| 'word'

/** One column of a report. Its `name` is the column of the query and of every file. */
export type Column = {
	name: string
	title: string
	kind: ColumnKind
	/** For amounts and sentences: the column that holds the currency, or `reporting` for the company's reporting currency. */
	currency?: string
	/** What null means in this column; else `n/a`. */
	missing?: string
	/** Where a click on the value leads, or null for nowhere. */
	href?: (row: Row) => string | null
	/** Only in files: the page has it elsewhere, or its row is too wide without it. */
	isFileOnly?: boolean
	/** Instead of the value by its kind: only for pages. */
	show?: (row: Row, context: CellContext) => Html
	/** Sentences: on paper the column gets room for them. */
	isLong?: boolean
	/** One sentence under the title, on hover and in the report's reference. */
	description?: string
	/** What the systems must have for the column to say anything: without it the column is nowhere, in pages and files. */
	needs?: readonly Need[]
	/** Other words where the systems have not what they are named for: an order column becomes the invoice's. */
	without?: Partial<Record<Need, Partial<Pick<Column, 'title' | 'missing' | 'description' | 'isFileOnly'>>>>
	/** The amount of one break code: it is there where the systems can show such a difference, or one is found. */
	code?: BreakCode
	/** A parameter without which the column has nothing to say: it is there, in pages and files, where that is asked for. */
	onlyWith?: string
}

/** Any query on the published tables. */
// biome-ignore lint/suspicious/noExplicitAny: a report may read any tables and give any columns
export type ReportQuery = SelectQueryBuilder<any, any, Row>

/** A report: one declaration gives its page, its CSV and its JSON. */
export type Report<Parameters extends z.ZodObject = z.ZodObject> = {
	/** Its address is `/reports/<name>`, or `path` where it is a page of its own. */
	name: string
	path?: string
	title: string
	/** The question that it answers, in the reader's words. */
	question: string
	reader: 'controller' | 'RevOps' | 'integration owner' | 'analyst' | 'auditor'
	/** What its rows are. */
	shows: string
	/** What a reader might look for here in vain. */
	leavesOut: string
	/** What can be asked for in the address beside filters, order and page. Defaults leave no trace there. */
	parameters: Parameters
	/** All rows; filters, order and pages are added to it. Its columns are those of `columns`. */
	query: (db: Kysely<Schema>, parameters: z.infer<Parameters>) => ReportQuery
	columns: Column[]
	/** The columns that tell a row from all others: they end every order, so that it is the same each time. */
	key: string[]
	/** The first order: column names, `-` for descending. Amounts are ordered by their size, whatever their sign. */
	sort: string[]
	/** Columns to filter by value, with counts. */
	facets?: string[]
	/** Columns to filter by value that have too many values to offer, such as an id. */
	filters?: string[]
	/** Columns in which `q` is looked for, without case. */
	search?: string[]
	/**
	 * Sums over all rows of the filter: `amounts` per value of the column `currency`, `reporting` in the reporting currency, `own` each per
	 * value of its own column's currency.
	 */
	totals?: {
		currency?: string
		amounts?: string[]
		reporting?: string[]
		own?: string[]
		/**
		 * By amount, the columns within one value of which it can be added up: what is open at a period's end within one period. Over rows
		 * of several values it has no total.
		 */
		within?: Record<string, string[]>
	}
	/** Where a row leads. */
	rowHref?: (row: Row) => string | null
	/** A chart over the table, from the rows of the page. */
	chart?: (rows: Row[]) => Html
	/** Said when there are no rows without any filter: why, and what that means. */
	empty: string
	/** What the systems must have for the report to be there. */
	needs?: readonly Need[]
	/** Other words where the systems have not what these are about. */
	without?: Partial<
		Record<Need, Partial<Pick<Report, 'title' | 'question' | 'shows' | 'leavesOut' | 'empty' | 'sort'>>>
	>
	/** What systems in use have not of what the report is about, one sentence each: said on its page once it is adapted to them. */
	absences?: string[]
}

/** Checks a declaration and gives it back with the type of its parameters kept. Throws when it contradicts itself. */
export function defineReport<Parameters extends z.ZodObject>(report: Report<Parameters>): Report<Parameters> {
	const names = new Set(report.columns.map((column) => column.name))
	const mentioned = [
		...report.key,
		...report.sort.map((name) => name.replace(/^-/, '')),
		...(report.facets ?? []),
		...(report.filters ?? []),
		...(report.search ?? []),
		...(report.totals?.amounts ?? []),
		...(report.totals?.reporting ?? []),
		...(report.totals?.own ?? []),
		...(report.totals?.currency ? [report.totals.currency] : []),
		...Object.entries(report.totals?.within ?? {}).flatMap(([amount, columns]) => [amount, ...columns]),
		...report.columns.flatMap((column) =>
			column.currency && column.currency !== 'reporting' ? [column.currency] : [],
		),
	]
	const unknown = mentioned.find((name) => !names.has(name))
	if (unknown) throw wrongDeclaration(report.name, `"${unknown}" is none of its columns`, [...names])
	if (!/^[a-z][a-z0-9_-]*$/.test(report.name))
		throw wrongDeclaration(report.name, 'a report is named in lower case, digits, _ and -')
	const taken = Object.keys(report.parameters.shape).find((name) => reserved.has(name) || names.has(name))
	if (taken)
		throw wrongDeclaration(report.name, `the parameter "${taken}" is the name of a column or of the list's own words`)
	const unneeded = [report, ...report.columns]
		.flatMap(({ needs = [], without = {} }) => [...needs, ...Object.keys(without)])
		.find((need) => !(needNames as string[]).includes(need))
	if (unneeded) throw wrongDeclaration(report.name, `no system has "${unneeded}"`, needNames)
	const unasked = report.columns.find(({ onlyWith }) => onlyWith && !(onlyWith in report.parameters.shape))
	if (unasked)
		throw wrongDeclaration(report.name, `"${unasked.name}" depends on "${unasked.onlyWith}", none of its parameters`)
	const unpriced = report.columns.find((column) => column.kind === 'amount' && !column.currency)
	if (unpriced) throw wrongDeclaration(report.name, `the amount "${unpriced.name}" names no currency`)
	return report
}

/** Where a report's page is. */
export function reportPath(report: Pick<Report, 'name' | 'path'>): string {
	return report.path ?? `/reports/${report.name}`
}

/** Each amount with the column of its currency, where the report has one: what a file of it is added up by. */
export function controlTotals(report: Pick<Report, 'columns'>): { amount: string; currency: string }[] {
	const names = new Set(report.columns.map((column) => column.name))
	return report.columns.flatMap(({ name, kind, currency }) => {
		const column = currency === 'reporting' ? 'reporting_currency' : currency
		return kind === 'amount' && column && names.has(column) ? [{ amount: name, currency: column }] : []
	})
}

/** Words of an address that every list has. */
export const reserved: ReadonlySet<string> = new Set(['q', 'sort', 'page'])

function wrongDeclaration(name: string, problem: string, allowed?: string[]): TieoutError {
	return new TieoutError('configuration', 'report.declaration', `report "${name}": ${problem}`, {
		where: name,
		...(allowed && { allowed }),
		next: 'correct the declaration; the type Report in reports/report.ts says what each part is',
	})
}
