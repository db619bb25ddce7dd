import { breakCodeIsPossible, breakCodes } from './break-codes.ts'
import type { AnyReport, Reports } from './registry.ts'
import type { Column, Report, Row } from './report.ts'
import { absences, type Need, needNames, type Systems } from './systems.ts'

/** A report that the systems in use can't fill, and why. */
export type AbsentReport = { name: string; title: string; why: string[] }

/** The reports that the systems in use can fill, each adapted to them, and those that they can't. */
export type AdaptedReports = { reports: Reports; absent: AbsentReport[] }

/** All reports, adapted to the systems. */
export function adaptReports(all: Reports, systems: Systems): AdaptedReports {
	const isThere = (report: AnyReport) => (report.needs ?? []).every((need: Need) => systems.has(need))
	const reports = [...all.values()]
	return {
		reports: new Map(reports.filter(isThere).map((report) => [report.name, adaptReport(report, systems)])),
		absent: reports
			.filter((report) => !isThere(report))
			.map(({ name, title, needs = [], without }) => ({
				name,
				title: worded<Partial<Report>>(without, systems)?.title ?? title,
				why: absences(needs, systems),
			})),
	}
}

/**
 * The report with the columns that the systems in use can fill, in the words that fit them, and with a sentence for each thing that one
 * of them has not. Whatever named a column that is gone (order, filters, totals) goes on without it.
 */
export function adaptReport<Any extends AnyReport>(report: Any, systems: Systems): Any {
	const columns = (report.columns as Column[])
		.filter((column) => isColumnThere(column, systems))
		.map((column) => ({ ...column, ...worded(column.without, systems) }))
	const words: Partial<Report> = worded(report.without, systems) ?? {}
	const names = new Set(columns.map(({ name }) => name))
	const kept = (list: string[] | undefined) => list?.filter((name) => names.has(name.replace(/^-/, '')))
	const sort = kept(words.sort ?? report.sort)!
	return {
		...report,
		...words,
		columns,
		sort: sort.length > 0 ? sort : report.key,
		facets: kept(report.facets),
		filters: kept(report.filters),
		search: kept(report.search),
		totals: report.totals && {
			...report.totals,
			amounts: kept(report.totals.amounts),
			reporting: kept(report.totals.reporting),
			own: kept(report.totals.own),
		},
		absences: absences(needsOf(report), systems),
	}
}

/** Columns of a report by name, in this order: those that the systems can fill, on the page even where they are for files alone. */
export function listedColumns(report: Pick<Report, 'columns'>, names: readonly string[], systems: Systems): Column[] {
	return names.flatMap((name) => {
		const column = report.columns.find((one) => one.name === name)
		if (!column || !isColumnThere(column, systems)) return []
		return [{ ...column, ...worded(column.without, systems), isFileOnly: false }]
	})
}

/** A row of the mart that a report shows, without the columns that the systems can't fill. */
export function filledPart<Any extends object>(row: Any, report: Pick<Report, 'columns'>, systems: Systems): Any {
	const missing = new Set(report.columns.filter((one) => !isColumnThere(one, systems)).map(({ name }) => name))
	return Object.fromEntries(Object.entries(row as Row).filter(([name]) => !missing.has(name))) as Any
}

function isColumnThere({ needs = [], code }: Column, systems: Systems): boolean {
	return needs.every((need) => systems.has(need)) && (!code || breakCodeIsPossible(code, systems))
}

/** The words for what the systems have not, in the order of the needs: a later one wins. */
function worded<Words>(without: Partial<Record<Need, Words>> | undefined, systems: Systems): Words | undefined {
	if (!without) return undefined
	const missing = needNames.filter((need) => without[need] && !systems.has(need))
	return Object.assign({}, ...missing.map((need) => without[need])) as Words
}

function needsOf(report: AnyReport): Need[] {
	const own = (one: { needs?: readonly Need[]; without?: object }) => [
		...(one.needs ?? []),
		...(Object.keys(one.without ?? {}) as Need[]),
	]
	const codes = (report.columns as Column[]).flatMap(({ code }) => (code ? [breakCodes[code]] : []))
	return [...own(report), ...(report.columns as Column[]).flatMap(own), ...codes.flatMap(own)]
}
