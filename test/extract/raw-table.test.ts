import { afterAll, beforeAll, expect, test } from 'vitest'
import { columnProblem, plausible } from '../../extract/column-type.ts'
import { columnExpression, inverse } from '../../extract/raw-table.ts'
import { type Database, openDatabase } from '../../models/warehouse.ts'

let database: Database
beforeAll(async () => {
	database = await openDatabase(':memory:')
})
afterAll(() => database.close())

/** 1 / x to 10 places, half up, in whole numbers. */
function exactInverse(text: string): string {
	const [whole = '0', fraction = ''] = text.split('.')
	const scaled = BigInt(whole + fraction)
	const doubled = (2n * 10n ** BigInt(10 + fraction.length) + scaled) / (2n * scaled)
	const digits = String(doubled).padStart(11, '0')
	return `${digits.slice(0, -10)}.${digits.slice(-10)}`
}

test('the inverse of a rate is exact to 10 places, half up', async () => {
	const rates = [
		'1',
		'0.92',
		'149.53',
		'0.3075',
		'3',
		'0.000123',
		'1.0814744',
		'64',
		'0.00000000016',
		'99999999.123456',
	]
	for (const rate of rates) {
		const [row] = await database.all<{ inverse: string }>(`select ${inverse(`'${rate}'`)} as inverse`)
		expect(row!.inverse, rate).toBe(exactInverse(rate))
	}
})

test.each(['0', '-1', 'abc', ''])('%j has no inverse', async (rate) => {
	expect(await database.all(`select ${inverse(`'${rate}'`)} as inverse`)).toEqual([{ inverse: null }])
})

const values = {
	amount: {
		good: ['1', '-0.10', '90071992547409.93', '1.230000', '1e2', '12345678901234567890.1234'],
		bad: ['1.23456', 'x', '', '1_000', ' 1', '--1', '1e-5', '.'],
	},
	date: {
		good: ['2026-02-28', '2024-02-29', '9999-12-31'],
		bad: ['2026-02-30', '0000-00-00', '1/31/2026', '20260101', '2026-1-1', '2026-02-28T00:00:00'],
	},
	datetime: {
		good: ['2022-01-02T17:38:59.000+0000', '2022-01-02T17:38:59Z', '2022-01-02 17:38:59', '2022-01-02T17:38:59-08:00'],
		bad: ['2022-01-02', '2022-13-02T17:38:59Z', '2022-01-02T25:00:00Z', 'now'],
	},
	boolean: { good: ['true', 'false', 'T', 'F'], bad: ['yes', '1', 'TRUE '] },
	currency: { good: ['USD', 'KWD', 'JPY'], bad: ['usd', 'US$', 'ZZZ', ''] },
	integer: { good: ['12', '-1', '0'], bad: ['1.5', 'a', '12345678901234567890'] },
} as const

test.each(Object.entries(values))(
	'a %s takes what it can hold and nothing else, and the cheap look never lets a bad one through',
	async (type, { good, bad }) => {
		for (const text of good) expect(columnProblem(type as 'amount', text), text).toBeNull()
		for (const text of bad) {
			expect(columnProblem(type as 'amount', text), text).not.toBeNull()
			const [row] = await database.all<{ passes: boolean | null }>(
				`select ${plausible(type as 'amount', 'x')} as passes from (select $1::varchar as x)`,
				[text],
			)
			expect(row!.passes, text).not.toBe(true)
		}
	},
)

const dayAt = async (text: string, zone: string) => {
	const stream = {
		name: 's',
		object: 's',
		key: ['x'],
		columns: { x: { field: 'x', type: 'zoned_date' as const } },
		cursor: null,
		freshness: { warn: 1, error: 2 },
	}
	const day = columnExpression('x', { stream, fields: { x: 'x' }, zone, hasExtra: false })
	const [row] = await database.all<{ day: string | null }>(`select ${day} as day from (select $1 as x)`, [text])
	return row!.day
}

test.each([
	['2026-10-31T23:30:00Z', 'Europe/Berlin', '2026-11-01'],
	['2026-10-31T21:59:59.999Z', 'Europe/Berlin', '2026-10-31'],
	['2026-07-31T22:00:00Z', 'Europe/Berlin', '2026-08-01'],
	['2026-11-01T04:30:00Z', 'America/New_York', '2026-11-01'],
	['2026-11-01T03:30:00.25Z', 'America/New_York', '2026-10-31'],
	['2026-10-31T15:00:00', 'Asia/Tokyo', '2026-11-01'],
	['2026-10-31T23:30:00+0900', 'Europe/Berlin', '2026-10-31'],
	['2026-10-31', 'America/New_York', '2026-10-31'],
	['', 'UTC', null],
	['soon', 'UTC', 'soon'],
])('%j stands in %s for %j', async (text, zone, day) => {
	expect(await dayAt(text, zone)).toBe(day)
})
