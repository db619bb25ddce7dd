import { countOf } from '../format.ts'
import { type Html, html } from '../html.ts'
import { countRows } from '../list.ts'
import { parseListRequest } from '../list-request.ts'
import type { PageHandler } from '../page-request.ts'
import { type Report, reportPath } from '../report.ts'

type Entry = { report: Report; rowCount: number }

/** `/reports`: which list do I take along? By reader, each with its question and how many rows it has now. */
export const reportIndex: PageHandler = async ({ db, reports }) => {
	const entries = await Promise.all(
		[...reports.values()].map(async (report): Promise<Entry> => {
			const rowCount = await countRows(db, report, parseListRequest(report, new URLSearchParams()))
			return { report, rowCount }
		}),
	)
	return {
		title: 'Reports',
		section: 'Reports',
		schema: 'tieout.reports/1',
		data: { reports: entries.map(({ report, rowCount }) => ({ ...described(report), row_count: rowCount })) },
		content: () =>
			html`<h1>Reports</h1>${readers.map((reader) => {
				const own = entries.filter((entry) => entry.report.reader === reader)
				return own.length > 0 && html`<${ReaderSection} reader=${reader} entries=${own} />`
			})}`,
	}
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
				<p class="muted">${rowCount === 0 ? 'no rows' : countOf(rowCount, 'row')} · <a href=${`${reportPath(report)}.csv`} aria-label=${`${report.title} as CSV`}>CSV</a></p></li>`,
	)}</ul></section>`
}

function described({ name, title, question, reader, shows, leavesOut }: Report) {
	return { name, title, question, reader, shows, leaves_out: leavesOut }
}
