import { expect, test } from 'vitest'
import {
	createAccountTime,
	formatTime,
	parseTime,
	parseUserDate,
} from '../../../../extract/sandbox/netsuite/account-time.ts'

const time = createAccountTime('America/Los_Angeles')

test.each([
	['2026-07-01T00:00:00', '2026-06-30T17:00:00'],
	['2026-12-01T00:00:00', '2026-11-30T16:00:00'],
	['2026-11-01T08:59:59', '2026-11-01T01:59:59'],
	['2026-11-01T09:00:00', '2026-11-01T01:00:00'],
	['2026-03-08T10:00:00', '2026-03-08T03:00:00'],
])('%s UTC is %s in Los Angeles', (utc, local) => {
	expect(time.toLocal(utc)).toBe(local)
})

test.each([
	['2026-06-30T17:00:00', '2026-07-01T00:00:00'],
	['2026-11-01T01:30:00', '2026-11-01T08:30:00'],
	['2026-11-01T02:00:00', '2026-11-01T10:00:00'],
	['2026-03-08T02:30:00', '2026-03-08T10:30:00'],
	['2026-03-08T01:59:59', '2026-03-08T09:59:59'],
])('%s in Los Angeles is %s UTC', (local, utc) => {
	expect(time.toUtc(local)).toBe(utc)
})

test('a zone with quarters of an hour', () => {
	const kathmandu = createAccountTime('Asia/Kathmandu')
	expect(kathmandu.toLocal('2026-11-01T20:00:00')).toBe('2026-11-02T01:45:00')
	expect(kathmandu.toUtc('2026-11-02T01:45:00')).toBe('2026-11-01T20:00:00')
})

test('formats are written and read', () => {
	expect(formatTime('2026-11-04T09:05:07', 'YYYY-MM-DD"T"HH24:MI:SS')).toBe('2026-11-04T09:05:07')
	expect(formatTime('2026-11-04T09:05:07', 'dd/mm/yyyy')).toBe('04/11/2026')
	expect(parseTime('2026-11-04 09:05:07', 'YYYY-MM-DD HH24:MI:SS')).toBe('2026-11-04T09:05:07')
	expect(parseTime('2026-11-04', 'YYYY-MM-DD')).toBe('2026-11-04T00:00:00')
	expect(parseUserDate('2/9/2026')).toBe('2026-02-09T00:00:00')
})

test.each([['2026-11-4'], ['2026-02-29'], ['2026-11-04 10:00'], ['04.11.2026'], ['']])(
	'"%s" is no YYYY-MM-DD',
	(text) => {
		expect(parseTime(text, 'YYYY-MM-DD')).toBeNull()
	},
)
