import { expect, test } from 'vitest'
import { addDecimals, compareDecimals, negateDecimal, roundDecimal, subtractDecimals } from '../../reports/decimal.ts'
import {
	Amount,
	amountText,
	minutesText,
	periodText,
	plainAmountText,
	quantityText,
	sentenceText,
} from '../../reports/format.ts'
import { renderHtml } from '../../reports/html.ts'

test('amounts are exact beyond what a binary float can hold, with the decimals of their currency', () => {
	expect(amountText('90071992547409.9300', 2)).toBe('90,071,992,547,409.93')
	expect(amountText('-1234567.0000', 0)).toBe('(1,234,567)')
	expect(amountText('1234.5670', 3)).toBe('1,234.567')
	expect(amountText('12345678901234567890123456789012.0100', 2)).toBe('12,345,678,901,234,567,890,123,456,789,012.01')
})

test('digits beyond the currency are shown, not rounded away', () => {
	expect(amountText('10.0050', 2)).toBe('10.005')
	expect(amountText('100.5000', 0)).toBe('100.5')
})

test('zero is a dash, unknown says so, and a currency that nobody knows has two decimals at least', () => {
	expect(amountText('0.0000', 2)).toBe('–')
	expect(amountText('-0.0000', 2)).toBe('–')
	expect(renderHtml(Amount({ value: null, digits: 2, missing: 'no rate' }))).toBe('<span class="none">no rate</span>')
	expect(amountText('5.0000', undefined)).toBe('5.00')
})

test('a negative amount has a hanging parenthesis and a hidden minus for screen readers', () => {
	expect(renderHtml(Amount({ value: '-1234.5000', digits: 2 }))).toBe(
		'<span class="vh">minus </span>(1,234.50<b class="hang">)</b>',
	)
})

test('amounts are rounded half away from zero, whatever their size', () => {
	expect(roundDecimal('90071992547409.935', 2)).toBe('90071992547409.94')
	expect(roundDecimal('-0.005', 2)).toBe('-0.01')
	expect(roundDecimal('-0.0049', 2)).toBe('0.00')
	expect(roundDecimal('12.5', 0)).toBe('13')
	expect(roundDecimal('7', 2)).toBe('7.00')
})

test('sums, differences and comparisons of decimal texts are exact', () => {
	expect(addDecimals(['90071992547409.9300', '0.0700', '-0.5'])).toBe('90071992547409.5000')
	expect(addDecimals([])).toBe('0')
	expect(subtractDecimals('0.1', '0.3')).toBe('-0.2')
	expect(subtractDecimals('1.00', '1')).toBe('0.00')
	expect(compareDecimals('-10', '9.99')).toBeLessThan(0)
	expect(compareDecimals('1.10', '1.1')).toBe(0)
	expect(negateDecimal('-0.00')).toBe('0.00')
	expect(() => addDecimals(['1e5'])).toThrow('"1e5" is no decimal number')
})

test('quantities, durations, periods and amounts in sentences read as people write them', () => {
	expect(quantityText('1250.500000')).toBe('1,250.5')
	expect(quantityText('12.000000')).toBe('12')
	expect(minutesText(45)).toBe('45 min')
	expect(minutesText('560')).toBe('9 h 20 min')
	expect(minutesText(4560)).toBe('3 days 4 h')
	expect(periodText('2026-10')).toBe('October 2026')
	expect(periodText('2026-P13')).toBe('2026-P13')
	expect(plainAmountText('-1765.9000', 2)).toBe('-1765.90')
})

test('amounts inside a sentence have the decimals of their currency, quantities no zeros at their end', () => {
	expect(sentenceText('Nothing is invoiced yet (CRM 223014.0000, ERP 0.0000).', 0)).toBe(
		'Nothing is invoiced yet (CRM 223,014, ERP 0).',
	)
	expect(sentenceText('-4402.5380', 3)).toBe('-4,402.538')
	expect(sentenceText('29.000000 Each', 0)).toBe('29 Each')
	expect(sentenceText('rate 0.7697060000 of 2026-10-31, release 1.2.3400', 2)).toBe(
		'rate 0.7697060000 of 2026-10-31, release 1.2.3400',
	)
})
