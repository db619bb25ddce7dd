import type { ConnectionPlan } from '../../extract/plan.ts'
import type { LimitedStream, LimitPlan } from '../../extract/plan-limits.ts'
import { countOf, countText, minutesText } from '../../reports/format.ts'
import type { Clock } from '../clock.ts'
import { type CommandContext, document, line } from '../command.ts'
import type { Config } from '../config.ts'
import { exitCodes } from '../errors.ts'
import { plan } from '../planning.ts'
import type { State } from '../state.ts'
import type { Style } from '../terminal.ts'
import { tableLines } from '../text-table.ts'

/** What `--plan` is about: the streams that the same command without it would read. */
export type PlanRequest = {
	config: Config
	state: State
	clock: Clock
	command: string
	streams: string[] | undefined
	full: boolean
}

/** `--plan` of `tieout run` and `tieout extract`: what it would cost each account, and which streams would be put off. Loads nothing. */
export async function tellPlan(request: PlanRequest, context: CommandContext): Promise<number> {
	const plans = await plan(request, { clock: request.clock, signal: context.signal })
	if (context.isJson) {
		document(context.out, { schema: 'tieout.plan/1', connections: plans.map(documentOf) })
		return exitCodes.fine
	}
	for (const one of plans) for (const text of textOf(one, context.outStyle)) line(context.out, context.hint(text))
	const putOff = plans.some(({ streams }) => streams.some((stream) => stream.putOffBy !== null))
	const next = putOff ? `tieout ${request.command} reads the rest and puts these off` : `tieout ${request.command}`
	line(context.notes, `next: ${next}; nothing was loaded`)
	return exitCodes.fine
}

function textOf({ connection, kind, calls, asked, seconds, streams, limits }: ConnectionPlan, style: Style): string[] {
	const isLeast = streams.some(({ basis }) => basis === 'least')
	const time = seconds === 0 ? '' : `, ${minutesText(Math.ceil(seconds / 60))} at least by its limits`
	const header = `${connection} (${kind}): ${isLeast ? 'at least ' : ''}${countOf(calls, 'call')}${time}; ${asked} asked to plan`
	const columns = ['stream', 'reads', 'records', 'from', 'calls', 'of which', '']
	return [
		style.bold(header),
		...limits.map((limit) => limitText(limit, style)),
		...tableLines(columns, streams.map(rowOf), style, 160),
		...streams.flatMap(({ stream, problem }) => (problem ? [`${style.warn} ${connection}.${stream}: ${problem}`] : [])),
		'',
	]
}

function limitText({ quota, maximum, used, left, isTold, isEnough }: LimitPlan, style: Style): string {
	const text = `${countText(used)} of ${countText(maximum)} ${quota} used${isTold ? ' (the system says)' : ''}, ${countText(left)} for this run`
	return isEnough ? style.dim(text) : style.yellow(`${style.warn} ${text}: not enough for all`)
}

function rowOf({ stream, kind, records, basis, calls, parts, putOffBy, isResumed, isTurn }: LimitedStream): string[] {
	const split = Object.entries(parts)
		.filter(([, count]) => count > 0)
		.map(([name, count]) => `${name} ${count}`)
	const remarks = [isTurn && 'its turn', isResumed && 'goes on', putOffBy && `put off: ${putOffBy}`].filter(Boolean)
	return [
		stream,
		kind === 'full' ? 'everything' : 'what changed',
		records === null ? 'unknown' : countText(records),
		{ counted: 'counted', 'last run': 'as last time', least: 'not counted' }[basis],
		countText(calls),
		split.join(', '),
		remarks.join('; '),
	]
}

function documentOf({ connection, kind, calls, asked, seconds, streams, limits }: ConnectionPlan) {
	return {
		...{ connection, source: kind, calls, asked, seconds },
		limits: limits.map(({ quota, maximum, used, left, isTold, isEnough }) => ({
			...{ quota, maximum, used, left },
			is_told_by_source: isTold,
			is_enough: isEnough,
		})),
		streams: streams.map(
			({ stream, kind: reads, records, basis, calls: own, parts, putOffBy, isResumed, isTurn, problem }) => ({
				...{ stream, reads, records, basis, calls: own, parts },
				is_resumed: isResumed,
				is_turn: isTurn,
				put_off_by: putOffBy,
				problem,
			}),
		),
	}
}
