import { readdirSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { TieoutError } from '../models/error.ts'
import { ageing } from './catalogue/ageing.ts'
import { billingsRollForward } from './catalogue/billings-roll-forward.ts'
import { breaks } from './catalogue/breaks.ts'
import { bridge } from './catalogue/bridge.ts'
import { carriedItems } from './catalogue/carried-items.ts'
import { cells } from './catalogue/cells.ts'
import { certificates } from './catalogue/certificates.ts'
import { chain } from './catalogue/chain.ts'
import { checks } from './catalogue/checks.ts'
import { closeCalendar } from './catalogue/close-calendar.ts'
import { computedRevenue } from './catalogue/computed-revenue.ts'
import { coverage } from './catalogue/coverage.ts'
import { crosswalk } from './catalogue/crosswalk.ts'
import { customerCandidates } from './catalogue/customer-candidates.ts'
import { customers } from './catalogue/customers.ts'
import { exceptions } from './catalogue/exceptions.ts'
import { fieldDrift } from './catalogue/field-drift.ts'
import { freshness } from './catalogue/freshness.ts'
import { linkCandidates } from './catalogue/link-candidates.ts'
import { models } from './catalogue/models.ts'
import { openItems } from './catalogue/open-items.ts'
import { receivables } from './catalogue/receivables.ts'
import { records } from './catalogue/records.ts'
import { rollForward } from './catalogue/roll-forward.ts'
import { runs } from './catalogue/runs.ts'
import { termDifferences } from './catalogue/term-differences.ts'
import { tieOut } from './catalogue/tie-out.ts'
import { wonToOrder } from './catalogue/won-to-order.ts'
import { defineReport, type Report } from './report.ts'

/** Any report: what it takes is parsed before its query sees it. */
// biome-ignore lint/suspicious/noExplicitAny: each report has parameters of its own
export type AnyReport = Report<any>

/** The product's own reports, one line each. */
export const ownReports: AnyReport[] = [
	bridge,
	cells,
	breaks,
	rollForward,
	carriedItems,
	ageing,
	openItems,
	billingsRollForward,
	computedRevenue,
	tieOut,
	records,
	closeCalendar,
	receivables,
	chain,
	wonToOrder,
	customers,
	exceptions,
	linkCandidates,
	customerCandidates,
	crosswalk,
	fieldDrift,
	termDifferences,
	coverage,
	freshness,
	checks,
	certificates,
	runs,
	models,
]

/** Reports by name. A project's own replace ours of the same name. */
export type Reports = ReadonlyMap<string, AnyReport>

/** What a project's own report is made with: the file may lie anywhere, so it imports nothing of ours. */
export const reportTools = { defineReport, z }

/**
 * Our reports and those of a project's folder `reports/`: every `.ts` or `.js` file there whose default export makes a report of
 * `reportTools` (or is one). Throws `configuration` for a file that exports none.
 */
export async function loadReports(folder?: string): Promise<Reports> {
	const names = folder ? readdirSync(folder, { withFileTypes: true }) : []
	const files = names.filter((entry) => entry.isFile() && /\.(ts|js)$/.test(entry.name)).map((entry) => entry.name)
	const added = await Promise.all(files.sort().map((file) => importReport(path.join(folder!, file))))
	return new Map([...ownReports, ...added].map((report) => [report.name, report]))
}

async function importReport(file: string): Promise<AnyReport> {
	const report = (await exported(file)) as AnyReport | undefined
	if (report?.name && typeof report.query === 'function' && Array.isArray(report.columns)) return report
	throw new TieoutError('configuration', 'report.missing', `${file} exports no report`, {
		where: file,
		next: 'export default ({ defineReport, z }) => defineReport({ ... })',
	})
}

/** What the file's default export is or makes; whatever its own code throws is told with the file's name. */
async function exported(file: string): Promise<unknown> {
	try {
		const { default: made } = (await import(pathToFileURL(file).href)) as { default?: unknown }
		return typeof made === 'function' ? await made(reportTools) : made
	} catch (cause) {
		if (cause instanceof TieoutError)
			throw new TieoutError(cause.kind, cause.code, `${file}: ${cause.message}`, { ...cause, where: file, cause })
		const message = cause instanceof Error ? cause.message.split('\n')[0] : String(cause)
		const line = new RegExp(`${path.basename(file).replaceAll('.', '[.]')}:(\\d+)`).exec(String((cause as Error).stack))
		const where = line ? `${file}:${line[1]}` : file
		throw new TieoutError('configuration', 'report.broken', `${where} can't be run: ${message}`, {
			where,
			next: 'correct the file; it gets its tools as an argument and imports nothing of tieout',
			cause,
		})
	}
}
