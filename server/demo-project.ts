import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { sources } from '../extract/registry.ts'
import { TieoutError } from '../models/error.ts'
import type { SandboxAddress } from './commands/sandbox.ts'
import { configurationJsonSchema } from './configuration/json-schema.ts'
import { sandboxSettings } from './sandbox-settings.ts'

/** The first line of the demo's `.env`: what says that the file is ours to write again. */
const mark = '# Written by tieout demo at each start: the sandboxes of the sample company. Opens nothing else.'

const oneEntity = 'one_entity'

/** The company's moment as the demo of `folder` last left it (ISO 8601), or undefined for a new one. */
export function demoMoment(folder: string): string | undefined {
	return written(folder, 'TIEOUT_NOW')
}

/** The flags that name the demo's company in `folder`, or undefined for a new one. */
export function demoSystems(folder: string): { crm: string; erp: string; oneEntity?: true } | undefined {
	const [crm, erp, size] = written(folder, 'TIEOUT_DEMO')?.split('+') ?? []
	return crm && erp ? { crm, erp, ...(size === oneEntity && { oneEntity: true }) } : undefined
}

function written(folder: string, name: string): string | undefined {
	const file = path.join(folder, '.env')
	if (!existsSync(file)) return undefined
	return new RegExp(`^${name}=(.+)$`, 'm').exec(readFileSync(file, 'utf8'))?.[1]
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
	const names = address.systems.map(({ system }) => system)
	const systems = [...names, ...(address.is_one_entity ? [oneEntity] : [])].join('+')
	const before = written(folder, 'TIEOUT_DEMO') ?? systems
	if (before !== systems)
		throw new TieoutError(
			'refused',
			'demo.other_systems',
			`${folder} is a demo of ${before.replace('+', ' and ').replace('+', ' of ')}`,
			{
				where: environmentFile,
				next: 'name another folder: tieout demo --project DIR',
			},
		)
	mkdirSync(folder, { recursive: true })
	const { environment, files } = sandboxSettings(address)
	writeOnce(path.join(folder, 'tieout.yml'), demoConfiguration(address))
	writeOnce(path.join(folder, '.gitignore'), ['data/', '.env', ...files.map(({ file }) => file), ''].join('\n'))
	writeFileSync(
		path.join(folder, 'tieout.schema.json'),
		`${JSON.stringify(configurationJsonSchema(sources.map((one) => one.kind)), null, '\t')}\n`,
	)
	for (const { file, value } of files) writeFileSync(path.join(folder, file), value, { mode: 0o600 })
	const settings = [`TIEOUT_NOW=${address.now}`, `TIEOUT_DEMO=${systems}`]
	writeFileSync(environmentFile, [mark, ...settings, ...environment, ''].join('\n'), { mode: 0o600 })
}

function writeOnce(file: string, text: string): void {
	if (!existsSync(file)) writeFileSync(file, text)
}

function demoConfiguration(address: SandboxAddress): string {
	return `${heading.replace('rate_policy: average', `rate_policy: ${address.rate_policy}`)}
${sandboxSettings(address).configuration}
${rest}`
}

const heading = `# yaml-language-server: $schema=tieout.schema.json
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
`

const rest = `# What the two systems are meant to share. Everything else is out of scope, and stays in the bridge.
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

# How old an open break of a code may get before somebody is told.
break_limits:
  not_ordered: 7d
  awaiting_approval: 14d
  not_invoiced: 45d

# The sandboxes only answer while the demo runs, so nothing is scheduled.
schedule: off
`
