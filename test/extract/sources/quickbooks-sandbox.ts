import type { SandboxOptions } from '../../../extract/sandbox/options.ts'
import { firstRefreshToken, quickbooksApp } from '../../../extract/sandbox/quickbooks/credentials.ts'
import type { Sandboxes } from '../../../extract/sandbox/sandbox.ts'
import type { EntityCode } from '../../../extract/sandbox/world/company/entities.ts'
import { realmOf } from '../../../extract/sandbox/world/records/quickbooks/identifiers.ts'
import { type Json, jsonText } from '../../../extract/sandbox/world/records/quickbooks/json.ts'
import type { RecordVersion } from '../../../extract/sandbox/world/world.ts'
import type { Connection } from '../../../extract/source.ts'
import { startCompany } from '../../company-sandboxes.ts'

/** More than any test asks for: no test waits for a window. */
export const noLimit = 1_000_000

/** The company on Salesforce and QuickBooks Online, without limits unless a test sets one. */
export function startQuickbooks(options: SandboxOptions = {}): Promise<Sandboxes> {
	return startCompany({
		pair: { crm: 'salesforce', erp: 'quickbooks' },
		requestsPerMinute: noLimit,
		serviceMilliseconds: 0,
		...options,
	})
}

/** The connection of one company. */
export function connection(sandboxes: Sandboxes, entity: EntityCode, more: Record<string, unknown> = {}): Connection {
	const url = sandboxes.url('quickbooks')
	return {
		name: `erp_${entity.toLowerCase()}`,
		kind: 'quickbooks',
		options: {
			url,
			login_url: url,
			realm_id: realmOf(entity),
			client_id: quickbooksApp.clientId,
			client_secret: quickbooksApp.clientSecret,
			refresh_token: firstRefreshToken(entity),
			requests_per_second: noLimit,
			requests_per_minute: noLimit,
			...more,
		},
		fields: { 'invoices.crm_opportunity': 'PrivateNote', 'customers.customer_number': 'Suffix' },
	}
}

type Told = { updated?: string; created?: string; reference?: string; from?: number; entity?: EntityCode }

/** One version of a record of an entity; `body` null: it is gone. Moments in UTC. */
export function record(
	object: string,
	id: string,
	body: { [member: string]: Json } | null,
	{ updated = '2026-11-01T00:00:00Z', created, reference, from = Date.UTC(2026, 10, 1), entity = 'US' }: Told = {},
): RecordVersion {
	const values = body && {
		id,
		realm: realmOf(entity),
		active: body['Active'] === undefined ? null : String(body['Active']),
		reference: reference ?? null,
		created: created ?? updated,
		updated,
		body: jsonText({ domain: 'QBO', sparse: false, Id: id, ...body }),
	}
	return { system: 'quickbooks', object, id: `${realmOf(entity)}:${id}`, from, values }
}

/** A number as its digits. */
export function number(digits: string): Json {
	return { digits }
}
