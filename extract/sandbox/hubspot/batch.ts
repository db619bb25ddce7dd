import { inForce, type Store, tableName } from '../store.ts'
import type { VendorAnswer } from '../vendor-server.ts'
import { type HubspotObject, id } from './objects.ts'
import { recordSql, wireMoment } from './record-json.ts'
import { invalid } from './refusal.ts'

/** A batch read as it is sent. */
export type BatchRead = { inputs?: { id?: string }[]; properties?: string[]; propertiesWithHistory?: string[] }

/** How many values of a property are kept. */
const keptValues = 20

/**
 * `POST objects/{object}/batch/read`. What is archived or doesn't exist makes the answer a 207 with an error; the id of a record that
 * was merged is answered with the one that lives on.
 */
export function batchRead(object: HubspotObject, store: Store, now: number, body: BatchRead): VendorAnswer {
	const { inputs = [], properties = [], propertiesWithHistory = [] } = body
	const hasHistory = propertiesWithHistory.length > 0
	if (hasHistory && inputs.length > 50)
		throw invalid(
			'The maximum number of inputs supported in a batch request for property histories is 50. Please reduce the number of items and try again',
		)
	if (inputs.length === 0 || inputs.length > 100)
		throw invalid('The number of inputs of a batch read must be between 1 and 100.')
	const asked = inputs.map((input) => String(input.id ?? ''))
	const found = new Map<string, string>()
	const missing: string[] = []
	const one = store.database.prepare(
		`select ${recordSql(object, properties)} as record from ${tableName('hubspot', object.name)} t
		where t."${id}" = :id and ${inForce('t')} and t."archived" = 'false'`,
	)
	for (const key of asked) {
		const known = /^\d{1,15}$/.test(key) ? (survivorOf(object, store, now, key) ?? key) : ''
		const row = known === '' ? undefined : (one.get({ now, id: Number(known) }) as { record: string } | undefined)
		if (row) found.set(known, row.record)
		else missing.push(key)
	}
	const records = [...found].map(([key, record]) =>
		hasHistory ? withHistory(record, object, store, now, key, propertiesWithHistory) : record,
	)
	return partial(records, missing.length === 0 ? [] : [missingError(object, missing)], now)
}

/** An answer of what was found; with errors it is a 207. */
export function partial(records: string[], errors: unknown[], now: number): VendorAnswer {
	const at = wireMoment(new Date(now).toISOString())
	const problems = errors.length === 0 ? '' : `,"numErrors":${errors.length},"errors":${JSON.stringify(errors)}`
	return {
		status: errors.length === 0 ? 200 : 207,
		body: `{"status":"COMPLETE","results":[${records.join(',')}],"startedAt":"${at}","completedAt":"${at}"${problems}}`,
	}
}

function missingError({ singular }: HubspotObject, ids: string[]) {
	const message = `Could not get some ${singular.toUpperCase()} objects, they may be deleted or not exist. Check that ids are valid.`
	return { status: 'error', category: 'OBJECT_NOT_FOUND', message, context: { ids } }
}

/** The record into which another one was merged. */
function survivorOf({ name, properties }: HubspotObject, store: Store, now: number, key: string): string | null {
	if (!properties.some((property) => property.name === 'hs_merged_object_ids')) return null
	const row = store.database
		.prepare(
			`select t."${id}" as id from ${tableName('hubspot', name)} t
			where ${inForce('t')} and t."hs_merged_object_ids" is not null and instr(';' || t."hs_merged_object_ids" || ';', :key) > 0`,
		)
		.get({ now, key: `;${key};` }) as { id: number } | undefined
	return row ? String(row.id) : null
}

/** The values that properties have had, the newest first, each with when and by whom. */
function withHistory(
	record: string,
	{ name, properties, stamp }: HubspotObject,
	store: Store,
	now: number,
	key: string,
	asked: string[],
): string {
	const by = properties.some((property) => property.name === 'hs_updated_by_user_id')
		? '"hs_updated_by_user_id"'
		: 'null'
	const histories = asked
		.map((wanted) => properties.find((property) => property.name === wanted))
		.filter((property) => property !== undefined)
		.map((property) => {
			const versions = store.database
				.prepare(
					`select "${property.name}" as value, "${stamp}" as at, ${by} as user from ${tableName('hubspot', name)}
					where "${id}" = :id and _from <= :now and _gone = 0 order by _from, _version`,
				)
				.all({ now, id: Number(key) }) as { value: string | null; at: string; user: string | null }[]
			const changes = versions.filter(({ value }, at) => value !== (at === 0 ? null : versions[at - 1]!.value))
			const entries = changes.reverse().slice(0, keptValues)
			return [property.name, entries.map((entry) => entryOf(entry, property.type === 'datetime'))] as const
		})
	return `${record.slice(0, -1)},"propertiesWithHistory":${JSON.stringify(Object.fromEntries(histories))}}`
}

function entryOf({ value, at, user }: { value: string | null; at: string; user: string | null }, isMoment: boolean) {
	return {
		value: isMoment ? wireMoment(value ?? '') : (value ?? ''),
		timestamp: wireMoment(at),
		sourceType: user === null ? 'INTEGRATION' : 'CRM_UI',
		sourceId: user === null ? null : `userId:${user}`,
		updatedByUserId: user === null ? null : Number(user),
	}
}
