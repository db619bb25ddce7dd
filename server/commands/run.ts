import { refuseUnknownStreams } from '../../extract/run.ts'
import { TieoutError } from '../../models/error.ts'
import { countText } from '../../reports/format.ts'
import { readTrust } from '../../reports/published-trust.ts'
import { companyClock } from '../clock.ts'
import { type Command, type CommandContext, type CommandInput, document, line } from '../command.ts'
import type { Config } from '../config.ts'
import { environmentOf } from '../configuration/secrets.ts'
import { exitCodes } from '../errors.ts'
import { loadProject } from '../load-project.ts'
import { type PipelineResult, runPipeline, type StepName } from '../pipeline.ts'
import { progressView } from '../progress.ts'
import { openPublished, trustSettings } from '../published.ts'
import { timingLines } from '../run-timing.ts'
import { connectionsOf } from '../sources.ts'
import { openState } from '../state.ts'

const all: StepName[] = ['extract', 'build', 'check', 'publish']

/** `tieout run`: everything. Ends with 0 when a generation was published or stays because nothing changed, whatever the verdict. */
export const runAll: Command = (context, input) => runSteps('run', all, context, input)

/** `tieout extract`: reads and loads. Ends with 3 when a stream failed. */
export const extractOnly: Command = (context, input) => runSteps('extract', ['extract'], context, input)

/** `tieout build`: builds what changed; with `--as-of` or `--at` in a file of its own, which changes nothing else. */
export const buildOnly: Command = async (context, input) => {
	if (input.flags['asOf'] === undefined && input.flags['at'] === undefined)
		return runSteps('build', ['build'], context, input)
	const { buildAsOf } = await import('./build-as-of.ts')
	return await buildAsOf(context, input)
}

/** `tieout check`: judges what was built. Ends with 1 when a blocking check fails or is broken. */
export const checkOnly: Command = (context, input) => runSteps('check', ['check'], context, input)

/** `tieout publish`: checks what was built, and puts it in service. */
export const publishOnly: Command = (context, input) => runSteps('publish', ['check', 'publish'], context, input)

async function runSteps(
	command: string,
	steps: StepName[],
	context: CommandContext,
	{ names, flags }: CommandInput,
): Promise<number> {
	const config = await loadProject(context.folder, context)
	const clock = companyClock(environmentOf(config.project.folder, context.environment))
	const state = await openState(config.project.state, { now: () => clock.now().getTime() })
	const view = progressView(context.notes, context.notesStyle)
	try {
		const streams = streamsAsked(config, names, flags['source'])
		if (flags['plan'] === true) {
			const { tellPlan } = await import('./plan.ts')
			return await tellPlan({ config, state, clock, command, streams, full: flags['full'] === true }, context)
		}
		// Before a run begins: a mistyped name is no failed run, and nobody's alert.
		refuseUnknownStreams({ connections: connectionsOf(config), streams }, { sources: [...config.ownSources] })
		const request = {
			config,
			state,
			command,
			trigger: typeof flags['trigger'] === 'string' ? flags['trigger'] : 'person',
			steps,
			streams,
			full: flags['full'] === true,
		}
		const { log, signal } = context
		const result = await runPipeline(request, { clock, log, signal, progress: view.show })
		view.end()
		if (context.isVerbose) for (const text of await timingLines(state.db, result.runId)) line(context.notes, text)
		return await tell(command, config, result, context)
	} finally {
		view.end()
		await state.close()
	}
}

/** Streams named, and with `--source` those of the connections of that name or kind. */
function streamsAsked(config: Config, names: string[], source: unknown): string[] | undefined {
	if (typeof source !== 'string') return names.length > 0 ? names : undefined
	const connections = config.connections.filter((one) => one.name === source || one.source === source)
	if (connections.length === 0)
		throw new TieoutError('usage', 'usage.unknown_source', `there is no connection ${source}`, {
			where: '--source',
			allowed: [...new Set(config.connections.flatMap((one) => [one.name, one.source]))],
			next: 'name a connection of tieout.yml, or its kind',
		})
	const known = connectionsOf(config).filter((one) => connections.some((connection) => connection.name === one.name))
	return known.flatMap((one) =>
		(names.length > 0 ? names : (one.streams ?? [])).map((stream) =>
			stream.includes('.') ? stream : `${one.name}.${stream}`,
		),
	)
}

async function tell(command: string, config: Config, result: PipelineResult, context: CommandContext): Promise<number> {
	const trust = result.published || result.isUnchanged ? await verdictOf(config) : undefined
	const failed = result.extracted?.failed ?? []
	const blocking = (result.checks ?? []).filter(
		(one) => one.isBlocking && (one.status === 'fail' || one.status === 'broken'),
	)
	const exitCode = exitCodeFor(command, failed.length > 0, blocking.length > 0)
	if (context.isJson)
		document(context.out, {
			schema: `tieout.${command}/1`,
			...summaryOf(result),
			...(trust && { verdict: trust.verdict, reasons: trust.reasons }),
		})
	else for (const text of textOf(result, trust?.verdict, context)) line(context.out, context.hint(text))
	if (!context.isJson) line(context.notes, `next: ${nextStep(command, result, blocking.length)}`)
	return exitCode
}

function exitCodeFor(command: string, hasFailed: boolean, isBlocked: boolean): number {
	if (command === 'extract' && hasFailed) return exitCodes.broke
	return command === 'check' && isBlocked ? exitCodes.notTrusted : exitCodes.fine
}

async function verdictOf(config: Config) {
	const published = await openPublished(config.project)
	try {
		return await readTrust(published.db, trustSettings(config))
	} finally {
		await published.close()
	}
}

function summaryOf(result: PipelineResult) {
	const { extracted, drift, built, checks, freshness, published, signed } = result
	return {
		run: result.runId,
		is_unchanged: result.isUnchanged,
		...(extracted && {
			totals: extracted.totals,
			streams: extracted.streams.map(
				({ connection, stream, outcome, landed, appended, quarantined, deleted, error }) => ({
					connection,
					stream,
					outcome,
					landed,
					loaded: appended,
					quarantined,
					deleted,
					...(error && { error }),
				}),
			),
		}),
		...(drift && drift.length > 0 && { drift }),
		...(built && { built: built.built, unchanged: built.unchanged.length, not_loaded: built.notLoaded }),
		...(checks && {
			checks: checks.map(({ name, status, owner, isBlocking, problemCount, explanation }) => ({
				name,
				status,
				owner,
				is_blocking: isBlocking,
				problem_count: problemCount,
				explanation,
			})),
		}),
		...(freshness && { freshness }),
		...(published && { generation: published.generation, content_hash: published.contentHash }),
		...(signed && signed.length > 0 && { signed }),
	}
}

function textOf(
	{ extracted, drift = [], built, checks, published, signed = [], isUnchanged }: PipelineResult,
	verdict: string | undefined,
	{ outStyle: style }: CommandContext,
): string[] {
	const lines: string[] = []
	if (extracted) {
		const { totals, streams } = extracted
		lines.push(
			`extracted  ${streams.length} streams, ${countText(totals.landed)} records, ${countText(totals.loaded)} new versions, ${countText(totals.deleted)} deleted, ${countText(totals.quarantined)} in quarantine`,
		)
		for (const one of extracted.failed)
			lines.push(
				`${style.red(`${style.bad} ${one.outcome}`)}  ${one.connection}.${one.stream}: ${one.error?.message ?? ''}`,
			)
		for (const one of extracted.held)
			lines.push(
				`${style.yellow(`${style.warn} held`)}  ${one.connection}.${one.stream}: ${one.error?.message ?? 'far fewer records than the last full run'}`,
			)
	}
	for (const { connection, stream, effect } of drift)
		lines.push(
			`${effect.breaks ? style.red(`${style.bad} schema`) : `  schema`}  ${connection}.${stream}: ${effect.text}`,
		)
	if (built) lines.push(`built      ${built.built.length} tables, ${built.unchanged.length} unchanged`)
	if (checks) {
		for (const one of checks.filter((result) => result.status !== 'pass' && result.status !== 'not run'))
			lines.push(
				`${one.status === 'warn' ? style.yellow(`${style.warn} warn`) : style.red(`${style.bad} ${one.status}`)}  ${one.name}: ${one.explanation} (owner ${one.owner})`,
			)
		lines.push(`checks     ${checks.filter((one) => one.status === 'pass').length} of ${checks.length} pass`)
	}
	if (isUnchanged) lines.push('nothing changed: the generation in service stays')
	if (published) lines.push(`published  generation ${published.generation}`)
	for (const text of signed) lines.push(`${style.yellow(`${style.warn} signed`)}  ${text}`)
	if (verdict) lines.push(`verdict    ${verdict}`)
	return lines
}

function nextStep(command: string, { extracted, runId, signed = [] }: PipelineResult, blocking: number): string {
	const failed = extracted?.failed[0]
	if (failed) return failed.error?.next ?? `tieout doctor --source ${failed.connection}`
	const held = extracted?.held[0]
	if (held) return `tieout replay --held load --confirm ${held.runId ?? runId}   (or --held discard)`
	if (blocking > 0) return 'tieout status'
	if (signed.length > 0) return 'tieout close'
	return (
		{
			extract: 'tieout build',
			build: 'tieout check',
			check: 'tieout publish',
			publish: 'tieout status',
			run: 'tieout status',
		}[command] ?? 'tieout status'
	)
}
