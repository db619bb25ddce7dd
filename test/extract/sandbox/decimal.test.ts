import { expect, test } from 'vitest'
import { compare, divide, roundTo } from '../../../extract/sandbox/decimal.ts'

test.each([
	['1', '3', 10, '0.3333333333'],
	['2', '3', 4, '0.6667'],
	['-2', '3', 4, '-0.6667'],
	['1', '8', 2, '0.13'],
	['-1', '8', 2, '-0.13'],
	['90071992547409.93', '1.0', 6, '90071992547409.930000'],
	['0.05', '0.0005', 2, '100.00'],
])('%s divided by %s to %i places is %s', (dividend, divisor, places, quotient) => {
	expect(divide(dividend, divisor, places)).toBe(quotient)
})

test('rounding is half away from zero', () => {
	expect(['1.005', '-1.005', '1.004', '7'].map((value) => roundTo(value, 2))).toEqual(['1.01', '-1.01', '1.00', '7'])
})

test('comparing looks at the value, not at its zeros', () => {
	expect([compare('1.10', '1.1'), compare('-2', '1'), compare('10', '9.99')]).toEqual([0, -1, 1])
})
