import path from 'node:path'
import type { SandboxConnection } from '../extract/sandbox/system.ts'
import { openDatabase } from '../models/warehouse.ts'

type Break = { break_id: string; crm_url: string | null; erp_url: string | null } & Record<
	'opportunity_id' | 'order_id' | 'document_id',
	string | null
>

type Known = { id: string; source_id: string; number: string | null }

/**
 * Holds the two links of every break against the records that it names: each must be the address that the connection gives for a record
 * of that kind, with that record's own id. `kinds`: those that were linked to.
 */
export async function recordLinks(folder: string, connections: readonly SandboxConnection[]) {
	const built = await openDatabase(path.join(folder, 'data', 'build.duckdb'))
	try {
		const known = new Map<string, { kind: string; sourceId: string; number: string | null }>()
		for (const kind of ['opportunity', 'order', 'invoice', 'credit_note'] as const)
			for (const { id, source_id: sourceId, number } of await built.all<Known>(
				`select ${kind}_id as id, source_id, ${kind === 'opportunity' ? 'null' : 'number'} as number from canonical.${plural(kind)}`,
			))
				known.set(id, { kind, sourceId, number })
		const breaks = await built.all<Break>(
			'select break_id, crm_url, erp_url, opportunity_id, order_id, document_id from marts.breaks',
		)
		const kinds = new Set<string>()
		const addressOf = (id: string | null) => {
			const record = id === null ? undefined : known.get(id)
			if (!id || !record) return null
			const { kind, sourceId, number } = record
			const at = id.indexOf(':')
			const { recordUrl } = connections.find(({ name }) => name === id.slice(0, at))!
			kinds.add(kind)
			const template = typeof recordUrl === 'string' ? recordUrl : recordUrl[kind as 'order']
			if (template?.includes('{number}') && number === null) return null
			return template?.replace('{object}', kind).replace('{id}', sourceId).replace('{number}', number!) ?? null
		}
		const wrong = breaks.flatMap(({ break_id: id, crm_url, erp_url, opportunity_id, order_id, document_id }) => {
			const expected = { crm_url: addressOf(opportunity_id), erp_url: addressOf(document_id) ?? addressOf(order_id) }
			const isRight = crm_url === expected.crm_url && erp_url === expected.erp_url
			return isRight ? [] : [{ id, crm_url, erp_url, expected }]
		})
		return { wrong: wrong.slice(0, 5), kinds: [...kinds] }
	} finally {
		await built.close()
	}
}

function plural(kind: string): string {
	return kind === 'opportunity' ? 'opportunities' : `${kind}s`
}
