import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { TieoutError } from '../../models/error.ts'
import { currentGeneration } from '../../models/generation.ts'
import { runChild } from '../child-run.ts'
import { companyClock, momentOf } from '../clock.ts'
import { type Command, type CommandContext, document, line } from '../command.ts'
import { loadConfig } from '../config.ts'
import { environmentOf } from '../configuration/secrets.ts'
import { demoMoment, writeDemoProject } from '../demo-project.ts'
import { exitCodes } from '../errors.ts'
import { statusDocument, statusLines } from '../month-status.ts'
import { type Project, projectIn } from '../project.ts'
import { openPublished } from '../published.ts'
import { startServing } from '../serving.ts'
import { sourceSummaries } from '../sources.ts'
import { openState } from '../state.ts'
import { portOf } from './port.ts'
import type { SandboxAddress } from './sandbox.ts'
import { stopped } from './serve.ts'

/**
 * `tieout demo`: the main job on the sample company. Starts its systems, runs the pipeline against them, says what came of it and
 * serves the pages until it is stopped. Ends with 0 when a month was published, whatever the verdict.
 */
export const demo: Command = async (context, { flags }) => {
	const folder = path.resolve(context.folder === process.cwd() ? 'demo' : context.folder)
	const port = portOf(flags['port'], 4000)
	const project = projectIn(folder)
	const before = currentGeneration(project.published)
	if (before)
		line(
			context.notes,
			`going on from ${await monthCount(project)} months, generation ${before.generation}, in ${folder}`,
		)
	const moment =
		flags['clock'] === undefined ? demoMoment(folder) : momentOf(String(flags['clock']), '--clock').toISOString()
	const sandbox = await startSandbox(moment, project.data, flags, context)
	try {
		writeDemoProject(folder, sandbox.address)
		line(
			context.notes,
			`sample company at ${sandbox.address.now}: Salesforce ${sandbox.address.salesforce.url}, NetSuite ${sandbox.address.netsuite.url}`,
		)
		const ran = await runChild(['run', '--project', folder, '--trigger', 'demo', '--json'], {
			environment: context.environment,
			signal: context.signal,
		})
		if (context.signal.aborted) return exitCodes.fine
		refuseFailedRun(ran, context)
		return await summarizeAndServe(folder, port, flags['once'] === true, ran.output, context)
	} finally {
		await sandbox.stop()
	}
}

async function monthCount(project: Project): Promise<number> {
	const published = await openPublished(project)
	try {
		const months = await published.db.selectFrom('marts.cells').select('period_id').distinct().execute()
		return months.length
	} finally {
		await published.close()
	}
}

type StartedSandbox = { address: SandboxAddress; stop(): Promise<void> }

/** The sandboxes in a process of their own: what they need of memory and time is not the product's. */
async function startSandbox(
	moment: string | undefined,
	data: string,
	flags: Record<string, unknown>,
	context: CommandContext,
): Promise<StartedSandbox> {
	const words = ['sandbox', '--json', '--port', '0', '--file', path.join(data, 'sandbox.sqlite')]
	if (moment) words.push('--clock', moment)
	for (const name of ['scale', 'faults']) if (flags[name] !== undefined) words.push(`--${name}`, String(flags[name]))
	const main = path.join(import.meta.dirname, '..', 'main.ts')
	const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...words], {
		env: { ...context.environment, TIEOUT_NOW: '' },
		stdio: ['ignore', 'pipe', 'inherit'],
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

/** The child has told its failure in JSON: it becomes ours. */
function refuseFailedRun({ exitCode, output }: { exitCode: number; output: string }, { notes }: CommandContext): void {
	if (exitCode === 0) return
	try {
		const { error } = JSON.parse(output) as { error: { code: string; message: string; where?: string; next?: string } }
		throw new TieoutError('broken', error.code, error.message, {
			...(error.where !== undefined && { where: error.where }),
			...(error.next !== undefined && { next: error.next }),
		})
	} catch (error) {
		if (error instanceof TieoutError) throw error
		line(notes, output)
		throw new TieoutError('broken', 'demo.run', `the run ended with exit code ${exitCode}`, {
			next: 'tieout run --project demo --verbose',
		})
	}
}

async function summarizeAndServe(
	folder: string,
	port: number,
	isOnce: boolean,
	output: string,
	context: CommandContext,
): Promise<number> {
	const config = loadConfig(folder, sourceSummaries(), context)
	const clock = companyClock(environmentOf(folder, context.environment))
	const ran = JSON.parse(output) as RunOutput
	const state = await openState(config.project.state, { now: () => clock.now().getTime() })
	try {
		const serving = isOnce
			? undefined
			: await startServing(
					{ config, state, bind: '127.0.0.1', port, hasSchedule: false },
					{ clock, log: context.log, environment: context.environment },
				)
		const status = await statusDocument(config)
		if (context.isJson)
			document(context.out, {
				...status,
				schema: 'tieout.demo/1',
				changed: changesOf(ran),
				...(serving && { url: serving.url }),
			})
		else {
			line(context.out)
			for (const text of statusLines(status, context.outStyle, { hasBreaks: true })) line(context.out, text)
			line(context.out, `  changed    ${changesOf(ran)}`)
			line(
				context.notes,
				serving
					? `next: open ${serving.url}   (Ctrl-C stops)`
					: `next: tieout demo   (serves the pages), or tieout status --project ${path.relative(process.cwd(), folder) || '.'}`,
			)
		}
		if (!serving) return exitCodes.fine
		await stopped(context.signal)
		await serving.close()
		line(context.notes, 'stopped')
		return exitCodes.fine
	} finally {
		await state.close()
	}
}

type RunOutput = {
	is_unchanged: boolean
	totals: { landed: number; loaded: number; deleted: number; quarantined: number }
	streams: { connection: string; stream: string; loaded: number }[]
	built?: string[]
	generation?: number
}

/** What the run found, in a sentence. */
function changesOf({ is_unchanged, totals, streams, built = [] }: RunOutput): string {
	if (is_unchanged) return 'nothing changed'
	if (totals.loaded + totals.deleted === 0)
		return `no records changed; ${built.length} tables were built again, because their models or the configuration changed`
	const changed = streams.filter((one) => one.loaded > 0).sort((a, b) => b.loaded - a.loaded)
	const names = changed.slice(0, 4).map((one) => `${one.connection}.${one.stream} ${one.loaded}`)
	const more = changed.length > 4 ? `, ${changed.length - 4} more streams` : ''
	return `${totals.loaded} new versions, ${totals.deleted} deleted${names.length > 0 ? ` (${names.join(', ')}${more})` : ''}`
}
