import { TieoutError } from '../models/error.ts'

/**
 * The company's clock. `now` is what everything is judged by; `stamp` is for records of what happened, which also moves while a
 * sample company's `now` stands still.
 */
export type Clock = { now: () => Date; stamp: () => Date; isFixed: boolean }

/**
 * The clock of a project: the machine's, or the moment in TIEOUT_NOW (ISO 8601 with a zone), at which a sample company stands.
 * Throws `config.clock` when that isn't a moment.
 */
export function companyClock(
	environment: NodeJS.ProcessEnv,
	{ machine = Date.now }: { machine?: () => number } = {},
): Clock {
	const text = environment['TIEOUT_NOW']
	if (!text) return { now: () => new Date(machine()), stamp: () => new Date(machine()), isFixed: false }
	const moment = momentOf(text, 'TIEOUT_NOW')
	const started = machine()
	return {
		now: () => new Date(moment),
		stamp: () => new Date(moment.getTime() + machine() - started),
		isFixed: true,
	}
}

/** A moment written as `2026-11-05T09:00Z`. `where` names the flag or variable for the message. */
export function momentOf(text: string, where: string): Date {
	const moment = new Date(text)
	if (
		/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(text) &&
		!Number.isNaN(moment.getTime())
	)
		return moment
	throw new TieoutError('usage', 'config.clock', `${where} is "${text}"; expected a moment with its zone`, {
		where,
		allowed: ['2026-11-05T09:00Z', '2026-11-05T10:00:00+01:00'],
		next: 'write date, time and zone',
	})
}
