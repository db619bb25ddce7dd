import { TieoutError } from '../../models/error.ts'
import { readList } from '../list.ts'
import { parseListRequest } from '../list-request.ts'
import { ListView } from '../list-view.ts'
import type { Section } from '../page.ts'
import type { PageHandler, PageRequest, PageResult } from '../page-request.ts'
import { type Report, reportPath } from '../report.ts'

/** `/reports/<name>`: one report with its filters, order and pages. */
export const report: PageHandler = async (request) => {
	const found = findReport(request, request.parts['name']!)
	const path = reportPath(found)
	const { address } = request.context
	if (path !== address.path) return { redirect: `${path}${address.query.size > 0 ? `?${address.query}` : ''}` }
	return await listPage(found, 'Reports', request)
}

/** `/breaks` and `/customers`: a report in its own place in the navigation. */
export function reportPage(name: string, section: Section): PageHandler {
	return (request) => listPage(findReport(request, name), section, request)
}

/** A report by its name. Throws `not_found` naming those that exist, or what the systems have not that it needs. */
export function findReport(
	{ reports, absentReports }: Pick<PageRequest, 'reports' | 'absentReports'>,
	name: string,
): Report {
	const found = reports.get(name)
	if (found) return found
	const absent = absentReports.find((one) => one.name === name)
	if (absent)
		throw new TieoutError('not_found', 'report.absent', `${absent.title}: ${absent.why.join(' ')}`, {
			where: `/reports/${name}`,
			allowed: [...reports.keys()],
			next: 'open /reports for those that there are',
		})
	throw new TieoutError('not_found', 'report.unknown', `there is no report "${name}"`, {
		where: `/reports/${name}`,
		allowed: [...reports.keys()],
		next: 'open /reports for the list',
	})
}

async function listPage(found: Report, section: Section, { db, context }: PageRequest): Promise<PageResult> {
	const request = parseListRequest(found, context.address.query)
	const list = await readList(db, found, request)
	return {
		title: found.title,
		section,
		schema: 'tieout.report/1',
		data: { report: found.name, filters: request.filters, words: request.words, page: request.page, ...list },
		content: () => ListView({ report: found, request, list, context }),
	}
}
