import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { sources } from '../extract/registry.ts'
import { espocrmCredentials } from '../extract/sandbox/espocrm/credentials.ts'
import type { Sandboxes } from '../extract/sandbox/sandbox.ts'
import { inEnvironment, type SandboxConnection } from '../extract/sandbox/system.ts'
import type { EntityCode } from '../extract/sandbox/world/company/entities.ts'
import type { Pair, System } from '../extract/sandbox/world/systems.ts'
import { xeroWebApp } from '../extract/sandbox/xero/credentials.ts'
import { startCompany } from './company-sandboxes.ts'
import { runWords } from './server/command-line.ts'

// The pages of the nine systems, each followed as it is written: its block in the project that `tieout init` makes, filled in with what
// somebody with a real system would have at hand (addresses, credentials, ids of companies), then `tieout doctor`.
const pairs: Pair[] = [
	{ crm: 'salesforce', erp: 'netsuite' },
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

const companies = pairs.flatMap((pair) => [
	{ ...pair, size: 'several legal entities', isOneEntity: false },
	{ ...pair, size: 'one legal entity', isOneEntity: true },
])

describe.each(companies)('the pages of $crm and $erp, for a company of $size', ({ crm, erp, isOneEntity }) => {
	test('lead from an empty folder to connections that doctor finds nothing wrong with', async () => {
		const books = path.join(folder, `${crm}-${erp}${isOneEntity ? '-one-entity' : ''}`)
		expect((await runWords(['init', books], folder)).code).toBe(0)
		const sandboxes = await startCompany({ pair: { crm, erp } as Pair, scale: 0.01, isOneEntity })
		try {
			const environment: string[] = [`TIEOUT_NOW=${new Date(sandboxes.now()).toISOString()}`]
			const example = parse(readFileSync(path.join(books, 'tieout.yml'), 'utf8')) as Block
			const filled = [crm, erp].map((system) => filledIn(system, sandboxes, environment, books))
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

/** What a company of one legal entity and one currency writes besides, as its pages say; beside an ERP that always names both. */
const crmsOfOneEntity = ['salesforce', 'hubspot', 'espocrm'] as const

test.each(crmsOfOneEntity)(
	'the page of %s leads a company of one legal entity and one currency there too',
	async (crm) => {
		const books = path.join(folder, `${crm}-one-entity`)
		expect((await runWords(['init', books], folder)).code).toBe(0)
		const pair = { crm, erp: 'erpnext' } as const
		const sandboxes = await startCompany({ pair, scale: 0.01, isOneEntity: true })
		try {
			const environment = [`TIEOUT_NOW=${new Date(sandboxes.now()).toISOString()}`]
			// The page says what stands for all records, not the sandbox.
			const connectionsOnly = sandboxes.connections().map((connection) => ({
				...connection,
				options: Object.fromEntries(
					Object.entries(connection.options).filter(([name]) => name !== 'currency' && name !== 'legal_entity'),
				),
			}))
			const given = { isOneEntity: true, connections: () => connectionsOnly }
			const filled = [crm, 'erpnext' as const].map((system) => filledIn(system, given, environment, books))
			const small = smallBlockOf(crm)
			Object.assign(filled[0]!.connections['crm']!.options, small.connections['crm']!.options)
			const names = { US: { ...small.legal_entities!['US'], erp: filled[1]!.legal_entities!['US']!['erp'] } }
			const example = parse(readFileSync(path.join(books, 'tieout.yml'), 'utf8')) as Block
			const connections = Object.assign({}, ...filled.map((block) => block.connections))
			writeFileSync(path.join(books, 'tieout.yml'), stringify({ ...example, connections, legal_entities: names }))
			writeFileSync(path.join(books, '.env'), environment.join('\n'))
			const { out } = await runWords(['doctor', '--json'], books)
			const told = JSON.parse(out) as { findings?: { subject: string; status: string; text: string }[] }
			expect(told).toMatchObject({ findings: expect.any(Array) })
			expect(told.findings!.filter(({ status }) => status !== 'ok')).toEqual([])
		} finally {
			await sandboxes.close()
		}
	},
	30_000,
)

/** The block below the page's heading for such companies, indented: it stands beside the first one. */
function smallBlockOf(system: string): Block {
	const text = readFileSync(path.join(import.meta.dirname, '..', 'docs', 'systems', `${system}.md`), 'utf8')
	const [, block] = /^#+ One currency, one legal entity\n[\s\S]*?\n\n((?: {4}.*\n)+)/m.exec(text)!
	return parse(block!) as Block
}

type Served = Pick<Sandboxes, 'connections' | 'isOneEntity'>

/**
 * A page's block with the values of a running sandbox: secrets in `.env` under the page's own names, files beside it. A credential of
 * another login than the sandbox's is left out, as the page says of it.
 */
function filledIn(system: System, sandboxes: Served, environment: string[], books: string): Block {
	// Some pages show the connection and the legal entities apart.
	const blocks = blocksOf(system, { isOneEntity: sandboxes.isOneEntity })
	const block = Object.assign({}, ...blocks.map((text) => parse(text))) as Block
	const given = sandboxes.connections().filter(({ source }) => source === system)
	// A page without a section for such a company shows several: the others are not there.
	if (sandboxes.isOneEntity)
		for (const name of Object.keys(block.connections).slice(given.length)) delete block.connections[name]
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

/** The blocks of a page; those of its section for a company of one legal entity and one currency only for such a one, and in place of the others. */
function blocksOf(system: string, { isOneEntity = false } = {}): string[] {
	const page = readFileSync(path.join(import.meta.dirname, '..', 'docs', 'systems', `${system}.md`), 'utf8')
	const [section = ''] = /^## One [\s\S]*?(?=^## )/m.exec(page) ?? []
	const text = isOneEntity && section.includes('```yaml') ? section : page.replace(section, '')
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
