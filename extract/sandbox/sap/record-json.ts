import { momentOf } from '../clock.ts'
import type { Navigation, SapSet } from './sets.ts'

type Body = { [member: string]: unknown }

/** How records are to be shown: the properties asked for (null: all), the paths expanded, members out of sight. */
export type Shown = {
	select: Set<string> | null
	expand: Set<string>
	hidden: Set<string>
	root: string
	hasExactDecimals: boolean
}

/** A record as JSON text. V2 says where a record and what was not expanded lies; V4 writes decimals as numbers unless asked not to. */
export function recordText(set: SapSet, row: { changed: string; body: string }, shown: Shown): string {
	const body = JSON.parse(row.body) as Body
	if (set.hasStamp)
		body['LastChangeDateTime'] = set.version === 'V2' ? `/Date(${momentOf(row.changed)}+0000)/` : `${row.changed}Z`
	const own = { type: set.name, isList: true, properties: set.properties, navigation: set.navigation }
	const key = set.keys.map((name) => `${name}='${body[name]}'`).join(',')
	const address = `${shown.root}/${set.name}(${key})`
	const text = JSON.stringify(
		set.version === 'V2' ? shownV2(body, own, shown, '', address) : shownV4(body, own, shown, ''),
	)
	return set.version === 'V4' && !shown.hasExactDecimals ? withNumbers(text, own) : text
}

function isSelected({ select, hidden }: Shown, path: string, name: string): boolean {
	const full = path + name
	return !hidden.has(name) && (path !== '' || select === null || select.has(full))
}

function shownV2(body: Body, of: Navigation, shown: Shown, path: string, address: string): Body {
	const record: Body = { __metadata: { id: address, uri: address, type: `S4.${of.type}Type` } }
	for (const name of Object.keys(of.properties)) if (isSelected(shown, path, name)) record[name] = body[name] ?? null
	for (const [name, inner] of Object.entries(of.navigation)) {
		const full = path + name
		if (!shown.expand.has(full)) {
			if (shown.select === null) record[name] = { __deferred: { uri: `${address}/${name}` } }
			continue
		}
		const below = (one: unknown, at: number) =>
			shownV2(one as Body, inner, shown, `${full}/`, `${address}/${name}(${at})`)
		record[name] = inner.isList
			? { results: ((body[name] as { results: unknown[] } | undefined)?.results ?? []).map(below) }
			: below(body[name], 0)
	}
	return record
}

function shownV4(body: Body, of: Navigation, shown: Shown, path: string): Body {
	const record: Body = {}
	for (const name of Object.keys(of.properties)) if (isSelected(shown, path, name)) record[name] = body[name] ?? null
	for (const [name, inner] of Object.entries(of.navigation)) {
		if (!shown.expand.has(path + name)) continue
		record[name] = ((body[name] as Body[] | undefined) ?? []).map((one) =>
			shownV4(one, inner, shown, `${path}${name}/`),
		)
	}
	return record
}

function withNumbers(text: string, of: Navigation): string {
	const names = decimalsOf(of).join('|')
	return text.replace(new RegExp(`"(${names})":"(-?[\\d.]+)"`, 'g'), '"$1":$2')
}

function decimalsOf({ properties, navigation }: Navigation): string[] {
	const own = Object.keys(properties).filter((name) => properties[name] === 'Decimal')
	return [...new Set([...own, ...Object.values(navigation).flatMap(decimalsOf)])]
}
