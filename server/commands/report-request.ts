import { TieoutError } from '../../models/error.ts'
import { type ListRequest, parseListRequest } from '../../reports/list-request.ts'
import type { AnyReport } from '../../reports/registry.ts'
import type { Config } from '../config.ts'
import { nearestName } from '../nearest.ts'
import { fittingReports } from '../project-reports.ts'

/** A report and what was asked of it: `breaks period_id=2026-10`. Throws `usage` with the nearest name. */
export async function reportRequest(
	config: Config,
	names: readonly string[],
): Promise<{ report: AnyReport; request: ListRequest; filter: string }> {
	const { reports, absent } = await fittingReports(config.project)
	const [name = '', ...pairs] = names
	const report = reports.get(name)
	const missing = absent.find((one) => one.name === name)
	if (missing)
		throw new TieoutError('usage', 'usage.absent_report', `${missing.title}: ${missing.why.join(' ')}`, {
			allowed: [...reports.keys()].sort(),
			next: 'tieout report lists those that there are',
		})
	if (!report) {
		const allowed = [...reports.keys()].sort()
		const nearest = nearestName(name, allowed)
		throw new TieoutError('usage', 'usage.unknown_report', `there is no report "${name}"`, {
			allowed,
			next: nearest ? `write ${nearest}` : 'tieout report lists them',
		})
	}
	const query = new URLSearchParams(pairs.map(pairOf))
	return { report, request: parseListRequest(report, query), filter: query.toString() }
}

function pairOf(text: string): [string, string] {
	const at = text.indexOf('=')
	if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
	throw new TieoutError('usage', 'usage.filter', `"${text}" is no filter; expected name=value`, {
		next: 'write for example period_id=2026-10',
	})
}
