import path from 'node:path'
import { usualPair } from '../../extract/sandbox/world/systems.ts'
import { currentGeneration, type Generation } from '../../models/generation.ts'
import { runChild } from '../child-run.ts'
import { type Clock, companyClock, momentOf } from '../clock.ts'
import { type Command, type CommandContext, document, line } from '../command.ts'
import { environmentOf } from '../configuration/secrets.ts'
import { demoMoment, demoSystems, writeDemoProject } from '../demo-project.ts'
import { changesOf, type RunOutput, readRun } from '../demo-run.ts'
import { startSandbox } from '../demo-sandbox.ts'
import { errorLines, exitCodes } from '../errors.ts'
import { loadProject } from '../load-project.ts'
import { type StatusDocument, statusDocument, statusLines } from '../month-status.ts'
import { type Project, projectIn } from '../project.ts'
import { openPublished } from '../published.ts'
import { type Serving, startServing } from '../serving.ts'
import { openState } from '../state.ts'
import { portOf } from './port.ts'
import { pairOf } from './sandbox.ts'
import { stopped } from './serve.ts'

/**
 * `tieout demo`: the main job on the sample company. Starts its systems, runs the pipeline against them, says what came of it and
 * serves the pages until it is stopped. Started again it serves what it has at once and looks for changes beside that. Ends with 0
 * when a month was published, whatever the verdict.
 */
export const demo: Command = async (context, { flags }) => {
	const folder = path.resolve(context.folder === process.cwd() ? usualFolder(flags) : context.folder)
	const project = projectIn(folder)
	const port = flags['once'] === true ? undefined : portOf(flags['port'], 4000)
	const moment =
		flags['clock'] === undefined ? demoMoment(folder) : momentOf(String(flags['clock']), '--clock').toISOString()
	const begun = performance.now()
	const starting = startSandbox(moment, project.data, { ...demoSystems(folder), ...flags }, context)
	starting.catch(() => {})
	const pages = demoPages(folder, port, context)
	try {
		const before = currentGeneration(project.published)
		if (before && demoMoment(folder)) await tellBefore(before, project, context, await pages.open())
		const { address } = await starting
		writeDemoProject(folder, address)
		const systems = address.systems.map(({ title, url }) => `${title} ${url}`).join(', ')
		line(context.notes, `sample company at ${address.now}: ${systems}`)
		if (context.isVerbose) line(context.notes, `${secondsSince(begun)} s  start of the sample company's systems`)
		await pages.open()
		const ran = await run(folder, before !== undefined && port !== undefined, context)
		if (context.signal.aborted) return exitCodes.fine
		if (ran) await summarize(folder, ran, await pages.open(), context)
		if (context.isVerbose) line(context.notes, `${secondsSince(begun)} s  all`)
		if (port !== undefined) await stopped(context.signal)
		return exitCodes.fine
	} finally {
		await pages.close()
		await starting.then(
			(sandbox) => sandbox.stop(),
			() => {},
		)
		if (port !== undefined && context.signal.aborted) line(context.notes, 'stopped')
	}
}

/** Each pair of systems has a demo of its own. */
function usualFolder(flags: Record<string, unknown>): string {
	const { crm, erp } = pairOf(flags)
	const systems = crm === usualPair.crm && erp === usualPair.erp ? 'demo' : `demo-${crm}-${erp}`
	return flags['oneEntity'] === true ? `${systems}-one-entity` : systems
}

/** The pages of the demo: opened once, as soon as there is a project, and gone on with when the company's moment moves. */
function demoPages(folder: string, port: number | undefined, context: CommandContext) {
	let opened: { serving: Serving; close(): Promise<void> } | undefined
	let clock: Clock
	return {
		open: async (): Promise<string | undefined> => {
			if (port === undefined) return undefined
			clock = companyClock(environmentOf(folder, context.environment))
			opened ??= await openPages(folder, port, () => clock, context)
			return opened.serving.url
		},
		close: async () => await opened?.close(),
	}
}

async function openPages(folder: string, port: number, clock: () => Clock, context: CommandContext) {
	const config = await loadProject(folder, context)
	const state = await openState(config.project.state, { now: () => clock().now().getTime() })
	try {
		const serving = await startServing(
			{ config, state, bind: '127.0.0.1', port, hasSchedule: false },
			{
				clock: { now: () => clock().now(), stamp: () => clock().stamp(), isFixed: true },
				log: context.log,
				environment: context.environment,
			},
		)
		const close = async () => {
			await serving.close()
			await state.close()
		}
		return { serving, close }
	} catch (error) {
		await state.close()
		throw error
	}
}

/** What there is already, and where to look at it while changes are looked for. A file that can't be read is said, not fatal. */
async function tellBefore(
	before: Generation,
	project: Project,
	context: CommandContext,
	url: string | undefined,
): Promise<void> {
	const { notes } = context
	const months = await monthCount(project, context).catch(() => 'an unreadable number of')
	line(notes, `${months} months, generation ${before.generation}, in ${project.folder}`)
	line(notes, `${url ? `open ${url}; ` : ''}looking for changes`)
}

/** Months of the company that have ended, from the first one on that the two systems are meant to share. */
async function monthCount(project: Project, context: CommandContext): Promise<number> {
	const goLive = (await loadProject(project.folder, context)).scope.go_live
	const published = await openPublished(project)
	try {
		let months = published.db
			.selectFrom('marts.periods as periods')
			.innerJoin('marts.cells as cells', 'cells.period_id', 'periods.period_id')
			.select('periods.period_id')
			.distinct()
			.where('periods.is_complete', '=', true)
		if (goLive) months = months.where('periods.start_date', '>=', goLive)
		return (await months.execute()).length
	} finally {
		await published.close()
	}
}

/** Runs the pipeline. Where pages of an earlier generation are served, its failure is said and they stay; else it is thrown. */
async function run(folder: string, isServed: boolean, context: CommandContext): Promise<RunOutput | undefined> {
	const words = ['run', '--project', folder, '--trigger', 'demo', '--json', ...(context.isVerbose ? ['--verbose'] : [])]
	const { environment, signal, notes, notesStyle: style } = context
	const ended = await runChild(words, { environment, signal })
	if (signal.aborted) return undefined
	try {
		return readRun(ended, folder)
	} catch (error) {
		if (!isServed) throw error
		for (const [index, text] of errorLines(error).entries())
			line(notes, index === 0 ? `${style.red(`${style.bad} error`)} ${text}` : text)
		line(notes, 'the generation in service stays   (Ctrl-C stops)')
		return undefined
	}
}

async function summarize(folder: string, ran: RunOutput, url: string | undefined, context: CommandContext) {
	const status: StatusDocument = await statusDocument(await loadProject(folder, context))
	const changed = changesOf(ran)
	if (context.isJson) {
		document(context.out, { ...status, schema: 'tieout.demo/1', changed, ...(url && { url }) })
		return
	}
	line(context.out)
	for (const text of statusLines(status, context.outStyle, { hasBreaks: true })) line(context.out, context.hint(text))
	line(context.out, `  changed    ${changed}`)
	const shown = path.relative(process.cwd(), folder) || '.'
	const again = shown === '.' ? 'tieout demo' : `tieout demo --project ${shown}`
	line(
		context.notes,
		url
			? `next: open ${url}   (Ctrl-C stops)`
			: `next: ${again}   (serves the pages), or tieout status --project ${shown}`,
	)
}

function secondsSince(begun: number): string {
	return ((performance.now() - begun) / 1000).toFixed(1)
}
