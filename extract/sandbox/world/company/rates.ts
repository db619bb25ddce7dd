import { DAY, dateOf, isWeekend, moment, monthOf } from './calendar.ts'
import type { Currency } from './entities.ts'
import { divide, inverse, RATE } from './exact.ts'
import { random } from './random.ts'

/** US dollars for one unit: the level around which both systems' rates move. */
const dollars: Record<Currency, number> = { USD: 1, EUR: 1.09, GBP: 1.28, JPY: 0.0067, KWD: 3.25 }

/** The CRM's dated rates of KWD begin here: nobody had entered any before. */
export const firstKuwaitiRate = '2025-07'

/** The CRM's rate of a month, units of the currency per 1 USD in 1e-10 (6 places); undefined: none was entered. */
export function crmRate(currency: Currency, month: string): bigint | undefined {
	if (currency === 'USD') return RATE
	if (currency === 'KWD' && month < firstKuwaitiRate) return undefined
	const noise = random('crm-rate', currency, month).next() - 0.5
	const units = (1 / dollars[currency]) * (1 + 0.03 * noise)
	return BigInt(Math.round(units * 1e6)) * 10_000n
}

/** The same rate as a CRM keeps it that counts in its own currency: USD for 1 unit of the currency, to 6 places (in 1e-10). */
export function homeRate(currency: Currency, month: string): bigint | undefined {
	const rate = crmRate(currency, month)
	return rate === undefined ? undefined : divide(inverse(rate), 10_000n) * 10_000n
}

const daily = new Map<string, bigint>()

/** The ERP's rate of a day, units of `base` per 1 of `currency` in 1e-10 (8 places). Weekends have Friday's. */
export function erpRate(currency: Currency, base: Currency, date: string): bigint {
	if (currency === base) return RATE
	const day = lastRateDay(date)
	const key = `${currency}${base}${day}`
	let rate = daily.get(key)
	if (rate === undefined) {
		rate = quoted(currency, base, day)
		daily.set(key, rate)
	}
	return rate
}

/** A rate as an ERP writes it down that has five decimals for it (`digits`, in 1e-5), and what that comes to (`rate`, in 1e-10). */
export type Quotation = { isIndirect: boolean; digits: bigint; rate: bigint }

/** A rate in five decimals: yen are quoted the other way round, as so many for one of the other, all else as it is. */
export function quotation(rate: bigint, currency: Currency, base: Currency): Quotation {
	const isIndirect = currency === 'JPY' && base !== 'JPY'
	const digits = divide(isIndirect ? inverse(rate) : rate, 100_000n)
	return { isIndirect, digits, rate: isIndirect ? inverse(digits * 100_000n) : digits * 100_000n }
}

/** The ERP's rate of a day where it has five decimals for it. */
export function quotedRate(currency: Currency, base: Currency, date: string): bigint {
	return currency === base ? RATE : quotation(erpRate(currency, base, date), currency, base).rate
}

/** The last day up to this one on which rates were published. */
export function lastRateDay(date: string): string {
	return isWeekend(date) ? lastRateDay(dateOf(moment(date) - DAY)) : date
}

/** Consolidation rates of a month, units of `to` per 1 of `from` in 1e-10: closing (current), average, historical. */
export function consolidationRates(from: Currency, to: Currency, month: string) {
	if (from === to) return { current: RATE, average: RATE, historical: RATE }
	const level = (kind: string) => {
		const noise = random('consolidation', kind, from, to, month).next() - 0.5
		return BigInt(Math.round((dollars[from] / dollars[to]) * (1 + 0.02 * noise) * 1e8)) * 100n
	}
	return {
		current: level('current'),
		average: level('average'),
		historical: BigInt(Math.round((dollars[from] / dollars[to]) * 1e8)) * 100n,
	}
}

function quoted(currency: Currency, base: Currency, day: string): bigint {
	const drift = random('erp-month', currency, base, monthOf(day)).next() - 0.5
	const jitter = random('erp-day', currency, base, day).next() - 0.5
	const value = (dollars[currency] / dollars[base]) * (1 + 0.025 * drift + 0.008 * jitter)
	return BigInt(Math.round(value * 1e8)) * 100n
}
