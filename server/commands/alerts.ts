import { userInfo } from 'node:os'
import type { Kysely } from 'kysely'
import { TieoutError } from '../../models/error.ts'
import { type Alert, actOnAlert, readAlerts } from '../alerts.ts'
import { type Clock, companyClock, momentOf } from '../clock.ts'
import { type Command, type CommandContext, type CommandInput, document, line } from '../command.ts'
import type { Config } from '../config.ts'
import { environmentOf } from '../configuration/secrets.ts'
import { exitCodes } from '../errors.ts'
import { loadProject } from '../load-project.ts'
import { pagesUrl } from '../served-at.ts'
import { openState, type StateSchema } from '../state.ts'

/** What may stand behind `tieout alerts`. */
const actions = ['list', 'ack', 'snooze'] as const

/** `tieout alerts`: what is open, whose it is and where to look; `ack` and `snooze` say that somebody has it, with the reason. */
export const alerts: Command = async (context, input) => {
	const config = await loadProject(context.folder, context)
	const clock = companyClock(environmentOf(config.project.folder, context.environment))
	const { action, id } = asked(input)
	const state = await openState(config.project.state, { now: () => clock.now().getTime() })
	try {
		if (action !== 'list') await act(state.db, id!, action, input.flags, clock)
		const isAll = input.flags['all'] === true
		const list = await readAlerts(state.db, { isAll, ...(id !== undefined && { id }) })
		tell(list, { config, isAll, isOne: id !== undefined }, context)
		return exitCodes.fine
	} finally {
		await state.close()
	}
}

type Asked = { action: (typeof actions)[number]; id?: number }

function asked({ names }: CommandInput): Asked {
	const [action = 'list', id] = names
	if (!isAction(action))
		throw new TieoutError('usage', 'usage.alerts', `alerts can't be "${action}"`, {
			allowed: [...actions],
			next: 'tieout alerts, tieout alerts ack 3 --reason TEXT, tieout alerts snooze 3 --until MOMENT --reason TEXT',
		})
	if (id === undefined && action !== 'list')
		throw new TieoutError('usage', 'usage.alert_id', `which alert? ${action} needs its number`, {
			next: 'tieout alerts lists the numbers',
		})
	if (id !== undefined && !/^\d{1,9}$/.test(id))
		throw new TieoutError('usage', 'usage.alert_id', `"${id}" is no number of an alert`, {
			next: 'tieout alerts lists the numbers',
		})
	return { action, ...(id !== undefined && { id: Number(id) }) }
}

function isAction(text: string): text is Asked['action'] {
	return (actions as readonly string[]).includes(text)
}

async function act(
	db: Kysely<StateSchema>,
	id: number,
	action: 'ack' | 'snooze',
	flags: CommandInput['flags'],
	clock: Clock,
): Promise<void> {
	const reason = typeof flags['reason'] === 'string' ? flags['reason'] : ''
	const until = flags['until']
	if (action === 'snooze' && until === undefined)
		throw new TieoutError('usage', 'alert.snooze', 'a snooze needs its end', {
			where: '--until',
			next: 'name a moment with its zone: --until 2026-11-09T09:00Z',
		})
	if (action === 'ack' && until !== undefined)
		throw new TieoutError(
			'usage',
			'alert.snooze',
			'an acknowledged alert stays quiet until it escalates: it has no end',
			{
				where: '--until',
				next: `leave --until out, or tieout alerts snooze ${id} --until 2026-11-09T09:00Z --reason TEXT`,
			},
		)
	const snoozedUntil = until === undefined ? undefined : momentOf(String(until), '--until')
	await actOnAlert(
		db,
		id,
		{ by: userInfo().username, reason, ...(snoozedUntil && { snoozedUntil }) },
		{ now: clock.now },
	)
}

function tell(
	list: readonly Alert[],
	{ config, isAll, isOne }: { config: Config; isAll: boolean; isOne: boolean },
	context: CommandContext,
): void {
	const baseUrl = pagesUrl(config)
	const linked = list.map((alert) => ({ ...alert, url: new URL(alert.link, baseUrl).href }))
	if (context.isJson) {
		document(context.out, { schema: 'tieout.alerts/1', alerts: linked })
		return
	}
	for (const alert of linked) for (const text of alertLines(alert, context)) line(context.out, context.hint(text))
	if (list.length === 0) line(context.out, isAll ? 'there never was an alert' : 'no open alerts')
	const first = list.find((alert) => alert.state === 'open')
	if (first && !isOne)
		line(context.notes, `next: tieout alerts ack ${first.alert_id} --reason TEXT   (or snooze, with --until)`)
	else line(context.notes, 'next: tieout status')
}

function alertLines(alert: Alert & { url: string }, { outStyle: style }: CommandContext): string[] {
	const sign = alert.severity === 'error' ? style.red(style.bad) : style.yellow(style.warn)
	const state = [
		alert.state,
		...(alert.snoozed_until ? [`until ${alert.snoozed_until}`] : []),
		...(alert.acted_by ? [`by ${alert.acted_by}: ${alert.reason}`] : []),
	].join(' ')
	const facts = [`owner ${alert.owner ?? 'unassigned'}`, `since ${alert.opened_at}`, `seen ${alert.seen_count} times`]
	return [
		`${sign} ${String(alert.alert_id).padStart(3)} ${alert.severity} ${alert.text.replaceAll(/\s+/g, ' ')}`,
		`      ${state}; ${facts.join(', ')}`,
		`      ${style.dim(alert.url)}`,
	]
}
