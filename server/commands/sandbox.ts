import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { type Sandboxes, startSandboxes } from '../../extract/sandbox/sandbox.ts'
import { TieoutError } from '../../models/error.ts'
import { momentOf } from '../clock.ts'
import { type Command, line } from '../command.ts'
import { exitCodes } from '../errors.ts'
import { portOf } from './port.ts'
import { stopped } from './serve.ts'

/** What a started sandbox says with `--json`, on one line: where it is, and how to log in (sandbox-only credentials). */
export type SandboxAddress = {
	schema: 'tieout.sandbox/1'
	now: string
	control: string
	salesforce: { url: string; client_id: string; client_secret: string }
	netsuite: {
		url: string
		account: string
		time_zone: string
		client_id: string
		certificate_id: string
		private_key: string
	}
}

/** `tieout sandbox`: the sample company's Salesforce and NetSuite on loopback until it is stopped. */
export const sandbox: Command = async (context, { flags }) => {
	const file = typeof flags['file'] === 'string' ? path.resolve(flags['file']) : undefined
	if (file) mkdirSync(path.dirname(file), { recursive: true })
	const sandboxes = await startSandboxes({
		port: portOf(flags['port'], 0),
		...(flags['clock'] !== undefined && { now: momentOf(String(flags['clock']), '--clock').getTime() }),
		...(flags['scale'] !== undefined && { scale: numberOf(flags['scale'], '--scale', 0.01, 1000) }),
		...(flags['faults'] !== undefined && { faultRate: numberOf(flags['faults'], '--faults', 0, 1) }),
		...(file && { file }),
	})
	const address = sandboxAddress(sandboxes)
	if (context.isJson) line(context.out, JSON.stringify(address))
	else {
		line(context.out, `salesforce\t${address.salesforce.url}\tclient ${address.salesforce.client_id}`)
		line(context.out, `netsuite\t${address.netsuite.url}\taccount ${address.netsuite.account}`)
		line(context.out, `controls\t${address.control}/sandbox\tclock ${address.now}`)
		line(context.notes, 'next: tieout demo makes a project that reads them; Ctrl-C stops them')
	}
	await stopped(context.signal)
	await sandboxes.close()
	return exitCodes.fine
}

/** Where running sandboxes are, and how to log in. */
export function sandboxAddress(sandboxes: Sandboxes): SandboxAddress {
	const { salesforce, netsuite, control } = sandboxes
	return {
		schema: 'tieout.sandbox/1',
		now: new Date(sandboxes.now()).toISOString(),
		control: control.url,
		salesforce: {
			url: salesforce.url,
			client_id: salesforce.credentials.clientId,
			client_secret: salesforce.credentials.clientSecret,
		},
		netsuite: {
			url: netsuite.url,
			account: netsuite.credentials.account,
			time_zone: netsuite.timeZone,
			client_id: netsuite.credentials.clientId,
			certificate_id: netsuite.credentials.certificateId,
			private_key: netsuite.credentials.privateKey,
		},
	}
}

/** A number flag within its bounds. Throws `usage`. */
function numberOf(value: unknown, flag: string, least: number, most: number): number {
	const number = Number(value)
	if (typeof value === 'string' && value !== '' && number >= least && number <= most) return number
	throw new TieoutError(
		'usage',
		'usage.number',
		`${flag} is "${String(value)}"; expected a number from ${least} to ${most}`,
		{ where: flag },
	)
}
