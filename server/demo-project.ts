import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { sources } from '../extract/registry.ts'
import { TieoutError } from '../models/error.ts'
import type { SandboxAddress } from './commands/sandbox.ts'
import { configurationJsonSchema } from './configuration/json-schema.ts'

/** The first line of the demo's `.env`: what says that the file is ours to write again. */
const mark = '# Written by tieout demo at each start: the sandboxes of the sample company. Opens nothing else.'

/** The company's moment as the demo of `folder` last left it (ISO 8601), or undefined for a new one. */
export function demoMoment(folder: string): string | undefined {
	const file = path.join(folder, '.env')
	if (!existsSync(file)) return undefined
	return /^TIEOUT_NOW=(.+)$/m.exec(readFileSync(file, 'utf8'))?.[1]
}

/**
 * Makes the demo's project when there is none, and writes where the sandboxes are this time. `tieout.yml` is written once and is the
 * user's to change from then on. Throws `demo.other_project` for a folder that holds another project.
 */
export function writeDemoProject(folder: string, address: SandboxAddress): void {
	const environmentFile = path.join(folder, '.env')
	const isOurs = !existsSync(environmentFile) || readFileSync(environmentFile, 'utf8').startsWith(mark)
	if (!isOurs)
		throw new TieoutError(
			'refused',
			'demo.other_project',
			`${folder} is another project: its .env was not written by the demo`,
			{
				where: environmentFile,
				next: 'name another folder: tieout demo --project DIR',
			},
		)
	mkdirSync(folder, { recursive: true })
	writeOnce(path.join(folder, 'tieout.yml'), demoConfiguration)
	writeOnce(path.join(folder, '.gitignore'), 'data/\n.env\nnetsuite.pem\n')
	writeFileSync(
		path.join(folder, 'tieout.schema.json'),
		`${JSON.stringify(configurationJsonSchema(sources.map((one) => one.kind)), null, '\t')}\n`,
	)
	writeFileSync(path.join(folder, 'netsuite.pem'), address.netsuite.private_key, { mode: 0o600 })
	writeFileSync(environmentFile, environmentText(address), { mode: 0o600 })
}

function writeOnce(file: string, text: string): void {
	if (!existsSync(file)) writeFileSync(file, text)
}

function environmentText({ now, salesforce, netsuite }: SandboxAddress): string {
	return [
		mark,
		`TIEOUT_NOW=${now}`,
		`SALESFORCE_URL=${salesforce.url}`,
		`SALESFORCE_CLIENT_ID=${salesforce.client_id}`,
		`SALESFORCE_CLIENT_SECRET=${salesforce.client_secret}`,
		`NETSUITE_URL=${netsuite.url}`,
		`NETSUITE_ACCOUNT=${netsuite.account}`,
		`NETSUITE_CLIENT_ID=${netsuite.client_id}`,
		`NETSUITE_CERTIFICATE_ID=${netsuite.certificate_id}`,
		`NETSUITE_TIME_ZONE=${netsuite.time_zone}`,
		'',
	].join('\n')
}

const demoConfiguration = `# yaml-language-server: $schema=tieout.schema.json
# The sample company of "tieout demo". Change what you like: the next start goes on with it.
company:
  name: Halvorsen Instruments
  time_zone: America/New_York
  reporting_currency: USD
  rate_policy: average
  materiality: 10000.00

calendar:
  from: 2025-03
  to: 2026-12

connections:
  crm:
    source: salesforce
    owner: ana
    record_url: https://halvorsen.my.salesforce.example/{id}
    options:
      url: \${env:SALESFORCE_URL}
      client_id: \${env:SALESFORCE_CLIENT_ID}
      client_secret: \${env:SALESFORCE_CLIENT_SECRET}
    freshness: { warn: 4h, error: 24h }
  erp:
    source: netsuite
    owner: ben
    record_url: https://halvorsen.netsuite.example/app/{object}?id={id}
    options:
      url: \${env:NETSUITE_URL}
      account: \${env:NETSUITE_ACCOUNT}
      client_id: \${env:NETSUITE_CLIENT_ID}
      certificate_id: \${env:NETSUITE_CERTIFICATE_ID}
      private_key: \${file:netsuite.pem}
      algorithm: ES256
      time_zone: \${env:NETSUITE_TIME_ZONE}
      concurrency: 4
    freshness: { warn: 4h, error: 24h }

legal_entities:
  US: { crm: Halvorsen US, erp: 1 }
  DE: { crm: Halvorsen DE, erp: 2 }
  UK: { crm: Halvorsen UK, erp: 3 }
  JP: { crm: Halvorsen JP, erp: 4 }

# What the two systems are meant to share. Everything else is out of scope, and stays in the bridge.
scope:
  go_live: 2025-05-01
  minimum_amount: { amount: 5000, currency: USD }
  exclude_channels: [web]

# Which system owns a field that both have.
field_owners:
  customers:
    name: { owner: crm }
    tax_number: { owner: erp }
    payment_terms: { owner: erp }
    currency: { owner: erp }
    segment: { owner: crm }

owners:
  default: ana

# The sandboxes only answer while the demo runs, so nothing is scheduled.
schedule: off
`
