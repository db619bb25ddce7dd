import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { TieoutError } from '../../models/error.ts'
import { loadConfig, type SourceSummary } from '../../server/config.ts'
import { calendarPeriods } from '../../server/configuration/calendar-schema.ts'
import { configurationJsonSchema } from '../../server/configuration/json-schema.ts'
import { configurationTables } from '../../server/configuration/tables.ts'
import { redact } from '../../server/log.ts'

const options = z.strictObject({ client_secret: z.string(), page_size: z.number().optional() })
const sources: Record<string, SourceSummary> = {
	salesforce: { role: 'crm', options, streams: ['accounts', 'opportunities'], fields: ['erp_id', 'accounts.erp_id'] },
	netsuite: { role: 'erp', options: z.looseObject({}), streams: ['customers', 'transactions'] },
}

const complete = `company:
  name: Example Ltd
  time_zone: America/New_York
  reporting_currency: USD
  materiality: 10000.50
calendar:
  from: 2026-01
connections:
  crm:
    source: salesforce
    options:
      client_secret: \${env:CRM_SECRET}
      page_size: 500
    fields:
      erp_id: ERP_Id__c
    freshness: { warn: 4h, error: 2d }
  erp:
    source: netsuite
legal_entities:
  US:
    crm: United States
    erp: [1, 7]
scope:
  go_live: 2025-05-01
  minimum_amount: { amount: 5000, currency: USD }
  exclude_channels: [web]
  exclude_accounts: [0041000000, 'erp:8000']
field_owners:
  customers:
    name: { owner: crm }
`

let folder: string
beforeEach(() => {
	folder = mkdtempSync(path.join(tmpdir(), 'tieout-config-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function load(text: string, environment: NodeJS.ProcessEnv = { CRM_SECRET: 'a-secret-of-the-crm' }) {
	writeFileSync(path.join(folder, 'tieout.yml'), text)
	return loadConfig(folder, sources, { environment })
}

function failure(text: string, environment?: NodeJS.ProcessEnv): TieoutError {
	try {
		load(text, environment)
	} catch (error) {
		if (error instanceof TieoutError) return error
		throw error
	}
	throw new Error('the configuration was accepted')
}

test('a complete configuration keeps amounts as written and fills in defaults', () => {
	const config = load(complete)
	expect(config.company.materiality).toBe('10000.50')
	expect(config.company.rate_policy).toBe('average')
	expect(config.connections.map(({ name, role }) => [name, role])).toEqual([
		['crm', 'crm'],
		['erp', 'erp'],
	])
	expect(config.connections[0]!.options).toEqual({ client_secret: 'a-secret-of-the-crm', page_size: 500 })
	expect(config.connections[0]!.freshness).toEqual({ warn: 240, error: 2880 })
	expect(config.legal_entities['US']!['erp']).toEqual(['1', '7'])
	expect(config.server).toEqual({ bind: '127.0.0.1', port: 4000, tokens: {} })
})

test('a secret that was read never appears in a message', () => {
	load(complete)
	expect(redact('the token a-secret-of-the-crm was refused')).toBe('the token [redacted] was refused')
})

test('a secret may come from a command, so that any vault works; what it prints is never shown', () => {
	const fromVault = (command: string) => complete.replace(`\${env:CRM_SECRET}`, `'\${command:${command}}'`)
	const config = load(fromVault('printf "a-secret-of-the-vault\\n"'))
	expect(config.connections[0]!.options['client_secret']).toBe('a-secret-of-the-vault')
	expect(redact('refused: a-secret-of-the-vault')).toBe('refused: [redacted]')
	const error = failure(fromVault('echo the vault is sealed >&2; exit 7'))
	expect(error.code).toBe('config.command_failed')
	expect(error.message).toBe(
		'tieout.yml:12:22: connections.crm.options.client_secret comes from a command that ended with 7: the vault is sealed',
	)
	expect(error.next).toBe('run it yourself in the project\u2019s folder: echo the vault is sealed >&2; exit 7')
	expect(failure(fromVault('true')).message).toContain('a command that printed nothing')
})

describe('errors name file, line, column, value, what is allowed and the next step', () => {
	test.each([
		[
			'a mistyped source',
			complete.replace('source: salesforce', 'source: salesfroce'),
			'tieout.yml:10:13: connections.crm.source is "salesfroce"; allowed: netsuite, salesforce',
			'write salesforce',
		],
		[
			'a custom field under a name that its source does not read',
			complete.replace('      erp_id: ERP_Id__c', '      erpid: ERP_Id__c'),
			'tieout.yml:15:7: a field under connections.crm.fields is "erpid"; allowed: erp_id, accounts.erp_id',
			'write erp_id',
		],
		[
			'a setting that is none',
			complete.replace('  materiality:', '  matreiality:'),
			'tieout.yml:5:3: company.matreiality is not a setting; allowed: name, time_zone, reporting_currency, rate_policy, materiality',
			'write materiality',
		],
		[
			'a shared field that is not compared',
			complete.replace('    name: { owner: crm }', '    website: { owner: crm }'),
			'tieout.yml:30:5: field_owners.customers.website is not a setting; allowed: name, tax_number, payment_terms, currency, country, state, city, postal_code, street, email, phone, segment, credit_limit_amount',
			undefined,
		],
		[
			'a tolerance that is no amount',
			complete.replace('    name: { owner: crm }', '    name: { owner: crm, tolerance: case }'),
			'tieout.yml:30:36: field_owners.customers.name.tolerance is "case"; expected an amount such as 0.50',
			undefined,
		],
		[
			'an amount with a thousands separator',
			complete.replace('10000.50', '10,000.50'),
			'tieout.yml:5:16: company.materiality is "10,000.50"; expected an amount such as 5000 or 880.50',
			undefined,
		],
		[
			'a missing setting',
			complete.replace('  name: Example Ltd\n', ''),
			'tieout.yml:2:3: company.name is missing; expected text',
			undefined,
		],
		[
			'an unknown currency',
			complete.replace('reporting_currency: USD', 'reporting_currency: USX'),
			'tieout.yml:4:23: company.reporting_currency is "USX"; allowed: a code of ISO 4217 such as USD, or one under currencies:',
			undefined,
		],
		[
			'an impossible date',
			complete.replace('2025-05-01', '2025-02-30'),
			'tieout.yml:24:12: scope.go_live is "2025-02-30"; expected a date such as 2026-10-31',
			undefined,
		],
		[
			'a duration without a unit',
			complete.replace('warn: 4h', 'warn: 4'),
			'tieout.yml:16:24: connections.crm.freshness.warn is "4"; expected a duration such as 15m, 4h or 2d',
			undefined,
		],
		[
			'a cron expression that is none',
			`${complete}schedule: every night\n`,
			'tieout.yml:31:11: schedule is "every night"; expected a cron expression of five fields such as "0 2 * * *", or off',
			undefined,
		],
		[
			'a legal entity of an unknown connection',
			complete.replace('    erp: [1, 7]', '    epr: [1, 7]'),
			'tieout.yml:22:5: a connection under legal_entities.US is "epr"; allowed: crm, erp',
			'write erp',
		],
		[
			'one side missing',
			complete.replace('  erp:\n    source: netsuite\n', '').replace('    erp: [1, 7]\n', ''),
			'tieout.yml:8:1: no connection has the role erp',
			'add a connection of an ERP, or write role: erp under the one that is it',
		],
		[
			'a source option that is none',
			complete.replace('page_size: 500', 'page_szie: 500'),
			'tieout.yml:13:7: connections.crm.options.page_szie is not a setting; allowed: client_secret, page_size',
			'write page_size',
		],
		[
			'the same key twice',
			complete.replace('calendar:', 'company: {}\ncalendar:'),
			'tieout.yml:6:1: not valid YAML: Map keys must be unique',
			'check the indentation and the quotes around this place',
		],
		[
			'a secret in the file itself',
			complete.replace(/\$\{env:CRM_SECRET\}/, 'hunter2hunter2'),
			'tieout.yml:12:22: connections.crm.options.client_secret is a secret and stands in the file itself',
			`write "\${env:CRM_CLIENT_SECRET}" here, and CRM_CLIENT_SECRET=... into .env, which is not committed`,
		],
	])('%s', (_, text, message, next) => {
		const error = failure(text)
		expect(error.message).toBe(message)
		if (next) expect(error.next).toBe(next)
		expect(error.kind).toBe('configuration')
		expect(error.where).toBe(message.slice(0, message.indexOf(': ')))
	})

	test('a variable that is not set', () => {
		const error = failure(complete, {})
		expect(error.message).toBe(
			'tieout.yml:12:22: connections.crm.options.client_secret needs the environment variable CRM_SECRET, which is not set',
		)
		expect(error.next).toBe('put CRM_SECRET=... into .env beside tieout.yml, or set it where tieout is started')
	})

	test('several problems are told at once, in the order of the file', () => {
		const error = failure(complete.replace('source: salesforce', 'source: salesfroce').replace('USD\n', 'USX\n'))
		expect(error.message.split('\n').map((line) => line.slice(0, 16))).toEqual(['tieout.yml:4:23:', 'tieout.yml:10:13'])
	})

	test('a folder without a configuration', () => {
		expect(() => loadConfig(folder, sources)).toThrow(/there is no tieout.yml in /)
	})
})

test('of a connection that is switched off no variable need be there, but what says how its records are read', () => {
	const kept = complete.replace('  crm:\n', '  crm:\n    enabled: false\n')
	const [crm] = load(kept, {}).connections
	expect([crm!.isUnset, crm!.options]).toEqual([true, { page_size: 500 }])
	expect(load(kept).connections[0]!.isUnset).toBeUndefined()
	expect(failure(kept.replace('page_size: 500', 'page_size: many'), {}).message).toContain('page_size')
	const zone = failure(kept.replace('page_size: 500', `time_zone: "\${env:CRM_ZONE}"`), {})
	expect([zone.code, zone.next]).toEqual(['config.missing_variable', expect.stringContaining('write its value here')])
	expect(failure(kept.replace(`\${env:CRM_SECRET}`, 'a-secret-of-the-crm'), {}).code).toBe('config.literal_secret')
})

test('.env gives variables, and the process wins over it', () => {
	writeFileSync(path.join(folder, '.env'), 'CRM_SECRET=from-the-env-file\n')
	expect(load(complete, {}).connections[0]!.options['client_secret']).toBe('from-the-env-file')
	expect(load(complete, { CRM_SECRET: 'from-the-process' }).connections[0]!.options['client_secret']).toBe(
		'from-the-process',
	)
})

test('the calendar without an end runs to the month after the company clock', () => {
	const periods = calendarPeriods({ from: '2026-10' }, '2026-12-31')
	expect(periods.map((period) => `${period.periodId} ${period.startDate} ${period.endDate}`)).toEqual([
		'2026-10 2026-10-01 2026-10-31',
		'2026-11 2026-11-01 2026-11-30',
		'2026-12 2026-12-01 2026-12-31',
		'2027-01 2027-01-01 2027-01-31',
	])
})

test('the rules of a pair of systems stand in the settings with their places; what takes the rest comes last', () => {
	const pair = (lines: string) => `${complete}
links:
  - { crm: crm, erp: erp, orders: [deal_names_order], lines: [${lines}], invoices: parts }
`
	const [settings] = configurationTables(
		load(pair('only_one_of_product, line_names_deal_line')),
		[],
		{},
		{ now: new Date('2026-11-05T03:00:00Z') },
	).filter(({ name }) => name === 'settings')
	expect(settings!.rows).toEqual(
		expect.arrayContaining([
			['order_links:crm:erp:deal_names_order', '1'],
			['line_links:crm:erp:only_one_of_product', '1'],
			['line_links:crm:erp:line_names_deal_line', '2'],
			['invoices_bill_parts:crm:erp', '1'],
		]),
	)
	expect(() => load(pair('lines_left, same_product'))).toThrow('put it last')
	expect(() => load(pair('same_product, same_product'))).toThrow('each rule once')
})

test('what options say of all records must be a currency, and a legal entity that legal_entities names for the connection', () => {
	const summary: SourceSummary = {
		...sources['salesforce']!,
		options: z.looseObject({}),
		own: (given) => ({ currency: String(given['currency']), legalEntity: String(given['legal_entity']) }),
	}
	const written = (own: string) => complete.replace('      page_size: 500', own)
	const loadWith = (own: string) => {
		writeFileSync(path.join(folder, 'tieout.yml'), written(own))
		return loadConfig(folder, { ...sources, salesforce: summary }, { environment: { CRM_SECRET: 'a-secret' } })
	}
	const right = '      currency: USD\n      legal_entity: United States'
	expect(loadWith(right).connections[0]!.options['currency']).toBe('USD')
	expect(() => loadWith(right.replace('USD', 'USX'))).toThrow(
		'tieout.yml:13:17: connections.crm.options.currency is "USX"; allowed: a code of ISO 4217 such as USD, or one under currencies:',
	)
	expect(() => loadWith(right.replace('United States', 'US'))).toThrow(
		'tieout.yml:14:21: connections.crm.options.legal_entity is "US", which legal_entities does not name for crm',
	)
})

test('the configuration becomes the tables that models read', () => {
	const now = new Date('2026-11-05T03:00:00Z')
	const tables = configurationTables(load(complete), [], { crm: { referenceForm: 'salesforce' } }, { now })
	const rows = (name: string) => tables.find((table) => table.name === name)!.rows
	expect(rows('connections')[0]).toEqual([
		'crm',
		'salesforce',
		'crm',
		'salesforce',
		'America/New_York',
		null,
		'true',
		null,
		null,
		null,
		'1',
		...Array.from({ length: 5 }, () => null),
	])
	expect(rows('legal_entities')).toEqual([
		['US', 'crm', 'United States'],
		['US', 'erp', '1'],
		['US', 'erp', '7'],
	])
	expect(rows('scope')).toEqual([
		['go_live', '2025-05-01', null],
		['minimum_amount', '5000', 'USD'],
		['channel', 'web', null],
		['account', '0041000000', null],
		['account', 'erp:8000', null],
	])
	expect(rows('settings')).toContainEqual(['time_zone', 'America/New_York'])
	expect(rows('currencies').filter(([code]) => ['JPY', 'KWD', 'USD'].includes(code!))).toEqual([
		['JPY', '0'],
		['KWD', '3'],
		['USD', '2'],
	])
})

test('the schema for editors is draft 7, takes amounts as text or number, and names the sources', () => {
	const schema = configurationJsonSchema(['netsuite', 'salesforce'])
	expect(schema['$schema']).toBe('http://json-schema.org/draft-07/schema#')
	const text = JSON.stringify(schema)
	expect(text).toContain('"enum":["netsuite","salesforce"]')
	expect(schema.properties?.['company']?.properties?.['materiality']?.['type']).toEqual(['string', 'number'])
})
