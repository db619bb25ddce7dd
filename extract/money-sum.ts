/** Which members of a record are its amount and its currency (null: none names it), and which value of which member says that it is deleted. */
export type MoneyMembers = { amount: string; currency: string | null; deleted?: { member: string; equals: string } }

/** What a member means to the sum; 0: nothing. */
export type MoneyRole = 0 | 1 | 2 | 3

/** Totals of records by currency, in ten-thousandths; taken from the bytes of a page while it is copied. */
export type MoneySum = {
	role(member: string): MoneyRole
	/** A member with a role has its value at `at` (where the value's first byte is). */
	value(role: MoneyRole, body: Uint8Array, at: number): void
	/** The record is whole: it counts. */
	endRecord(): void
	totals(): Record<string, string>
}

const [quote, backslash, dot, minus, zero, nine] = [0x22, 0x5c, 0x2e, 0x2d, 0x30, 0x39]

/** Adds up exactly, in whole numbers. An amount that is no number or has more than 4 decimals counts nothing: it will not be loaded. */
export function createMoneySum(members: MoneyMembers): MoneySum {
	const sums = new Map<string, bigint>()
	const small = new Map<string, number>()
	let [amount, currency, isDeleted]: [string | number | null, string | null, boolean] = [null, null, false]

	return {
		role: (member) => {
			if (member === members.amount) return 1
			if (member === members.currency) return 2
			return member === members.deleted?.member ? 3 : 0
		},
		value: (role, body, at) => {
			if (role === 1) amount = smallAmount(body, at) ?? valueText(body, at)
			else if (role === 2) currency = valueText(body, at)
			else isDeleted = valueText(body, at) === members.deleted!.equals
		},
		endRecord: () => {
			if (amount !== null && !isDeleted) add(currency ?? '(none)', amount)
			amount = currency = null
			isDeleted = false
		},
		totals: () => {
			for (const [name, total] of small) sums.set(name, (sums.get(name) ?? 0n) + BigInt(total))
			small.clear()
			return Object.fromEntries([...sums].map(([name, total]) => [name, amountText(total)]))
		},
	}

	function add(name: string, value: string | number) {
		if (typeof value === 'string') {
			sums.set(name, (sums.get(name) ?? 0n) + (scaledAmount(value) ?? 0n))
			return
		}
		const total = (small.get(name) ?? 0) + value
		if (Number.isSafeInteger(total)) small.set(name, total)
		else sums.set(name, (sums.get(name) ?? 0n) + BigInt(value))
	}
}

/** The totals of two sums together. */
export function addTotals(left: Record<string, string>, right: Record<string, string>): Record<string, string> {
	const totals = { ...left }
	for (const [currency, amount] of Object.entries(right))
		totals[currency] = amountText(scaledAmount(totals[currency] ?? '0')! + scaledAmount(amount)!)
	return totals
}

/** Totals in which what names no currency is in the connection's own one, where its options name that. */
export function inOwnCurrency(totals: Record<string, string>, own: string | undefined): Record<string, string> {
	const { '(none)': unnamed, ...named } = totals
	return own === undefined || unnamed === undefined ? totals : addTotals(named, { [own]: unnamed })
}

/** A decimal text in ten-thousandths; null when it is none, or has more than 4 decimals that are not zero. */
export function scaledAmount(text: string): bigint | null {
	const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text.trim())
	if (!match || (!match[2] && !match[3])) return null
	const [, sign, whole = '', fraction = '', exponent = '0'] = match
	const places = 4 + Number(exponent) - fraction.length
	const digits = `${whole}${fraction}`
	const cut = places < 0 ? digits.slice(places) : ''
	if (/[1-9]/.test(cut)) return null
	const kept = BigInt((places < 0 ? digits.slice(0, places) : digits.padEnd(digits.length + places, '0')) || '0')
	return sign === '-' ? -kept : kept
}

function amountText(scaled: bigint): string {
	const digits = String(scaled < 0n ? -scaled : scaled).padStart(5, '0')
	return `${scaled < 0n ? '-' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}`
}

/** An amount of ordinary size and form in ten-thousandths, without making a text of it; null when it takes a closer look. */
function smallAmount(body: Uint8Array, from: number): number | null {
	const isText = body[from] === quote
	let at = isText ? from + 1 : from
	const isNegative = body[at] === minus
	if (isNegative) at++
	const start = at
	let value = 0
	let decimals = -1
	for (; at < body.length; at++) {
		const byte = body[at]!
		if (byte >= zero && byte <= nine) {
			value = value * 10 + byte - zero
			if (decimals >= 0) decimals++
		} else if (byte === dot && decimals < 0) decimals = 0
		else break
	}
	const isEnd = isText ? body[at] === quote : body[at] !== 0x65 && body[at] !== 0x45
	if (!isEnd || at === start || at - start > 12 || decimals > 4) return null
	const scaled = value * 10 ** (4 - Math.max(decimals, 0))
	if (!Number.isSafeInteger(scaled)) return null
	return isNegative ? -scaled : scaled
}

/** The value at `at` as text, null for `null`; objects and lists are none. */
function valueText(body: Uint8Array, at: number): string | null {
	let end = at + 1
	if (body[at] !== quote) {
		while (end < body.length && isScalar(body[end]!)) end++
		const text = Buffer.from(body.buffer, body.byteOffset + at, end - at).toString('latin1')
		return text === 'null' ? null : text
	}
	let isEscaped = false
	for (; end < body.length && body[end] !== quote; end++) {
		if (body[end] !== backslash) continue
		isEscaped = true
		end++
	}
	const text = Buffer.from(body.buffer, body.byteOffset + at + 1, end - at - 1).toString('utf8')
	return isEscaped ? JSON.parse(`"${text}"`) : text
}

/** A byte of a number, `true`, `false` or `null`. */
function isScalar(byte: number): boolean {
	return (byte >= zero && byte <= nine) || (byte >= 0x61 && byte <= 0x7a) || [0x2b, 0x45, minus, dot].includes(byte)
}
