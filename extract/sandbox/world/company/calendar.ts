/** Dates are 'YYYY-MM-DD', months 'YYYY-MM', moments epoch milliseconds in UTC. */
export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** The first deals close in this month; the company went live on both systems later (`goLive`). */
export const firstMonth = '2025-03'
/** Deals that close before are out of scope. */
export const goLive = '2025-05-01'
/** Nothing that happens later is told. */
export const lastMoment = Date.UTC(2026, 10, 12)

export function moment(date: string): number {
	let at = moments.get(date)
	if (at === undefined) {
		at = Date.parse(`${date}T00:00:00Z`)
		moments.set(date, at)
	}
	return at
}

const moments = new Map<string, number>()
const dates = new Map<number, string>()

export function dateOf(at: number): string {
	const day = Math.floor(at / DAY)
	let text = dates.get(day)
	if (text === undefined) {
		text = new Date(day * DAY).toISOString().slice(0, 10)
		dates.set(day, text)
	}
	return text
}

/** ISO UTC text to the second. */
export function stampOf(at: number): string {
	const second = Math.floor((at - Math.floor(at / DAY) * DAY) / 1000)
	const two = (value: number) => (value < 10 ? `0${value}` : `${value}`)
	return `${dateOf(at)}T${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}Z`
}

export function monthOf(date: string): string {
	return date.slice(0, 7)
}

/** The month so many months later (or earlier). */
export function monthAfter(month: string, count = 1): string {
	const at = Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1 + count
	return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`
}

export function daysIn(month: string): number {
	return (moment(`${monthAfter(month)}-01`) - moment(`${month}-01`)) / DAY
}

export function lastDay(month: string): string {
	return `${month}-${daysIn(month)}`
}

export function dateAfter(date: string, days: number): string {
	return dateOf(moment(date) + days * DAY)
}

export function isWeekend(date: string): boolean {
	const weekday = new Date(moment(date)).getUTCDay()
	return weekday === 0 || weekday === 6
}

/** The same date, or the next that is no weekend. */
export function workday(date: string): string {
	return isWeekend(date) ? workday(dateAfter(date, 1)) : date
}

/** Finance closes a month on the 6th of the next, 18:00 UTC; what is entered later is posted later. */
export function closingMoment(month: string): number {
	return moment(`${monthAfter(month)}-06`) + 18 * HOUR
}

/** Revenue of a month is recognised in the night to the 3rd of the next. */
export function recognitionMoment(month: string): number {
	return moment(`${monthAfter(month)}-03`) + 2 * HOUR
}

/** The month into which a document of that date goes when it is entered at that moment. */
export function postingPeriod(date: string, enteredAt: number): string {
	const month = monthOf(date)
	return enteredAt < closingMoment(month) ? month : monthOf(dateOf(enteredAt))
}

/** Months from the first to the last, both included. */
export function months(first: string, last: string): string[] {
	const list: string[] = []
	for (let month = first; month <= last; month = monthAfter(month)) list.push(month)
	return list
}
