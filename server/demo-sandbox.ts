import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { TieoutError } from '../models/error.ts'
import type { CommandContext } from './command.ts'
import type { SandboxAddress } from './commands/sandbox.ts'

/** The sample company's systems in a process of their own. `stop` ends it. */
export type StartedSandbox = { address: SandboxAddress; stop(): Promise<void> }

/**
 * Starts the sandboxes in a process of their own (what they need of memory and time is not the product's), their records kept under
 * `data` for the next start. Throws `demo.sandbox` when they don't start.
 */
export async function startSandbox(
	moment: string | undefined,
	data: string,
	flags: Record<string, unknown>,
	context: CommandContext,
): Promise<StartedSandbox> {
	const words = ['sandbox', '--json', '--port', '0', '--file', path.join(data, 'sandbox.sqlite')]
	if (moment) words.push('--clock', moment)
	for (const name of ['scale', 'faults', 'crm', 'erp'])
		if (flags[name] !== undefined) words.push(`--${name}`, String(flags[name]))
	if (flags['oneEntity'] === true) words.push('--one-entity')
	const main = path.join(import.meta.dirname, 'main.ts')
	const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...words], {
		env: { ...context.environment, TIEOUT_NOW: '' },
		// The channel ends with this process, however that ends, and with it the sandboxes.
		stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
		// Ctrl-C on the terminal is ours alone: the sandboxes stop last.
		detached: process.platform !== 'win32',
	})
	const killOnExit = () => child.kill('SIGTERM')
	process.once('exit', killOnExit)
	const stop = async () => {
		process.off('exit', killOnExit)
		await endOf(child)
	}
	try {
		return { address: await firstLine(child, context.signal), stop }
	} catch (error) {
		await stop()
		throw error
	}
}

async function firstLine(child: ChildProcess, signal: AbortSignal): Promise<SandboxAddress> {
	const { promise, resolve, reject } = Promise.withResolvers<SandboxAddress>()
	createInterface({ input: child.stdout! }).once('line', (text) => {
		const said = JSON.parse(text.startsWith('{"schema') ? text : '{}') as SandboxAddress
		if (said.schema) resolve(said)
	})
	child.once('error', reject)
	child.once('close', (code) =>
		reject(
			new TieoutError('broken', 'demo.sandbox', `the sample company's systems did not start (exit code ${code})`, {
				next: 'tieout sandbox shows why',
			}),
		),
	)
	signal.addEventListener('abort', () => reject(new TieoutError('refused', 'run.interrupted', 'stopped')), {
		once: true,
	})
	return await promise
}

async function endOf(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return
	const { promise, resolve } = Promise.withResolvers<void>()
	child.once('close', () => resolve())
	child.kill('SIGTERM')
	const killer = setTimeout(() => child.kill('SIGKILL'), 5000)
	await promise
	clearTimeout(killer)
}
