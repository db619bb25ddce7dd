import { commonFaults, type FaultKind } from '../faults.ts'
import type { SandboxParts } from '../system.ts'
import type { Vendor, VendorAnswer, VendorRequest } from '../vendor-server.ts'
import type { Entity } from './entities.ts'
import { attributesNow, isWithheld, listAnswer, recordAnswer } from './list.ts'
import { createLogin } from './login.ts'
import { Refusal, refusalAnswer } from './refusal.ts'

type Parts = SandboxParts & { entities: Entity[]; version: string }

/** EspoCRM's REST interface over the store. */
export function createEspocrm(parts: Parts): Vendor {
	const login = createLogin()
	return {
		system: 'espocrm',
		faultKinds: [...commonFaults, 'unexpected-error'],
		serviceMilliseconds: 0,
		route: (_, path) => path.replace(/[0-9a-f]{17}$/, '{id}'),
		answer: (request) => {
			try {
				return resource(request, parts, login)
			} catch (error) {
				if (error instanceof Refusal) return refusalAnswer(error)
				throw error
			}
		},
		broken: () => refusalAnswer(new Refusal(500, null)),
		faultAnswer: (kind) => faultAnswer(kind, parts),
		// Keys do not end.
		expireTokens: login.forget,
	}
}

function resource(request: VendorRequest, parts: Parts, login: ReturnType<typeof createLogin>): VendorAnswer {
	const path = /^\/api\/v1\/(.+)$/.exec(request.url.pathname)?.[1]
	if (path === undefined) return { status: 404, headers: { 'content-type': 'text/html' }, body: '<h1>Not Found</h1>' }
	login.check(request)
	if (request.method !== 'GET') {
		request.traffic.writes.push(`${request.method} ${request.target}`)
		throw new Refusal(403, request.method === 'POST' ? 'No create access.' : 'No edit access.')
	}
	if (path === 'App/user') return json(application(parts))
	if (path === 'CurrencyRate') return ratesAnswer(parts)
	if (path === 'Metadata') return metadata(request.url.searchParams.get('key') ?? '', parts)
	const [name = '', id] = path.split('/')
	const entity = parts.entities.find((one) => one.name === name)
	if (!entity || !isThere(name, parts)) throw new Refusal(404, null)
	if (!parts.visibility.seesObject('espocrm', name)) throw new Refusal(403, 'No read access.')
	return id === undefined ? listAnswer(parts, entity, request) : recordAnswer(parts, entity, id)
}

const readsAll = { create: 'no', read: 'all', edit: 'no', delete: 'no', stream: 'no' }

/**
 * The user, the site, and what the role permits: scopes that it does not read are left out, and of the others the fields that it does not
 * read are named (Tools/App/AppService.php, Core/Acl/Map/DataBuilder.php).
 */
function application(parts: Parts) {
	const { version, entities, visibility } = parts
	const seen = entities.filter(({ name }) => isThere(name, parts) && visibility.seesObject('espocrm', name))
	const ofEach = <T>(value: (entity: Entity) => T) =>
		Object.fromEntries(seen.map((entity) => [entity.name, value(entity)]))
	const withheld = (entity: Entity) =>
		entity.attributes.filter((one) => isWithheld(parts, entity, one)).map(({ name }) => name)
	const none = { yes: [], no: [] }
	return {
		user: { id: '66d4000000000ffff', userName: 'tieout', type: 'api', isActive: true },
		settings: { version, baseCurrency: 'USD', defaultCurrency: 'USD' },
		acl: {
			table: { ...ofEach(() => readsAll), Currency: visibility.seesObject('espocrm', 'CurrencyRecordRate') },
			fieldTable: ofEach((entity) =>
				Object.fromEntries(withheld(entity).map((name) => [name, { read: 'no', edit: 'no' }])),
			),
			fieldTableQuickAccess: ofEach((entity) => ({
				attributes: { read: { yes: [], no: withheld(entity) }, edit: none },
				fields: { read: { yes: [], no: withheld(entity) }, edit: none },
			})),
		},
	}
}

/** Rates became records with version 9.3. */
function isThere(name: string, { version }: Parts): boolean {
	return name !== 'CurrencyRecordRate' || Number(/^\d+\.\d+/.exec(version)![0]) >= 9.3
}

/**
 * The fields of one entity: `entityDefs.Account.fields`. One that the role does not read is among them: only whole entities, and links to
 * entities that it does not read, are left out (Tools/App/MetadataService.php).
 */
function metadata(key: string, parts: Parts): VendorAnswer {
	const [, name] = /^entityDefs\.(\w+)\.fields$/.exec(key) ?? []
	const entity = parts.entities.find((one) => one.name === name)
	// What the role does not see has no metadata.
	if (!entity || !isThere(entity.name, parts) || !parts.visibility.seesObject('espocrm', entity.name)) return json(null)
	const fields: Record<string, unknown> = {}
	for (const { name: attribute, type } of attributesNow(parts, entity)) {
		const now = parts.visibility.fieldNow('espocrm', entity.name, attribute)
		const address = /^(billingAddress)(Street|City|State|PostalCode|Country)$/.exec(attribute)
		if (address) fields[address[1]!] = { type: 'address' }
		else if (type === 'link') fields[attribute.replace(/Id$/, '')] = { type: 'link' }
		else if (attribute !== 'id' && attribute !== 'amountCurrency')
			fields[attribute] = {
				type: typeof now === 'object' ? words[now.type] : type,
				// EspoCRM puts a `c` before the names of fields that an administrator made.
				...(/^c[A-Z]/.test(attribute) && { isCustom: true }),
			}
	}
	if (entity.name === 'CurrencyRecordRate') {
		delete fields['recordName']
		fields['record'] = { type: 'link', required: true }
	}
	return json(fields)
}

const words: Record<string, string> = {
	string: 'varchar',
	double: 'float',
	boolean: 'bool',
	date: 'date',
	picklist: 'enum',
	currency: 'currency',
}

/** The rates of the day against the base currency, which is among them (Core/Currency/Rates.php): one role permits both ways of reading. */
function ratesAnswer(parts: Parts): VendorAnswer {
	if (!parts.visibility.seesObject('espocrm', 'CurrencyRecordRate')) throw new Refusal(403, null)
	return json(ratesNow(parts))
}

function ratesNow({ store, clock }: Parts): Record<string, number> {
	const rows = store.database
		.prepare(`select "recordName" as code, "rate" as rate from "espocrm_CurrencyRecordRate"
			where _from <= :now and _until > :now and _gone = 0 order by "date"`)
		.all({ now: clock.now() }) as { code: string; rate: string }[]
	return { USD: 1, ...Object.fromEntries(rows.map(({ code, rate }) => [code, Number(rate)])) }
}

function json(value: unknown): VendorAnswer {
	return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) }
}

/** EspoCRM itself has no limits: what answers 429 stands before it. */
function faultAnswer(kind: FaultKind, { faults }: SandboxParts): VendorAnswer {
	const html = { 'content-type': 'text/html' }
	if (kind === 'unavailable')
		return { status: 503, headers: html, body: '<h1>503 Service Temporarily Unavailable</h1>' }
	if (kind === 'html') return { status: 200, headers: html, body: '<html><body>Maintenance</body></html>' }
	if (kind === 'unexpected-error') return refusalAnswer(new Refusal(500, null))
	const wait: Record<string, string> =
		kind === 'too-many-requests' ? { 'retry-after': String(faults.retryAfterSeconds()) } : {}
	return { status: 429, headers: { ...html, ...wait }, body: '<h1>429 Too Many Requests</h1>' }
}
