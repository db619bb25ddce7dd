import { TieoutError } from '../../models/error.ts'
import type { AbsentReport } from '../adapt.ts'
import { FileLinks } from '../file-links.ts'
import { countOf } from '../format.ts'
import { type Html, html } from '../html.ts'
import { countRows } from '../list.ts'
import { parseListRequest } from '../list-request.ts'
import type { PageHandler } from '../page-request.ts'
import { type Report, reportPath } from '../report.ts'
import { absences, needNames } from '../systems.ts'

/** `rowCount` is null where the generation was published by a release that had no such table. */
type Entry = { report: Report; rowCount: number | null }

/** `/reports`: which list do I take along? By reader, each with its question and how many rows it has now. */
export const reportIndex: PageHandler = async ({ db, reports, absentReports, context }) => {
	const entries = await Promise.all(
		[...reports.values()].map(async (report): Promise<Entry> => {
			const count = countRows(db, report, parseListRequest(report, new URLSearchParams()))
			return { report, rowCount: await count.catch(nullWhereNotThere) }
		}),
	)
	const missing = absences(needNames, context.systems)
	return {
		title: 'Reports',
		section: 'Reports',
		schema: 'tieout.reports/1',
		data: {
			reports: entries.map(({ report, rowCount }) => ({ ...described(report), row_count: rowCount })),
			absent_reports: absentReports,
			systems_have_not: missing,
		},
		content: () =>
			html`<h1>Reports</h1>${readers.map((reader) => {
				const own = entries.filter((entry) => entry.report.reader === reader)
				return own.length > 0 && html`<${ReaderSection} reader=${reader} entries=${own} />`
			})}<${Absent} sentences=${missing} reports=${absentReports} />`,
	}
}

function nullWhereNotThere(error: unknown): null {
	if (error instanceof TieoutError && /^duckdb\.(binder|catalog)$/.test(error.code)) return null
	throw error
}

const readers: Report['reader'][] = ['controller', 'RevOps', 'integration owner', 'analyst', 'auditor']

const readerTitles: Record<Report['reader'], string> = {
	controller: 'For the controller',
	RevOps: 'For RevOps',
	'integration owner': 'For the integration owner',
	analyst: 'For the analyst',
	auditor: 'For the auditor',
}

function ReaderSection({ reader, entries }: { reader: Report['reader']; entries: Entry[] }): Html {
	return html`<section class="cards" aria-label=${readerTitles[reader]}><h2>${readerTitles[reader]}</h2><ul>${entries.map(
		({ report, rowCount }) =>
			html`<li><a href=${reportPath(report)}>${report.title}</a><p>${report.question}</p>
				<p class="muted">${rowCount === null ? 'not in this generation; the next run brings it' : html`${rowCount === 0 ? 'no rows' : countOf(rowCount, 'row')} · <${FileLinks} of=${report.title} href=${`${reportPath(report)}.csv`} />`}</p></li>`,
	)}</ul></section>`
}

/** What the systems in use have not, and the reports that are not here for it. */
function Absent({ sentences, reports }: { sentences: string[]; reports: readonly AbsentReport[] }): Html {
	if (sentences.length === 0) return null
	return html`<section class="absent" aria-label="What the systems have not"><h2>What the systems have not</h2>
		<ul>${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul>
		${reports.length > 0 && html`<p class="muted">Not here for that: ${reports.map(({ title }) => title).join(', ')}. Columns that nothing could fill are in no page and no file.</p>`}
		${reports.length === 0 && html`<p class="muted">Columns that nothing could fill are in no page and no file.</p>`}</section>`
}

function described({ name, title, question, reader, shows, leavesOut }: Report) {
	return { name, title, question, reader, shows, leaves_out: leavesOut }
}
