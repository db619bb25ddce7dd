import type { ErrorKind } from '../../models/error.ts'
import type { ResultColumn } from '../../models/warehouse.ts'
import type { ExportFormat } from './format.ts'
import type { QueryKind } from './limits.ts'

/** What a query process is started with: one published file, opened read-only and locked. */
export type OpenMessage = {
	type: 'open'
	kind: QueryKind
	file: string
	/** The only folder it may write to, for exports; also where it spills. */
	spool: string
	engineMemory: number
	moreMemory: number
	threads: number
}

/** What the server asks of a query process. `id` is answered; several may be under way. */
export type Request =
	| { id: number; type: 'rows'; sql: string; parameters: readonly unknown[] }
	| { id: number; type: 'sql'; sql: string; rows: number; bytes: number }
	| { id: number; type: 'gate'; sql: string }
	| {
			id: number
			type: 'export'
			format: ExportFormat
			sql: string
			parameters: readonly unknown[]
			folder: string
			isRaw: boolean
			totals?: Totals
	  }
	| { id: number; type: 'cancel' }

/** Amount columns and the column that holds each one's currency. */
export type Totals = { amount: string; currency: string }[]

/** Columns in order, values as text; `isCut` when the limit of rows or bytes ended it. */
export type SqlAnswer = { columns: ResultColumn[]; rows: (string | null)[][]; isCut: boolean }

/** One finished file of an export, in order. */
export type Slice = { file: string; rows: number }

/** Exact sums of one amount column in one currency; an amount of NULL counts as none. */
export type ControlTotal = { column: string; currency: string; rows: number; amount: string }

/** What an export was. Of XLSX also, by column, how many numbers stand as text and how many texts were cut. */
export type ExportSummary = {
	columns: ResultColumn[]
	rows: number
	totals: ControlTotal[]
	longNumbers?: Record<string, number>
	cutTexts?: Record<string, number>
}

/** What a query process says back. `part` comes any number of times before `done`. */
export type Answer =
	| { type: 'ready'; tables: string[] }
	| { type: 'part'; id: number; value: { columns: ResultColumn[] } | Slice }
	| { type: 'done'; id: number; value: unknown }
	| { type: 'failed'; id: number | null; error: WireError }

/** A TieoutError between processes. `isFatal`: the engine's instance is dead and the process must be replaced. */
export type WireError = {
	kind: ErrorKind
	code: string
	message: string
	where?: string
	allowed?: string[]
	next?: string
	isFatal: boolean
}
