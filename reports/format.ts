import { absoluteDecimal, isZeroDecimal } from './decimal.ts'
import { type Html, html } from './html.ts'

/** A currency's number of decimals by ISO 4217, or undefined for a code that it doesn't know. */
export type MinorDigits = (currency: string) => number | undefined

/**
 * An amount as a page shows it: grouped, the currency's own decimals, negative in parentheses, zero as `–`. Digits beyond the
 * currency's decimals are kept when they aren't zero: nothing is rounded away. `amount` is decimal text.
 */
export function amountText(amount: string, digits: number | undefined): string {
	if (isZeroDecimal(amount)) return '–'
	const text = groupedDecimal(absoluteDecimal(amount), digits)
	return amount.startsWith('-') ? `(${text})` : text
}

/** As `amountText`, with a `-` sign: for labels that are read aloud, and the command line. */
export function signedAmountText(amount: string, digits: number | undefined): string {
	if (isZeroDecimal(amount)) return groupedDecimal('0', digits)
	return `${amount.startsWith('-') ? '-' : ''}${groupedDecimal(absoluteDecimal(amount), digits)}`
}

/** An amount for scripts and sentences: no groups, the currency's own decimals, `-` for negative. */
export function plainAmountText(amount: string, digits: number | undefined): string {
	return signedAmountText(amount, digits).replaceAll(',', '')
}

/**
 * A sentence or a compared value with its numbers as a page shows them: amounts (four decimals, as the warehouse writes them) with
 * the currency's own, quantities (six) without the zeros at their end. Everything else stays as it is.
 */
export function sentenceText(text: string, digits: number | undefined): string {
	return text
		.replace(/(?<![\d.])-?\d+\.\d{4}(?![\d.]*\d)/g, (amount) => signedAmountText(amount, digits))
		.replace(/(?<![\d.])\d+\.\d{6}(?![\d.]*\d)/g, (quantity) => quantityText(quantity))
}

/** The amount in a cell of a table. The closing parenthesis hangs, so that digits stay in line; screen readers hear "minus". */
export function Amount({ value, digits, missing = 'n/a' }: AmountProperties): Html {
	if (value === null || value === undefined) return html`<span class="none">${missing}</span>`
	if (isZeroDecimal(value)) return html`<span class="none">–</span>`
	const text = groupedDecimal(absoluteDecimal(value), digits)
	if (!value.startsWith('-')) return text
	return html`<span class="vh">minus </span>(${text}<b class="hang">)</b>`
}

type AmountProperties = { value: string | null | undefined; digits: number | undefined; missing?: string }

/** A count with groups of three: `15,214`. */
export function countText(count: number | string): string {
	return groupDigits(String(count))
}

/** A count with its noun: `1 row`, `15,214 rows`. */
export function countOf(count: number | string, noun: string): string {
	return `${countText(count)} ${noun}${Number(count) === 1 ? '' : 's'}`
}

/** A quantity or rate without the zeros at its end: `1,250.5`. */
export function quantityText(value: string): string {
	const [whole = '0', fraction = ''] = value.split('.')
	const trimmed = fraction.replace(/0+$/, '')
	return `${groupDigits(whole)}${trimmed ? `.${trimmed}` : ''}`
}

/** `2026-10` as `October 2026`, `2026-P09` as `Period 9 of 2026`; any other period id as it is. */
export function periodText(periodId: string): string {
	const [, year, weeks, number] = /^(\d{4})-(P?)(0[1-9]|1[0-2])$/.exec(periodId) ?? []
	if (!year) return periodId
	return weeks ? `Period ${Number(number)} of ${year}` : `${months[Number(number) - 1]} ${year}`
}

/** A moment as the warehouse gives it (UTC) as `2026-11-04 09:00 UTC`. */
export function momentText(moment: string): string {
	return `${moment.slice(0, 16).replace('T', ' ')} UTC`
}

/** A moment with its exact time for machines and on hover, and how long ago it was when `now` is given. */
export function Moment({ at, now }: { at: string | null | undefined; now?: Date }): Html {
	if (!at) return html`<span class="none">n/a</span>`
	const exact = `${at.slice(0, 19).replace(' ', 'T')}Z`
	return html`<time datetime=${exact} title=${exact}>${now ? ageText(exact, now) : momentText(at)}</time>`
}

/** Minutes as `45 min`, `9 h 20 min`, `3 days 4 h`. */
export function minutesText(minutes: number | string): string {
	const total = Math.trunc(Number(minutes))
	const size = Math.abs(total)
	const sign = total < 0 ? '-' : ''
	if (size < 60) return `${sign}${size} min`
	if (size < 48 * 60) return `${sign}${Math.floor(size / 60)} h${size % 60 ? ` ${size % 60} min` : ''}`
	const hours = Math.floor((size % 1440) / 60)
	return `${sign}${countText(Math.floor(size / 1440))} days${hours ? ` ${hours} h` : ''}`
}

const months = 'January February March April May June July August September October November December'.split(' ')

function ageText(exact: string, now: Date): string {
	const minutes = Math.floor((now.getTime() - Date.parse(exact)) / 60_000)
	return minutes < 0 ? `in ${minutesText(-minutes)}` : minutes < 1 ? 'now' : `${minutesText(minutes)} ago`
}

function groupedDecimal(value: string, digits: number | undefined): string {
	const [whole = '0', fraction = ''] = value.split('.')
	const kept = fraction.replace(/0+$/, '').padEnd(digits ?? 2, '0')
	return `${groupDigits(whole)}${kept ? `.${kept}` : ''}`
}

function groupDigits(whole: string): string {
	return whole.replace(/\B(?=(\d{3})+$)/g, ',')
}
