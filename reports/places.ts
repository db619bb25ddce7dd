import { addressOf } from './address.ts'
import { breakCodeWords } from './break-codes.ts'
import type { Reports } from './registry.ts'
import { codesOfCheck, type Place, reportsOfCheck } from './related.ts'
import { reportPath } from './report.ts'
import type { Systems } from './systems.ts'

/** The prefix of the checks that are made for each stream. */
const errorRate = 'error_rate.'

/** Where what a check found can be looked at: the breaks that it judges, the reports that list it, the records in quarantine. */
export function placesOfCheck(check: string, reports: Reports, systems: Systems): Place[] {
	if (check.startsWith(errorRate)) return placesOfStream(check.slice(errorRate.length), '#quarantine')
	const codes = codesOfCheck(check, systems).map((code) => ({
		text: `breaks: ${breakCodeWords(code).title}`,
		href: addressOf(['breaks'], { code }),
	}))
	const lists = reportsOfCheck(check).flatMap((name) => {
		const report = reports.get(name)
		return report ? [{ text: `report: ${report.title}`, href: reportPath(report) }] : []
	})
	const model = /^(?<model>.+)\.(key|not_empty)$/.exec(check)?.groups?.['model']
	return [...codes, ...lists, ...(model ? [{ text: `model: ${model}`, href: addressOf(['models', model]) }] : [])]
}

/** The runs that read a stream, `connection.stream`. */
export function placesOfStream(name: string, fragment = ''): Place[] {
	const [connection, ...rest] = name.split('.')
	const href = addressOf(['runs'], { connection, stream: rest.join('.') })
	return [{ text: fragment ? `quarantine and runs of ${name}` : `runs of ${name}`, href: `${href}${fragment}` }]
}
