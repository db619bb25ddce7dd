import { userInfo } from 'node:os'
import { decideHeldRun, replayLanding, replayQuarantine } from '../../extract/replay.ts'
import { warehouseAt } from '../../extract/warehouse-turn.ts'
import { TieoutError } from '../../models/error.ts'
import { countOf, signedAmountText } from '../../reports/format.ts'
import { companyClock } from '../clock.ts'
import { type Command, type CommandContext, document, line } from '../command.ts'
import type { Config } from '../config.ts'
import { knownCurrencies } from '../configuration/schema.ts'
import { environmentOf } from '../configuration/secrets.ts'
import { exitCodes } from '../errors.ts'
import { extractState } from '../extract-state.ts'
import { loadProject } from '../load-project.ts'
import { quarantineGroups } from '../quarantine.ts'
import { connectionsOf } from '../sources.ts'
import { openState, type State } from '../state.ts'
import { streamLocks } from '../stream-locks.ts'
import { noteLoss, settleLoss } from '../warehouse-repair.ts'

/**
 * `tieout replay`: loads the landing archive again (into a warehouse that is whole nothing changes), with `--quarantine` only the
 * records that were not loaded, with `--held` carries out a decision about a held run, which `--confirm` names.
 */
export const replay: Command = async (context, { names, flags }) => {
	const config = await loadProject(context.folder, context)
	const clock = companyClock(environmentOf(config.project.folder, context.environment))
	const now = () => clock.now().getTime()
	const state = await openState(config.project.state, { now })
	const lock = await streamLocks(state.db).take('pipeline')
	try {
		if ('holder' in lock)
			throw new TieoutError('busy', 'run.busy', `a run is under way: ${lock.holder}`, { next: 'wait for it to end' })
		const resources = {
			state: extractState(state.db, { now }),
			warehouse: warehouseAt(config.project.warehouse, config.loading),
			landing: config.project.landing,
			sources: [...config.ownSources],
		}
		const work = {
			config,
			state,
			resources,
			effects: { now, signal: context.signal },
			streams: names,
			source: flags['source'],
			...chosen(flags),
		}
		if (flags['list'] === true) return await list(work, context, clock.now())
		if (flags['held'] !== undefined) return await decide(work, flags, context)
		const isOfQuarantine = ['quarantine', 'code', 'record'].some((name) => flags[name] !== undefined)
		return isOfQuarantine ? await fromQuarantine(work, context) : await fromLanding(work, context)
	} finally {
		if (!('holder' in lock)) await lock.release()
		await state.close()
	}
}

type Work = {
	config: Config
	state: State
	resources: Parameters<typeof replayLanding>[1]
	effects: { now: () => number; signal: AbortSignal }
	streams: string[]
	source: unknown
	/** Of the quarantine: only this reason, only this record. */
	code?: string
	ids?: number[]
}

function chosen(flags: Record<string, unknown>): Pick<Work, 'code' | 'ids'> {
	const [code, record] = [flags['code'], flags['record']]
	if (record !== undefined && !/^\d+$/.test(String(record)))
		throw new TieoutError('usage', 'usage.record', `--record is "${String(record)}"`, {
			where: '--record',
			next: 'write the number that Health: Quarantine shows, such as --record 12',
		})
	return { ...(code !== undefined && { code: String(code) }), ...(record !== undefined && { ids: [Number(record)] }) }
}

/** What waits, by reason: the same groups as Health: Quarantine shows. */
async function list(
	{ config, state, streams, source, code }: Work,
	context: CommandContext,
	now: Date,
): Promise<number> {
	const connections = requestsOf({ config, streams, source }).flatMap((request) => request.connections)
	const names = new Set(connections.map((one) => one.name))
	const isAsked = (name: string) =>
		streams.length === 0 || streams.some((one) => one === name || name.endsWith(`.${one}`))
	const groups = (await quarantineGroups(state.db, now)).filter(
		(one) =>
			names.has(one.connection) &&
			isAsked(`${one.connection}.${one.stream}`) &&
			(code === undefined || code === one.code),
	)
	if (context.isJson) {
		document(context.out, { schema: 'tieout.quarantine/1', groups })
		return exitCodes.fine
	}
	const digits = knownCurrencies(config)
	for (const { connection, stream, code: reason, records, money, without_amount, oldest_at, weeks } of groups) {
		const amounts = money.map((one) => `${signedAmountText(one.amount, digits.get(one.currency))} ${one.currency}`)
		const about = [...amounts, ...(without_amount > 0 ? [`${without_amount} without a readable amount`] : [])].join(
			', ',
		)
		const trend = weeks.map(({ waiting }) => waiting).join(' ')
		line(
			context.out,
			`${connection}.${stream}\t${reason}\t${countOf(records, 'record')}\t${about}\tsince ${oldest_at.slice(0, 16)}Z\tby week ${trend}`,
		)
	}
	if (groups.length === 0) line(context.out, 'no records in quarantine')
	line(
		context.notes,
		groups.length > 0 ? `next: tieout replay --quarantine --code ${groups[0]!.code}` : 'next: tieout status',
	)
	return exitCodes.fine
}

async function fromQuarantine(work: Work, context: CommandContext): Promise<number> {
	const replayed = (
		await Promise.all(
			requestsOf(work).map((request) =>
				replayQuarantine(
					{ ...request, ...(work.code !== undefined && { code: work.code }), ...(work.ids && { ids: work.ids }) },
					work.resources,
					work.effects,
				),
			),
		)
	).flat()
	const kept = replayed.reduce((sum, one) => sum + one.kept, 0)
	if (context.isJson) document(context.out, { schema: 'tieout.replay/1', streams: replayed })
	else {
		for (const { connection, stream, loaded, kept: left, reasons } of replayed) {
			const why = Object.entries(reasons)
				.map(([code, count]) => `${count} ${code}`)
				.join(', ')
			line(
				context.out,
				`${connection}.${stream}\t${loaded} loaded\t${left} still in quarantine${why ? ` (${why})` : ''}`,
			)
		}
		if (replayed.length === 0)
			line(context.out, work.code || work.ids ? 'no such record in quarantine' : 'no records in quarantine')
		line(
			context.notes,
			kept > 0
				? 'next: correct them in the source (Health: Quarantine shows each), or the fields: of the connection, then replay again'
				: 'next: tieout run',
		)
	}
	return exitCodes.fine
}

async function fromLanding(work: Work, context: CommandContext): Promise<number> {
	const all: Record<string, number> = {}
	const { warehouse } = work.config.project
	await noteLoss(warehouse, work.state)
	for (const request of requestsOf(work)) Object.assign(all, (await replayLanding(request, work.resources)).appended)
	if (work.streams.length === 0 && work.source === undefined) settleLoss(warehouse)
	if (context.isJson) document(context.out, { schema: 'tieout.replay/1', appended: all })
	else {
		for (const [stream, count] of Object.entries(all)) line(context.out, `${stream}\t${count} versions came back`)
		line(context.notes, 'next: tieout build')
	}
	return exitCodes.fine
}

async function decide(work: Work, flags: Record<string, unknown>, context: CommandContext): Promise<number> {
	const decision = flags['held']
	if (decision !== 'load' && decision !== 'discard')
		throw new TieoutError('usage', 'usage.held', `--held is "${String(decision)}"`, {
			where: '--held',
			allowed: ['load', 'discard'],
			next: 'write load or discard',
		})
	const held = await work.resources.state.heldRuns()
	const waiting = held.filter((one) => one.decision === null)
	const run = waiting.find((one) => one.runId === flags['confirm'])
	if (!run)
		throw new TieoutError(
			'usage',
			'usage.confirm',
			waiting.length > 0
				? `--confirm names the held run that is meant: ${waiting.map((one) => `${one.runId} (${one.connection}.${one.stream}: ${one.rowsNow} rows where ${one.rowsBefore} were)`).join(', ')}`
				: 'no run is held',
			{
				where: '--confirm',
				allowed: waiting.map((one) => one.runId),
				next: waiting[0] ? `--confirm ${waiting[0].runId}: ${consequence(decision, waiting[0])}` : 'tieout status',
			},
		)
	await decideHeldRun(
		{ runId: run.runId, decision, decidedBy: userInfo().username },
		connectionsOf(work.config),
		work.resources,
		work.effects,
	)
	if (context.isJson) document(context.out, { schema: 'tieout.replay/1', run: run.runId, decision })
	else {
		line(context.out, `${run.connection}.${run.stream}: ${consequence(decision, run)}`)
		line(
			context.notes,
			decision === 'load' ? 'next: tieout build' : `next: tieout run ${run.connection}.${run.stream} --full`,
		)
	}
	return exitCodes.fine
}

function consequence(
	decision: 'load' | 'discard',
	{ rowsBefore, rowsNow }: { rowsBefore: number; rowsNow: number },
): string {
	return decision === 'load'
		? `${rowsNow} rows are loaded, and about ${rowsBefore - rowsNow} count as deleted`
		: `nothing is loaded; ${rowsBefore} rows stay as they are`
}

function requestsOf({ config, streams, source }: Pick<Work, 'config' | 'streams' | 'source'>) {
	const connections = connectionsOf(config).filter(
		(one) => source === undefined || one.name === source || one.kind === source,
	)
	return streams.length === 0 ? [{ connections }] : streams.map((stream) => ({ connections, stream }))
}
