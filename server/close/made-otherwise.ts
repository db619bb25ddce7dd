import { canonicalJson } from './canonical-json.ts'
import { type Closing, paperSettings } from './closing.ts'
import { type Content, readModels } from './content.ts'
import { keptDocument } from './documents.ts'
import type { Signature } from './life.ts'
import type { PaperScope, Rows } from './scope.ts'

/**
 * In sentences, what else than records is not what it was when a paper was signed: the days of its period, what tieout.yml says, and
 * the models, which are others after an upgrade. Empty where the signed content is not kept.
 */
export async function madeOtherwise(
	{ config, state }: Closing,
	rows: Rows,
	scope: PaperScope,
	{ contentHash }: Signature,
): Promise<string[]> {
	const signed = (await keptDocument(state.db, contentHash)) as Content | undefined
	if (!signed) return []
	const settings = JSON.parse(canonicalJson(paperSettings(config))) as unknown
	return [
		...periodOtherwise(signed, scope),
		...settingsOtherwise(leavesOf(signed.settings), leavesOf(settings)),
		...modelsOtherwise(signed.models, await readModels(rows)),
	]
}

function periodOtherwise({ period }: Content, { startDate, endDate }: PaperScope): string[] {
	if (period.start === startDate && period.end === endDate) return []
	return [`the period was ${period.start} to ${period.end}, is ${startDate} to ${endDate}`]
}

function settingsOtherwise(then: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): string[] {
	return [...new Set([...then.keys(), ...now.keys()])]
		.filter((name) => then.get(name) !== now.get(name))
		.sort()
		.map((name) => `tieout.yml: ${name} was ${then.get(name) ?? 'not set'}, is ${now.get(name) ?? 'not set'}`)
}

/** Each value by its place, as `scope.go_live`. What is empty is not set: later releases know more settings. */
function leavesOf(value: unknown, place = ''): Map<string, string> {
	if (value === null || value === undefined || value === '') return new Map()
	if (typeof value !== 'object') return new Map([[place, String(value)]])
	if (Array.isArray(value)) return new Map(value.length === 0 ? [] : [[place, canonicalJson(value)]])
	return new Map(
		Object.entries(value).flatMap(([name, one]) => [...leavesOf(one, place === '' ? name : `${place}.${name}`)]),
	)
}

/** So many are named. */
const mostNamed = 5

function modelsOtherwise(then: Content['models'], now: Content['models']): string[] {
	const names = [...new Set([...Object.keys(then), ...Object.keys(now)])]
	const others = names.filter((name) => then[name] !== now[name]).sort()
	if (others.length === 0) return []
	const more = others.length > mostNamed ? ` and ${others.length - mostNamed} more` : ''
	const changed = others.filter((name) => then[name] && now[name]).length
	const counts = [
		`${changed} of ${Object.keys(then).length} have another SQL`,
		...(others.some((name) => !then[name]) ? [`${others.filter((name) => !then[name]).length} are new`] : []),
		...(others.some((name) => !now[name]) ? [`${others.filter((name) => !now[name]).length} are gone`] : []),
	]
	return [
		`the models: ${counts.join(', ')}, by another release of tieout or the project's own (${others.slice(0, mostNamed).join(', ')}${more}); records may differ by that alone`,
	]
}
