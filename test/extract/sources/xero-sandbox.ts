import type { SandboxOptions } from '../../../extract/sandbox/options.ts'
import type { Sandboxes } from '../../../extract/sandbox/sandbox.ts'
import type { EntityCode } from '../../../extract/sandbox/world/company/entities.ts'
import { tenantOf } from '../../../extract/sandbox/world/records/xero/identifiers.ts'
import { type Json, jsonText } from '../../../extract/sandbox/world/records/xero/json.ts'
import type { RecordVersion } from '../../../extract/sandbox/world/world.ts'
import { xeroCustomConnection, xeroWebApp } from '../../../extract/sandbox/xero/credentials.ts'
import type { Connection } from '../../../extract/source.ts'
import { startCompany } from '../../company-sandboxes.ts'

/** More than any test asks for: a minute's wait is no test. */
export const noLimit = 1_000_000

/** The company on Salesforce and Xero, without the wait for the minute's limit unless a test sets one. */
export function startXero(options: SandboxOptions = {}): Promise<Sandboxes> {
	return startCompany({
		pair: { crm: 'salesforce', erp: 'xero' },
		requestsPerMinute: noLimit,
		serviceMilliseconds: 0,
		...options,
	})
}

/** The connection of one organisation by its custom connection. */
export function custom(sandboxes: Sandboxes, entity: EntityCode, more: Record<string, unknown> = {}): Connection {
	const { clientId, clientSecret } = xeroCustomConnection(entity)
	return connection(sandboxes, entity, { client_id: clientId, client_secret: clientSecret, ...more })
}

/** The connection of one organisation by the web app's consent, which reaches all four. */
export function consented(sandboxes: Sandboxes, entity: EntityCode, more: Record<string, unknown> = {}): Connection {
	const { clientId, clientSecret, refreshToken } = xeroWebApp
	return connection(sandboxes, entity, {
		client_id: clientId,
		client_secret: clientSecret,
		refresh_token: refreshToken,
		...more,
	})
}

function connection(sandboxes: Sandboxes, entity: EntityCode, options: Record<string, unknown>): Connection {
	const url = sandboxes.url('xero')
	return {
		name: `erp_${entity.toLowerCase()}`,
		kind: 'xero',
		options: { url, login_url: url, tenant_id: tenantOf(entity), requests_per_minute: noLimit, ...options },
	}
}

type Told = { kind?: string; status?: string; reference?: string; updated?: string; from?: number; entity?: EntityCode }

/** One version of a record of an endpoint; `body` null: it is gone. */
export function record(
	object: string,
	id: string,
	body: { [member: string]: Json } | null,
	{ kind, status, reference, updated = '2026-11-01T00:00:00Z', from = Date.UTC(2026, 10, 1), entity = 'US' }: Told = {},
): RecordVersion {
	const values = body && {
		id,
		tenant: tenantOf(entity),
		kind: kind ?? null,
		status: status ?? null,
		reference: reference ?? null,
		updated,
		body: jsonText(body),
	}
	return { system: 'xero', object, id, from, values }
}

/** A number as its digits. */
export function number(digits: string): Json {
	return { digits }
}
