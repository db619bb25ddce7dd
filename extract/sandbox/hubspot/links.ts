import { inForce, type Store, tableName } from '../store.ts'
import type { VendorAnswer } from '../vendor-server.ts'
import { partial } from './batch.ts'
import { invalid, notFound } from './refusal.ts'

/** The links between two objects: which rows of the store, read from which end, and their kinds (HubSpot's "association type definitions"). */
type Link = { from: string; to: string; kind: string; isReversed: boolean; types: number[]; primary: number | null }

const known: Link[] = [
	{ from: 'deal', to: 'company', kind: 'deal_company', isReversed: false, types: [341], primary: 5 },
	{ from: 'company', to: 'deal', kind: 'deal_company', isReversed: true, types: [342], primary: 6 },
	{ from: 'line_item', to: 'deal', kind: 'line_item_deal', isReversed: false, types: [20], primary: null },
	{ from: 'deal', to: 'line_item', kind: 'line_item_deal', isReversed: true, types: [19], primary: null },
]

/** Links of one record in one answer; the rest is told by a place to go on. */
const inOneAnswer = 500

/** `POST associations/{from}/{to}/batch/read`. What has no links is an error of its own in a 207, and no result. */
export function readLinks(
	fromName: string,
	toName: string,
	store: Store,
	now: number,
	{ inputs = [] }: { inputs?: { id?: string; after?: string }[] },
): VendorAnswer {
	const [from, to] = [singular(fromName), singular(toName)]
	const link = known.find((one) => one.from === from && one.to === to)
	if (!link) throw notFound()
	if (inputs.length === 0 || inputs.length > 1000)
		throw invalid('The number of inputs of a batch read must be between 1 and 1000.')
	const [own, other] = link.isReversed ? ['toId', 'fromId'] : ['fromId', 'toId']
	const statement = store.database.prepare(
		`select t."${other}" as id, t."isPrimary" as isPrimary from ${tableName('hubspot', 'links')} t
		where t."kind" = :kind and t."${own}" = :id and ${inForce('t')} order by cast(t."${other}" as integer)`,
	)
	const results: string[] = []
	const errors: unknown[] = []
	for (const input of inputs) {
		const id = String(input.id ?? '')
		const rows = statement.all({ now, kind: link.kind, id }) as { id: string; isPrimary: string }[]
		if (rows.length === 0) errors.push(noLinks(link, id))
		else results.push(resultOf(link, id, rows, Number(input.after ?? 0)))
	}
	return partial(results, errors, now)
}

function resultOf(link: Link, id: string, rows: { id: string; isPrimary: string }[], from: number): string {
	const shown = rows.slice(from, from + inOneAnswer)
	const to = shown.map((row) => ({
		toObjectId: Number(row.id),
		associationTypes: [
			...(link.primary !== null && row.isPrimary === 'true'
				? [{ category: 'HUBSPOT_DEFINED', typeId: link.primary, label: 'Primary' }]
				: []),
			...link.types.map((typeId) => ({ category: 'HUBSPOT_DEFINED', typeId, label: null })),
		],
	}))
	const next = from + inOneAnswer < rows.length ? { paging: { next: { after: String(from + inOneAnswer) } } } : {}
	return JSON.stringify({ from: { id }, to, ...next })
}

function noLinks({ from, to }: Link, id: string) {
	return {
		status: 'error',
		category: 'OBJECT_NOT_FOUND',
		subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
		message: `No ${to} is associated with ${from} ${id}.`,
		context: { fromObjectId: [id], fromObjectType: [from], toObjectType: [to] },
	}
}

function singular(name: string): string {
	return name === 'companies' ? 'company' : name.replace(/s$/, '')
}
