import { breakCodeWords } from './break-codes.ts'
import {
	Amount,
	countText,
	type MinorDigits,
	Moment,
	minutesText,
	periodText,
	quantityText,
	sentenceText,
} from './format.ts'
import { type Html, html } from './html.ts'
import type { Column, Row } from './report.ts'
import { Status } from './status.ts'

/** What a cell needs to know beside its row. */
export type CellContext = { minorDigits: MinorDigits; reportingCurrency: string }

/** Kinds whose values stand in line at the right. */
export const numericKinds: ReadonlySet<string> = new Set(['amount', 'count', 'quantity', 'minutes'])

/** A value as a page shows it: by its column's kind, linked where the column says so. */
export function CellValue({ column, row, context }: { column: Column; row: Row; context: CellContext }): Html {
	const value = row[column.name]
	const href = column.href?.(row) ?? null
	const shown = isMissing(value)
		? html`<span class="none">${column.missing ?? 'n/a'}</span>`
		: column.show
			? column.show(row, context)
			: shownValue(column, row, context)
	return href ? html`<a href=${href}>${shown}</a>` : shown
}

/** The currency of an amount column in a row. */
export function currencyOf(column: Column, row: Row, context: CellContext): string {
	return column.currency === 'reporting' ? context.reportingCurrency : String(row[column.currency ?? ''] ?? '')
}

function shownValue(column: Column, row: Row, context: CellContext): Html {
	const value = row[column.name]
	const text = String(value)
	switch (column.kind) {
		case 'amount':
			return html`<${Amount} value=${text} digits=${context.minorDigits(currencyOf(column, row, context))} />`
		case 'code':
			return breakCodeWords(text).title
		case 'count':
			return Number(text) === 0 ? html`<span class="none">–</span>` : countText(text)
		case 'id':
			return html`<code>${breakable(text)}</code>`
		case 'minutes':
			return minutesText(text)
		case 'moment':
			return html`<${Moment} at=${text} />`
		case 'period':
			return periodText(text)
		case 'quantity':
			return quantityText(text)
		case 'record':
			return html`<a href=${text} rel="noreferrer" aria-label=${`${column.title}: open the record`}>${column.title} ↗</a>`
		case 'sentence':
			return sentenceText(text, context.minorDigits(currencyOf(column, row, context)))
		case 'status':
			return html`<${Status} status=${text} />`
		case 'word':
			return text.replaceAll('_', ' ')
		default:
			return value === true ? 'yes' : value === false ? 'no' : breakable(text)
	}
}

/** A name longer than a narrow column is broken after its dots and underscores, not in the middle of a word. */
export function breakable(text: string): Html {
	if (text.length < 16 || !/^[\w.:-]+$/.test(text)) return text
	return text.split(/(?<=[_.:])/).map((part, index) => html`${index > 0 && html`<wbr />`}${part}`)
}

function isMissing(value: unknown): boolean {
	return value === null || value === undefined || value === ''
}
