import { TieoutError } from '../../models/error.ts'
import { countOf } from '../../reports/format.ts'
import { fileRows, readWithout } from '../../reports/list.ts'
import type { ListRequest } from '../../reports/list-request.ts'
import type { AnyReport } from '../../reports/registry.ts'
import { type Command, type CommandContext, document, line } from '../command.ts'
import type { Config } from '../config.ts'
import { exitCodes } from '../errors.ts'
import { loadProject } from '../load-project.ts'
import { fittingReports } from '../project-reports.ts'
import { openPublished, type Published } from '../published.ts'
import { tableLines } from '../text-table.ts'
import { reportRequest } from './report-request.ts'

/** Rows shown on a terminal when nothing else is asked. */
const shownRows = 30

/** `tieout report`: a report's rows as a table on a terminal, as tabs when piped (whole), as JSON; without a name, the list. */
export const report: Command = async (context, { names, flags }) => {
	const config = await loadProject(context.folder, context)
	if (names.length === 0) return await listReports(config, context)
	const { report: found, request, filter } = await reportRequest(config, names)
	const published = await openPublished(config.project)
	try {
		const rows = await fileRows(published.db, found, request).execute()
		const limit = limitOf(flags['limit'], context)
		const shown = limit === undefined ? rows : rows.slice(0, limit)
		const columns = request.columns.map((column) => column.name)
		if (context.isJson) {
			document(context.out, {
				schema: 'tieout.report/1',
				report: found.name,
				filter,
				generation: published.generation,
				row_count: rows.length,
				is_cut: shown.length < rows.length,
				columns,
				...(found.absences && found.absences.length > 0 && { systems_have_not: found.absences }),
				rows: shown,
			})
			return exitCodes.fine
		}
		for (const text of tableLines(
			columns,
			shown.map((row) => columns.map((name) => textOf(row[name]))),
			context.outStyle,
			context.out.columns,
		))
			line(context.out, text)
		if (rows.length > 0)
			line(context.notes, `rows 1–${shown.length} of ${rows.length}, generation ${published.generation}`)
		else for (const text of await emptyLines(published.db, found, request, names)) line(context.notes, text)
		for (const sentence of found.absences ?? []) line(context.notes, sentence)
		if (rows.length > 0) line(context.notes, `next: tieout export ${names.join(' ')} --out ${found.name}.csv`)
		return exitCodes.fine
	} finally {
		await published.close()
	}
}

/** Why there are no rows. What the report says of none at all is true of all its rows only: a filter is named instead. */
async function emptyLines(
	db: Published['db'],
	found: AnyReport,
	request: ListRequest,
	[, ...filters]: readonly string[],
): Promise<string[]> {
	const narrowing = filters.filter((pair) => !/^(sort|page)=/.test(pair))
	if (narrowing.length === 0) return [found.empty]
	const without = await readWithout(db, found, request)
	return [
		`no rows match ${narrowing.join(' ')}`,
		...without.map(({ filter, rowCount }) => `without ${filter}: ${countOf(rowCount, 'row')}`),
	]
}

async function listReports(config: Config, context: CommandContext): Promise<number> {
	const reports = [...(await fittingReports(config.project)).reports.values()].sort((a, b) =>
		a.name < b.name ? -1 : 1,
	)
	if (context.isJson)
		document(context.out, {
			schema: 'tieout.reports/1',
			reports: reports.map(({ name, title, question, reader }) => ({ name, title, question, reader })),
		})
	else {
		for (const text of tableLines(
			['report', 'reader', 'question'],
			reports.map((one) => [one.name, one.reader, one.question]),
			context.outStyle,
			context.out.columns,
		))
			line(context.out, text)
		line(context.notes, `next: tieout report ${reports[0]?.name ?? ''}`)
	}
	return exitCodes.fine
}

/** Nothing is cut where a program reads: only a terminal has a limit by itself. */
function limitOf(flag: unknown, context: CommandContext): number | undefined {
	if (flag === undefined) return context.outStyle.isTerminal && !context.isJson ? shownRows : undefined
	const limit = Number(flag)
	if (Number.isInteger(limit) && limit > 0) return limit
	throw new TieoutError('usage', 'usage.limit', `--limit is "${String(flag)}"; expected a whole number above 0`, {
		where: '--limit',
		next: 'write a number such as 50, or leave it out',
	})
}

function textOf(value: unknown): string {
	if (value === null || value === undefined) return ''
	return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
