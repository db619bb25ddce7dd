import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { sources } from '../extract/registry.ts'
import { espocrmCredentials } from '../extract/sandbox/espocrm/credentials.ts'
import { inEnvironment, type SandboxConnection } from '../extract/sandbox/system.ts'
import type { EntityCode } from '../extract/sandbox/world/company/entities.ts'
import type { Pair, System } from '../extract/sandbox/world/systems.ts'
import { xeroWebApp } from '../extract/sandbox/xero/credentials.ts'
import { startCompany } from './company-sandboxes.ts'
import { runWords } from './server/command-line.ts'

// The pages of the nine systems, each followed as it is written: its block in the project that `tieout init` makes, filled in with what
// somebody with a real system would have at hand (addresses, credentials, ids of companies), then `tieout doctor`.
const pairs: (Pair & { isOneEntity?: boolean })[] = [
	{ crm: 'salesforce', erp: 'netsuite' },
	{ crm: 'salesforce', erp: 'netsuite', isOneEntity: true },
	{ crm: 'hubspot', erp: 'xero' },
	{ crm: 'espocrm', erp: 'sap' },
	{ crm: 'salesforce', erp: 'oracle' },
	{ crm: 'salesforce', erp: 'quickbooks' },
	{ crm: 'salesforce', erp: 'erpnext' },
]
const systems = [...new Set(pairs.flatMap(({ crm, erp }) => [crm, erp]))]

type Values = Record<string, unknown>
type Block = {
	connections: Record<string, { source: string; options: Values; fields?: Record<string, string> }>
	legal_entities?: Record<string, Record<string, string>>
}

const folder = mkdtempSync(path.join(tmpdir(), 'tieout-pages-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Logins that the pages show and the demo does not use: a web app that four organisations consented to, and signed requests. */
const loginsOfPages: Partial<Record<System, SandboxConnection['options']>> = {
	xero: {
		client_id: inEnvironment('', xeroWebApp.clientId),
		client_secret: inEnvironment('', xeroWebApp.clientSecret),
		refresh_token: inEnvironment('', xeroWebApp.refreshToken),
	},
	espocrm: {
		api_key: inEnvironment('', espocrmCredentials.hmacKey),
		secret_key: inEnvironment('', espocrmCredentials.secretKey),
	},
}

describe.each(pairs)('the pages of $crm and $erp', ({ crm, erp, isOneEntity = false }) => {
	test('lead from an empty folder to connections that doctor finds nothing wrong with', async () => {
		const books = path.join(folder, `${crm}-${erp}${isOneEntity ? '-one-entity' : ''}`)
		expect((await runWords(['init', books], folder)).code).toBe(0)
		const sandboxes = await startCompany({ pair: { crm, erp } as Pair, scale: 0.01, isOneEntity })
		try {
			const environment: string[] = [`TIEOUT_NOW=${new Date(sandboxes.now()).toISOString()}`]
			const example = parse(readFileSync(path.join(books, 'tieout.yml'), 'utf8')) as Block
			const filled = [crm, erp].map((system) => filledIn(system, sandboxes.connections(), environment, books))
			const legalEntities: Block['legal_entities'] = {}
			for (const { legal_entities: theirs = {} } of filled)
				for (const [code, names] of Object.entries(theirs)) legalEntities[code] = { ...legalEntities[code], ...names }
			const connections = Object.assign({}, ...filled.map((block) => block.connections))
			const text = stringify({ ...example, connections, legal_entities: legalEntities })
			writeFileSync(path.join(books, 'tieout.yml'), text)
			writeFileSync(path.join(books, '.env'), environment.join('\n'))
			const { out } = await runWords(['doctor', '--json'], books)
			const told = JSON.parse(out) as { findings?: { subject: string; status: string; text: string }[] }
			expect(told).toMatchObject({ findings: expect.any(Array) })
			expect(told.findings!.filter(({ status }) => status !== 'ok')).toEqual([])
		} finally {
			await sandboxes.close()
		}
	}, 30_000)
})

/**
 * A page's block with the values of a running sandbox: secrets in `.env` under the page's own names, files beside it. A credential of
 * another login than the sandbox's is left out, as the page says of it.
 */
function filledIn(system: System, all: SandboxConnection[], environment: string[], books: string): Block {
	// Some pages show the connection and the legal entities apart.
	const block = Object.assign({}, ...blocksOf(system).map((text) => parse(text))) as Block
	const given = all.filter(({ source }) => source === system)
	const names = Object.keys(block.connections)
	expect(names.length).toBeLessThanOrEqual(given.length)
	for (const [at, name] of names.entries()) {
		const connection = block.connections[name]!
		const { options, fields } = given[at]!
		const values: SandboxConnection['options'] = { ...options, ...loginsOfPages[system] }
		connection.fields = { ...usualFields(system, connection.fields), ...fields }
		for (const [option, setting] of Object.entries(values)) {
			const written = String(connection.options[option] ?? '')
			const value = typeof setting === 'object' ? setting.value : setting
			const [, kind, place] = /^\$\{(env|file):([^}]+)\}$/.exec(written) ?? []
			if (kind === 'file') writeFileSync(path.join(books, place!), String(value))
			else if (typeof setting !== 'object') connection.options[option] = value
			else {
				const variable = place ?? `${system}_${name}_${option}`.toUpperCase()
				environment.push(`${variable}=${value}`)
				connection.options[option] = `\${env:${variable}}`
			}
		}
		for (const [option, written] of Object.entries(connection.options))
			if (/^\$\{/.test(String(written)) && !(option in values)) delete connection.options[option]
		for (const [code, references] of Object.entries(block.legal_entities ?? {}))
			if (name in references) references[name] = given[at]!.legalEntities[code as EntityCode]!
	}
	const partner = system === block.connections['crm']?.source ? 'erp' : 'crm'
	for (const references of Object.values(block.legal_entities ?? {})) delete references[partner]
	return block
}

/** The custom fields of a block that have the usual names: of the others the sample company has none. */
function usualFields(system: System, fields: Record<string, string> = {}): Record<string, string> {
	const { streams } = sources.find(({ kind }) => kind === system)!
	const usual = streams.flatMap(({ name: stream, columns }) =>
		Object.entries(columns).flatMap(([name, { field }]) => [`${name} ${field}`, `${stream}.${name} ${field}`]),
	)
	return Object.fromEntries(Object.entries(fields).filter(([name, field]) => usual.includes(`${name} ${field}`)))
}

function blocksOf(system: string): string[] {
	const text = readFileSync(path.join(import.meta.dirname, '..', 'docs', 'systems', `${system}.md`), 'utf8')
	return [...text.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map((match) => match[1]!)
}

describe.each(systems)('the page of %s', (system) => {
	const text = readFileSync(path.join(import.meta.dirname, '..', 'docs', 'systems', `${system}.md`), 'utf8')
	const source = sources.find(({ kind }) => kind === system)!

	test('names fields that exist', () => {
		const named = [
			...[...text.matchAll(/`fields: \{ ([^}]*) \}`/g)].flatMap((match) => match[1]!.split(',')),
			...blocksOf(system).flatMap((block) =>
				Object.values((parse(block) as Block).connections ?? {}).flatMap(({ fields = {} }) => Object.keys(fields)),
			),
		].map((one) => one.split(':')[0]!.trim())
		const known = source.streams.flatMap(({ name, columns }) =>
			Object.entries(columns).flatMap(([landing, { isCustom }]) => (isCustom ? [landing, `${name}.${landing}`] : [])),
		)
		expect(named.filter((one) => !known.includes(one))).toEqual([])
	})
})
