import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { type Sandboxes, startSandboxes } from '../../extract/sandbox/sandbox.ts'
import type { SandboxConnection } from '../../extract/sandbox/system.ts'
import { chosenPair } from '../../extract/sandbox/systems.ts'
import type { Pair } from '../../extract/sandbox/world/systems.ts'
import { TieoutError } from '../../models/error.ts'
import { momentOf } from '../clock.ts'
import { type Command, line } from '../command.ts'
import { exitCodes } from '../errors.ts'
import { sandboxSettings } from '../sandbox-settings.ts'
import { portOf } from './port.ts'
import { stopped } from './serve.ts'

/** What a started sandbox says with `--json`, on one line: where it is, and how a project reads it (sandbox-only credentials). */
export type SandboxAddress = {
	schema: 'tieout.sandbox/2'
	now: string
	control: string
	systems: { system: string; title: string; url: string }[]
	connections: SandboxConnection[]
	/** Whether the company has one legal entity in place of four. */
	is_one_entity: boolean
	/** By which rates the company's currencies are brought together: an ERP without group rates leaves it to the CRM's. */
	rate_policy: 'average' | 'crm'
}

/** `tieout sandbox`: the sample company's CRM and ERP on loopback until it is stopped. */
export const sandbox: Command = async (context, { flags }) => {
	const file = typeof flags['file'] === 'string' ? path.resolve(flags['file']) : undefined
	if (file) mkdirSync(path.dirname(file), { recursive: true })
	const sandboxes = await startSandboxes({
		port: portOf(flags['port'], 0),
		pair: pairOf(flags),
		...(flags['clock'] !== undefined && { now: momentOf(String(flags['clock']), '--clock').getTime() }),
		isOneEntity: flags['oneEntity'] === true,
		...(flags['scale'] !== undefined && { scale: numberOf(flags['scale'], '--scale', 0.01, 1000) }),
		...(flags['faults'] !== undefined && { faultRate: numberOf(flags['faults'], '--faults', 0, 1) }),
		...(file && { file }),
	})
	const address = sandboxAddress(sandboxes)
	if (context.isJson) line(context.out, JSON.stringify(address))
	else {
		for (const text of addressLines(address)) line(context.out, text)
		line(context.notes, 'next: write these into a project of tieout init, then tieout doctor; Ctrl-C stops the systems')
	}
	await stopped(context.signal)
	await sandboxes.close()
	return exitCodes.fine
}

/** The systems that the flags `--crm` and `--erp` name. Throws `usage.system`. */
export function pairOf(flags: Record<string, unknown>): Pair {
	const name = (flag: string) => (flags[flag] === undefined ? undefined : String(flags[flag]))
	return chosenPair(name('crm'), name('erp'))
}

/** Where running sandboxes are, and how to log in. */
export function sandboxAddress(sandboxes: Sandboxes): SandboxAddress {
	return {
		schema: 'tieout.sandbox/2',
		now: new Date(sandboxes.now()).toISOString(),
		control: sandboxes.control.url,
		systems: sandboxes.systems,
		connections: sandboxes.connections(),
		is_one_entity: sandboxes.isOneEntity,
		rate_policy: sandboxes.lacks.has('erp_rates') ? 'crm' : 'average',
	}
}

/** For a person: where everything is, then what a project takes over, as it stands in its files. */
function addressLines(address: SandboxAddress): string[] {
	const { configuration, environment, files } = sandboxSettings(address)
	return [
		...address.systems.map(({ system, title, url }) => `${system}\t${url}\t${title}`),
		`controls\t${address.control}/sandbox\tclock ${address.now}`,
		`\n# tieout.yml; company.rate_policy: ${address.rate_policy}\n${configuration}`,
		`# .env\nTIEOUT_NOW=${address.now}\n${environment.join('\n')}`,
		...files.map(({ file, value }) => `\n# ${file}\n${value.trimEnd()}`),
	]
}

/** A number flag within its bounds. Throws `usage`. */
function numberOf(value: unknown, flag: string, least: number, most: number): number {
	const number = Number(value)
	if (typeof value === 'string' && value !== '' && number >= least && number <= most) return number
	throw new TieoutError(
		'usage',
		'usage.number',
		`${flag} is "${String(value)}"; expected a number from ${least} to ${most}`,
		{ where: flag, next: 'correct it' },
	)
}
