import { describe, expect, test } from 'vitest'
import { fiscalYearOf, monthPeriods, type WeekCalendar, weekPeriods } from '../../server/configuration/calendar.ts'
import { calendarPeriods, calendarSchema } from '../../server/configuration/calendar-schema.ts'
import { closeCalendarSchema, periodCloses } from '../../server/configuration/close-calendar.ts'

const lines = (periods: ReturnType<typeof weekPeriods>) =>
	periods.map(({ periodId, startDate, endDate }) => `${periodId} ${startDate} ${endDate}`)

const retail: WeekCalendar = {
	weeks: '4-5-4',
	weekday: 'saturday',
	month: 1,
	rule: 'nearest',
	namedBy: 'start',
	longPeriod: 12,
}

describe('months', () => {
	test('of a fiscal year that starts in February belong to the year in which it ends', () => {
		const periods = monthPeriods({ from: '2025-12', to: '2026-03', yearStart: 2 })
		expect(periods.map(({ periodId, year, quarter, number }) => [periodId, year, quarter, number])).toEqual([
			['2025-12', '2026', 4, 11],
			['2026-01', '2026', 4, 12],
			['2026-02', '2027', 1, 1],
			['2026-03', '2027', 1, 2],
		])
	})
	test('of a calendar year belong to it, and February has its own length', () => {
		expect(monthPeriods({ from: '2028-02', to: '2028-02' })).toEqual([
			{ periodId: '2028-02', startDate: '2028-02-01', endDate: '2028-02-29', year: '2028', quarter: 1, number: 2 },
		])
	})
})

describe('weeks', () => {
	// The calendar of the National Retail Federation: 2023 has 53 weeks and ends on 3 February 2024.
	test('as the NRF publishes them: 4-5-4, the Saturday nearest to the end of January, named by the start', () => {
		const periods = weekPeriods(retail, 2023, 2024)
		expect(periods[0]).toMatchObject({ periodId: '2023-P01', startDate: '2023-01-29', endDate: '2023-02-25' })
		expect(lines(periods).slice(10, 15)).toEqual([
			'2023-P11 2023-11-26 2023-12-30',
			'2023-P12 2023-12-31 2024-02-03',
			'2024-P01 2024-02-04 2024-03-02',
			'2024-P02 2024-03-03 2024-04-06',
			'2024-P03 2024-04-07 2024-05-04',
		])
		expect(periods.at(-1)!.endDate).toBe('2025-02-01')
	})
	test('in the order 4-4-5, with the 53rd week in the period that is said', () => {
		const calendar: WeekCalendar = { ...retail, weeks: '4-4-5', month: 12, rule: 'last', namedBy: 'end', longPeriod: 3 }
		const long = weekPeriods(calendar, 2022, 2022)
		expect(lines(long).slice(0, 4)).toEqual([
			'2022-P01 2021-12-26 2022-01-22',
			'2022-P02 2022-01-23 2022-02-19',
			'2022-P03 2022-02-20 2022-04-02',
			'2022-P04 2022-04-03 2022-04-30',
		])
		expect(long.at(-1)!.endDate).toBe('2022-12-31')
	})
	test('of forty years follow each other without a gap, 52 or 53 a year, and sort like their ids', () => {
		for (const rule of ['last', 'nearest'] as const)
			for (const month of [1, 6, 12]) {
				const periods = weekPeriods({ ...retail, rule, month }, 2000, 2040)
				const ids = periods.map((period) => period.periodId)
				expect([...ids].sort()).toEqual(ids)
				for (const [index, period] of periods.entries()) {
					const next = periods[index + 1]
					const days = (Date.parse(period.endDate) - Date.parse(period.startDate)) / 86_400_000 + 1
					expect([28, 35, 42]).toContain(days)
					if (next) expect(Date.parse(next.startDate) - Date.parse(period.endDate)).toBe(86_400_000)
				}
			}
	})
	test('know the fiscal year of a date', () => {
		expect(fiscalYearOf(retail, '2024-02-03')).toBe(2023)
		expect(fiscalYearOf(retail, '2024-02-04')).toBe(2024)
	})
})

describe('the setting', () => {
	const periodsOf = (values: unknown, today: string) => calendarPeriods(calendarSchema.parse(values), today)
	test('of weeks without an end runs through the fiscal year of the period after the current one', () => {
		const values = { weeks: '4-4-5', year_end: { weekday: 'saturday', month: '12' }, from: '2025' }
		expect(periodsOf(values, '2026-11-21').at(-1)!.periodId).toBe('2026-P12')
		expect(periodsOf(values, '2026-12-20').at(-1)!.periodId).toBe('2027-P12')
	})
	test('of a list may say the year, and refuses an id that no address can carry', () => {
		const values = { periods: [{ id: 'Y26-01', start: '2026-01-01', end: '2026-01-28', year: '2026' }] }
		expect(periodsOf(values, '2026-11-21')[0]).toMatchObject({ periodId: 'Y26-01', year: '2026', number: null })
		const id = (text: string) => calendarSchema.safeParse({ periods: [{ ...values.periods[0], id: text }] }).success
		expect([id('2026-P01'), id('2026:us'), id('P1.csv'), id('a/b'), id('')]).toEqual([true, false, false, false, false])
	})
})

test('each legal entity has its own midnight, holidays and close days', () => {
	const close = closeCalendarSchema.parse({
		days: '3',
		holidays: ['2026-11-02'],
		entities: {
			DE: { time_zone: 'Europe/Berlin', days: '1' },
			AE: { time_zone: 'Asia/Dubai', weekend: ['friday', 'saturday'], holidays: ['2026-11-03'] },
		},
	})
	const config = {
		company: { time_zone: 'America/New_York' },
		close_calendar: close,
		legal_entities: { US: {}, DE: {}, AE: {} },
	} as unknown as Parameters<typeof periodCloses>[0]
	const closes = periodCloses(config, monthPeriods({ from: '2026-10', to: '2026-10' }))
	expect(closes.map(({ legalEntity, startsAt, endsAt, dueDate }) => [legalEntity, startsAt, endsAt, dueDate])).toEqual([
		['US', '2026-10-01T04:00:00Z', '2026-11-01T04:00:00Z', '2026-11-05'],
		['DE', '2026-09-30T22:00:00Z', '2026-10-31T23:00:00Z', '2026-11-03'],
		['AE', '2026-09-30T20:00:00Z', '2026-10-31T20:00:00Z', '2026-11-05'],
	])
})
