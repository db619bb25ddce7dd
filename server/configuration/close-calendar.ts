import { Temporal } from 'temporal-polyfill'
import { z } from 'zod'
import type { Config } from '../config.ts'
import { endOfDay, type Period, startOfDay, weekdays } from './calendar.ts'

const timeZones = new Set([...Intl.supportedValuesOf('timeZone'), 'UTC'])
const closeDays = z
	.string()
	.regex(/^([1-9]|[1-5]\d|60)$/, 'working days from 1 to 60')
	.meta({ digits: true })
	.transform(Number)
const holidays = z.array(z.iso.date('a date such as 2026-12-25'))

const ofEntity = z.strictObject({
	time_zone: z
		.string()
		.refine((name) => timeZones.has(name), 'a time zone of the IANA list, such as Europe/Berlin')
		.optional()
		.describe('IANA name; its periods end at its own midnight. Default: the company’s'),
	days: closeDays.optional(),
	holidays: holidays.default([]).describe('besides the company’s'),
	weekend: z.array(z.enum(weekdays)).max(6).optional(),
})

/** `close_calendar:` of `tieout.yml`: when each legal entity is to have closed a period. The periods themselves are the company's. */
export const closeCalendarSchema = z
	.strictObject({
		days: closeDays.default(5).describe('working days after a period’s last day until its close is due'),
		holidays: holidays.default([]),
		weekend: z
			.array(z.enum(weekdays))
			.max(6)
			.default(() => ['saturday' as const, 'sunday' as const])
			.describe('days of the week on which nobody works; default saturday and sunday'),
		entities: z.record(z.string(), ofEntity).default({}).describe('the company’s code, then what is its own'),
	})
	.prefault({})

/** When a legal entity's period starts and ends (its own midnights, ISO in UTC) and until when it is to be closed (`YYYY-MM-DD`). */
export type PeriodClose = {
	periodId: string
	legalEntity: string
	timeZone: string
	startsAt: string
	endsAt: string
	dueDate: string
}

/** One for every period and legal entity of the configuration; the due date is the entity's own nth working day after the period. */
export function periodCloses(
	config: Pick<Config, 'company' | 'close_calendar' | 'legal_entities'>,
	periods: readonly Period[],
): PeriodClose[] {
	const { close_calendar: company } = config
	return Object.keys(config.legal_entities).flatMap((legalEntity) => {
		const own = company.entities[legalEntity]
		const timeZone = own?.time_zone ?? config.company.time_zone
		const free = new Set([...company.holidays, ...(own?.holidays ?? [])])
		const weekend = own?.weekend ?? company.weekend
		return periods.map(({ periodId, startDate, endDate }) => ({
			periodId,
			legalEntity,
			timeZone,
			startsAt: startOfDay(startDate, timeZone),
			endsAt: endOfDay(endDate, timeZone),
			dueDate: workingDay(endDate, own?.days ?? company.days, { free, weekend }),
		}))
	})
}

type FreeDays = { free: ReadonlySet<string>; weekend: readonly (typeof weekdays)[number][] }

/** The nth working day after the date. */
function workingDay(date: string, count: number, { free, weekend }: FreeDays): string {
	let day = Temporal.PlainDate.from(date)
	for (let left = count; left > 0; ) {
		day = day.add({ days: 1 })
		if (!weekend.includes(weekdays[day.dayOfWeek - 1]!) && !free.has(day.toString())) left -= 1
	}
	return day.toString()
}
