import { inForce, tableName } from '../store.ts'
import type { SandboxParts } from '../system.ts'
import type { VendorAnswer } from '../vendor-server.ts'
import { entityNamed, type QuickbooksEntity } from './entities.ts'
import { ratesAnswer } from './rates.ts'
import { companyStamp, deletedText, type QuickbooksRow, recordText } from './record-json.ts'
import { faultRefusal, queryRefusal } from './refusal.ts'
import { conditionSql, orderSql, parseStatement, type Statement } from './statement.ts'

/** `GET …/query`: one entity of one company. */
export function queryAnswer(parts: SandboxParts, realm: string, query: string): VendorAnswer {
	const statement = parseStatement(query)
	if (statement.entity.toLowerCase() === 'exchangerate') return ratesAnswer(parts, realm, statement)
	const entity = entityNamed(statement.entity)
	if (!entity) throw queryRefusal(`Entity ${statement.entity} is not a queryable entity`)
	refuseHidden(parts, entity)
	const { sql, values } = conditionsOf(entity, statement, realm)
	const { database } = parts.store
	const from = `from ${tableName('quickbooks', entity.name)} as r where ${sql}`
	const now = parts.clock.now()
	if (statement.isCount) {
		const { n } = database.prepare(`select count(*) as n ${from}`).get({ now }, ...values) as { n: number }
		return answer(parts, realm, { QueryResponse: { totalCount: n } })
	}
	const rows = database
		.prepare(
			`select * ${from} order by ${orderSql(statement.order)} limit ${statement.most} offset ${statement.start - 1}`,
		)
		.all({ now }, ...values) as QuickbooksRow[]
	const hidden = hiddenMembers(parts, entity)
	const records = rows.map((row) => recordText(entity, row, hidden))
	return listAnswer(parts, realm, entity.name, records, statement.start)
}

/** A page of records; where there are none, there is nothing at all. */
export function listAnswer(
	parts: SandboxParts,
	realm: string,
	name: string,
	records: string[],
	start: number,
): VendorAnswer {
	const list = `"${name}":[${records.join(',')}],"startPosition":${start},"maxResults":${records.length}`
	const body = `{"QueryResponse":{${records.length === 0 ? '' : list}},"time":"${timeOf(parts, realm)}"}`
	return { status: 200, body }
}

/**
 * `GET …/cdc`: what changed since a moment, entity by entity, whole, the deleted ones last. 30 days, 1,000 objects in all, and no word of
 * what is left out.
 */
export function changesAnswer(parts: SandboxParts, realm: string, given: URLSearchParams): VendorAnswer {
	const since = Date.parse(given.get('changedSince') ?? '')
	const now = parts.clock.now()
	if (Number.isNaN(since) || since < now - 30 * 86_400_000)
		throw faultRefusal(
			400,
			'ValidationFault',
			'2010',
			'Request has invalid or unsupported property',
			'changedSince: must be within 30 days',
		)
	let room = 1000
	const responses = (given.get('entities') ?? '').split(',').map((name) => {
		const entity = entityNamed(name.trim())
		if (!entity?.hasChanges)
			throw faultRefusal(
				400,
				'ValidationFault',
				'2010',
				'Request has invalid or unsupported property',
				`entities: ${name}`,
			)
		refuseHidden(parts, entity)
		const records = [...changed(parts, entity, realm, since), ...deleted(parts, entity, realm, since)].slice(0, room)
		room -= records.length
		if (records.length === 0) return '{}'
		return `{"${entity.name}":[${records.join(',')}],"startPosition":1,"maxResults":${records.length}}`
	})
	const body = `{"CDCResponse":[{"QueryResponse":[${responses.join(',')}]}],"time":"${timeOf(parts, realm)}"}`
	return { status: 200, body }
}

/** A body with the moment of the answer behind it. */
export function answer(parts: SandboxParts, realm: string, body: object): VendorAnswer {
	return { status: 200, body: JSON.stringify({ ...body, time: timeOf(parts, realm) }) }
}

function changed(parts: SandboxParts, entity: QuickbooksEntity, realm: string, since: number): string[] {
	const rows = parts.store.database
		.prepare(
			`select * from ${tableName('quickbooks', entity.name)} as r where ${inForce('r')} and realm = ? and updated >= ? order by updated, _version`,
		)
		.all({ now: parts.clock.now() }, realm, new Date(since).toISOString().slice(0, 19)) as QuickbooksRow[]
	const hidden = hiddenMembers(parts, entity)
	return rows.map((row) => recordText(entity, row, hidden))
}

/** Where a deletion is in force. What it deleted is the version before. */
function deleted({ store, clock }: SandboxParts, { name }: QuickbooksEntity, realm: string, since: number): string[] {
	const rows = store.database
		.prepare(
			`select _id as place, _from as at from ${tableName('quickbooks', name)} as r
			where _gone = 1 and _from <= :now and _until > :now and _from >= ? and _id like ? order by _from`,
		)
		.all({ now: clock.now() }, since, `${realm}:%`) as { place: string; at: number }[]
	return rows.map(({ place, at }) => deletedText(place.slice(realm.length + 1), realm, at))
}

function conditionsOf(entity: QuickbooksEntity, { conditions }: Statement, realm: string) {
	const asked = conditions.map(conditionSql)
	const hasActive = conditions.some(({ property }) => property.toLowerCase() === 'active')
	const hidden = entity.isList && !hasActive ? [`coalesce(active, 'true') = 'true'`] : []
	return {
		sql: [inForce('r'), 'realm = ?', ...hidden, ...asked.map(({ sql }) => sql)].join(' and '),
		values: [realm, ...asked.flatMap(({ values }) => values)],
	}
}

/** Throws the 403 of what the user may not see. */
export function refuseHidden({ visibility }: SandboxParts, { name }: Pick<QuickbooksEntity, 'name'>): void {
	if (visibility.seesObject('quickbooks', name)) return
	throw faultRefusal(
		403,
		'ValidationFault',
		'5020',
		'Permission Denied Error',
		'You do not have permission to access this feature',
	)
}

function hiddenMembers({ visibility }: SandboxParts, { name, reference }: QuickbooksEntity): string[] {
	return ['DisplayName', 'DocNumber', 'TotalAmt', ...(reference ? [reference] : [])].filter(
		(member) => visibility.fieldNow('quickbooks', name, member) === 'hidden',
	)
}

function timeOf({ clock }: SandboxParts, realm: string): string {
	return companyStamp(clock.now(), realm)
}
