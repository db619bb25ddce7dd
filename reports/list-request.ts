import { TieoutError } from '../models/error.ts'
import type { Column, Report } from './report.ts'
import { reserved } from './report.ts'

/** What an address asks of a report: its parameters, one value per filter, words to look for, an order, a page (from 1). */
export type ListRequest = {
	parameters: Record<string, unknown>
	/** The report's columns, but those of which nothing was asked. */
	columns: Column[]
	filters: Record<string, string>
	words: string
	sort: SortColumn[]
	/** No order was asked for: `sort` is the report's own. */
	isOwnOrder: boolean
	page: number
}

/** One column of an order. */
export type SortColumn = { column: Column; isDescending: boolean }

/** The value of a filter that asks for rows without one. */
export const emptyFilter = '(empty)'

/**
 * Reads an address's query string. Throws `usage` for a name that the report doesn't have or a value that it can't take: an
 * ignored filter would show more than was asked for, in silence.
 */
export function parseListRequest(report: Report, query: URLSearchParams): ListRequest {
	const facets = [...(report.facets ?? []), ...(report.filters ?? [])]
	const names = [...Object.keys(report.parameters.shape), ...facets, ...reserved]
	for (const name of query.keys())
		if (!names.includes(name))
			throw wrongAddress(report, name, `${report.title} has no filter or parameter "${name}"`, names)
	const filters = Object.fromEntries(facets.flatMap((name) => (query.get(name) ? [[name, query.get(name)!]] : [])))
	const parameters = parseParameters(report, query)
	const columns = report.columns.filter(({ onlyWith }) => onlyWith === undefined || parameters[onlyWith] !== undefined)
	return {
		parameters,
		columns,
		filters,
		words: query.get('q')?.trim() ?? '',
		sort: parseSort(report, columns, query.get('sort')),
		isOwnOrder: !query.get('sort'),
		page: parsePage(report, query.get('page')),
	}
}

function parseParameters(report: Report, query: URLSearchParams): Record<string, unknown> {
	const given = Object.keys(report.parameters.shape).flatMap((name) =>
		query.get(name) ? [[name, query.get(name)]] : [],
	)
	const result = report.parameters.safeParse(Object.fromEntries(given))
	if (result.success) return result.data
	const issue = result.error.issues[0]
	const name = String(issue?.path[0] ?? '')
	const allowed = issue?.code === 'invalid_value' ? issue.values.map(String) : undefined
	throw wrongAddress(
		report,
		name,
		`${name} is "${query.get(name) ?? ''}": ${issue?.message ?? 'not a value it takes'}`,
		allowed,
	)
}

function parseSort(report: Report, columns: readonly Column[], text: string | null): SortColumn[] {
	const names = text ? text.split(',') : report.sort
	return names.map((name) => {
		const column = columns.find((candidate) => candidate.name === name.replace(/^-/, ''))
		if (column) return { column, isDescending: name.startsWith('-') }
		const allowed = columns.map((candidate) => candidate.name)
		throw wrongAddress(report, 'sort', `${report.title} can't be ordered by "${name}"`, allowed)
	})
}

function parsePage(report: Report, text: string | null): number {
	if (text === null) return 1
	if (/^[1-9]\d{0,6}$/.test(text)) return Number(text)
	throw wrongAddress(report, 'page', `page is "${text}"`, ['a whole number from 1'])
}

function wrongAddress(report: Report, where: string, message: string, allowed?: string[]): TieoutError {
	return new TieoutError('usage', 'report.address', message, {
		where: `${report.name}?${where}`,
		...(allowed && { allowed }),
		next: 'correct the address, or open the report without its query string',
	})
}
