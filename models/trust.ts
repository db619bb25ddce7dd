import type { CheckStatus } from './check-status.ts'

/** The four verdicts of a generation (the same words on every page, in every file and command). */
export type Verdict = 'trusted' | 'trusted with warnings' | 'not trusted' | 'no data'

/** Why: `blocks` speak against trust, the others are warnings. `subject` is the check, stream or code it is about. */
export type Reason = {
	kind: 'check' | 'freshness' | 'empty' | 'certificate' | 'quarantine' | 'unexplained' | 'data'
	subject: string
	blocks: boolean
	text: string
	/** What to do next, where whoever found it said so. */
	next?: string
	/** Of `unexplained`: the period with the largest amount. */
	period?: string
}

/** Unexplained breaks of a period: the sum of their absolute amounts, how many that are, and how many more have no rate. */
export type UnexplainedPeriod = {
	period: string
	isComplete: boolean
	amount: string
	count: number
	countWithoutRate: number
}

type Missing = 'bookings' | 'revenue' | 'links'

/** What the verdict is made from, as the published tables have it. Counts as numbers or text, amounts as decimal text. */
export type Findings = {
	/** Whether there is any booking or revenue at all; of which of the two there is none in any period; and whether nothing links them. */
	hasData: boolean
	without?: readonly Missing[]
	checks: readonly {
		check_name: string
		is_blocking: boolean
		status: CheckStatus | string
		explanation: string | null
		owner?: string | null
	}[]
	freshness: readonly {
		connection: string
		stream: string
		status: CheckStatus | string
		age_minutes: number | string | null
		warn_minutes?: number | string | null
		error_minutes: number | string | null
		owner?: string | null
		watermark?: string | null
		/** The stream in whose records it lies. */
		within?: string | null
		/** How its newest run ended, where that left it as it was (`denied`, `failed`, `held`, ...), why, and what to do. */
		outcome?: string | null
		problem?: string | null
		next_step?: string | null
		/** The canonical entities that its records become, in words; and whether any mart stands on it (null: not known). */
		feeds?: string | null
		is_read?: boolean | null
		/** It was read, and never had a record. */
		is_empty?: boolean | null
	}[]
	/** The newest certificate of each stream. */
	certificates: readonly { connection: string; stream: string; verdict: string; reason: string | null }[]
	quarantine: readonly { connection: string; stream: string; rows: number; hasMoney: boolean }[]
	/** The unexplained breaks in the reporting currency, by period. */
	unexplained: { currency: string; periods: readonly UnexplainedPeriod[] }
	/** In the reporting currency; null: nothing unexplained is immaterial. */
	materiality: string | null
}

/**
 * The one place that decides whether a generation can be trusted. Not trusted: a blocking check failing or broken, a stream late
 * beyond its error limit or never read (unless no mart stands on it), no bookings or no revenue in any period, no deal linked with any document, a certificate short, over or moved, a period that has ended with unexplained above
 * materiality (or without a rate), quarantine with money in it. All other findings are warnings, `unverifiable` too. Reasons come with the blocking ones first.
 */
export function trust(findings: Findings): { verdict: Verdict; reasons: Reason[] } {
	const reasons = [
		...findings.checks.flatMap(checkReason),
		...findings.freshness.flatMap((stream) => freshnessReason(stream, findings.freshness)),
		...emptyReason(findings.freshness),
		...(findings.hasData ? (findings.without ?? []).map(withoutReason) : []),
		...findings.certificates.flatMap(certificateReason),
		...findings.quarantine.flatMap(quarantineReason),
		...unexplainedReason(findings),
	].sort((a, b) => Number(b.blocks) - Number(a.blocks))
	if (!findings.hasData) {
		const none: Reason = { kind: 'data', subject: 'data', blocks: true, text: 'there are no bookings and no revenue' }
		return { verdict: 'no data', reasons: [none, ...reasons] }
	}
	if (reasons.some((reason) => reason.blocks)) return { verdict: 'not trusted', reasons }
	return { verdict: reasons.length > 0 ? 'trusted with warnings' : 'trusted', reasons }
}

function checkReason(check: Findings['checks'][number]): Reason[] {
	if (check.status === 'pass' || check.status === 'not run') return []
	const isKnown = check.status === 'fail' || check.status === 'warn' || check.status === 'broken'
	const blocks = check.is_blocking && check.status !== 'warn'
	const word = { fail: 'fails', warn: 'warns', broken: 'is broken' }[check.status] ?? `has the status "${check.status}"`
	const text = `check ${check.check_name} ${word}${check.explanation ? `: ${check.explanation}` : ''}${ownedBy(check.owner)}`
	return [{ kind: 'check', subject: check.check_name, blocks: isKnown ? blocks : check.is_blocking, text }]
}

type Freshness = Findings['freshness'][number]

/**
 * A stream that was never read is one whose records are in no figure: it blocks as a late one does, unless nothing stands on it. One that
 * could not be read in its newest run is told at once, however young its records are.
 */
function freshnessReason(stream: Freshness, all: Findings['freshness']): Reason[] {
	if (!isWanting(stream)) return []
	// A list inside records is as old as they are: one reason for both.
	const isTold = all.some(
		(one) => one.connection === stream.connection && one.stream === stream.within && isWanting(one),
	)
	if (isTold) return []
	const subject = `${stream.connection}.${stream.stream}`
	const told = [
		ageText(subject, stream),
		...(stream.outcome ? [`${stream.outcome}${stream.problem ? `: ${stream.problem}` : ''}`] : []),
	].join('; ')
	const isLate = stream.status !== 'pass' && stream.status !== 'warn'
	const blocks = isLate && !(stream.age_minutes === null && stream.is_read === false)
	const next = stream.next_step ? { next: stream.next_step } : {}
	return [{ kind: 'freshness', subject, blocks, text: `${told}${ownedBy(stream.owner)}`, ...next }]
}

/** Streams that a reason names; the rest is counted. */
const namedStreams = 5

/** One reason for all streams that were read and are empty: nothing tells a company that has none from a role that may see none. */
function emptyReason(freshness: Findings['freshness']): Reason[] {
	const empty = freshness.filter((one) => one.is_empty && one.is_read !== false)
	if (empty.length === 0) return []
	const names = empty.map(({ connection, stream }) => `${connection}.${stream}`)
	const rest = names.length - namedStreams
	const named = `${names.slice(0, namedStreams).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
	return [
		{
			kind: 'empty',
			subject: names[0]!,
			blocks: false,
			text: `${named} ${names.length === 1 ? 'was' : 'were'} read without a single record`,
			next: `look whether the integration user may see the records; where there are none: streams: { ${empty[0]!.stream}: { may_be_empty: true } }`,
		},
	]
}

/** One side of every comparison is missing: what is read may be of another company, or not be seen. */
function withoutReason(missing: Missing): Reason {
	const reason = { kind: 'data', subject: missing, blocks: true } as const
	if (missing === 'bookings') return { ...reason, text: 'there are no bookings in any period' }
	if (missing === 'revenue') return { ...reason, text: 'there is no revenue in any period' }
	return {
		...reason,
		text: 'no won deal is linked with any order or invoice, so nothing is compared: name the fields that hold the other system’s ids (tieout doctor), or link by a file of candidates (tieout export customer-candidates)',
		next: 'docs/shapes.md, "No common id"',
	}
}

/** What the configuration leaves out is a company's choice: it is shown, and speaks against nothing. */
function isWanting({ status, outcome }: Freshness): boolean {
	return status !== 'off' && (status !== 'pass' || Boolean(outcome))
}

/** How old its records are, and what of the figures is as old, or missing. */
function ageText(subject: string, stream: Freshness): string {
	const { age_minutes: age, status, feeds, is_read: isRead } = stream
	if (age === null) {
		const missing = feeds ? `: these figures lack its ${feeds}` : ''
		return `${subject} was never read${isRead === false ? ': no figure stands on it' : missing}`
	}
	if (Number(age) < 0)
		return `${subject} was read ${duration(-Number(age))} ahead of the clock: it was ahead then, or is behind now`
	const limit = status === 'warn' ? stream.warn_minutes : stream.error_minutes
	const allowed = status === 'pass' || limit === null || limit === undefined ? '' : `, allowed ${duration(limit)}`
	const older = feeds && isRead !== false && stream.outcome ? ` (${feeds})` : ''
	return `${subject} is ${duration(age)} old${allowed}${older}`
}

function certificateReason(certificate: Findings['certificates'][number]): Reason[] {
	if (certificate.verdict === 'proved') return []
	const subject = `${certificate.connection}.${certificate.stream}`
	const why = certificate.reason ? `: ${certificate.reason}` : ''
	const blocks = certificate.verdict !== 'unverifiable'
	return [{ kind: 'certificate', subject, blocks, text: `${subject} is ${certificate.verdict}${why}` }]
}

function quarantineReason({ connection, stream, rows, hasMoney }: Findings['quarantine'][number]): Reason[] {
	if (rows === 0) return []
	const subject = `${connection}.${stream}`
	const count = `${rows} ${rows === 1 ? 'row' : 'rows'} of ${subject} in quarantine`
	return [{ kind: 'quarantine', subject, blocks: hasMoney, text: hasMoney ? `${count}, with money` : count }]
}

/** Every period is judged by itself. One that has not ended still moves: a warning. */
function unexplainedReason({ unexplained: { currency, periods }, materiality }: Findings): Reason[] {
	const limit = units(materiality ?? '0')
	const found = periods.filter((one) => one.count > 0 || one.countWithoutRate > 0)
	const isAbove = (one: UnexplainedPeriod) => units(one.amount) > limit || one.countWithoutRate > 0
	const above = found.filter((one) => one.isComplete && isAbove(one)).sort(largestFirst)
	const open = found.filter((one) => !one.isComplete && isAbove(one))
	const within = found.filter((one) => !isAbove(one)).sort(largestFirst)
	const told = `${grouped(materiality ?? '0')} ${currency}`
	return [
		...reasonOf(above, true, `unexplained above materiality (${told})`, currency),
		...reasonOf(open, false, `unexplained above materiality (${told}), not ended`, currency),
		...reasonOf(within, false, `unexplained within materiality (${told})`, currency),
	]
}

/** Periods that a reason names; the rest is counted. */
const namedPeriods = 2

function reasonOf(periods: UnexplainedPeriod[], blocks: boolean, what: string, currency: string): Reason[] {
	if (periods.length === 0) return []
	const named = periods.slice(0, namedPeriods).map(({ period, amount, count, countWithoutRate }) => {
		const breaks = `${count} ${count === 1 ? 'break' : 'breaks'}`
		const rest = countWithoutRate > 0 ? ` and ${countWithoutRate} more without a rate` : ''
		return `${period} ${grouped(amount)} ${currency} in ${breaks}${rest}`
	})
	const rest = periods.length - named.length
	const text = `${what}: ${named.join('; ')}${rest > 0 ? `; and ${rest} more ${rest === 1 ? 'period' : 'periods'}` : ''}`
	return [{ kind: 'unexplained', subject: 'unexplained', period: periods[0]!.period, blocks, text }]
}

/** The largest amount first, among equals the newest. */
function largestFirst(a: UnexplainedPeriod, b: UnexplainedPeriod): number {
	const difference = units(b.amount) - units(a.amount)
	return difference > 0n ? 1 : difference < 0n ? -1 : a.period < b.period ? 1 : -1
}

/** Decimal text as a whole number of 10^-10, exact, without its sign. */
function units(amount: string): bigint {
	const [whole = '0', fraction = ''] = amount.replace('-', '').split('.')
	return BigInt(whole + fraction.slice(0, 10).padEnd(10, '0'))
}

/** `43,000.05` of `43000.05`. */
function grouped(amount: string): string {
	const [whole = '0', fraction] = amount.split('.')
	return whole.replace(/\B(?=(\d{3})+$)/g, ',') + (fraction === undefined ? '' : `.${fraction}`)
}

function duration(minutes: number | string): string {
	const total = Number(minutes)
	if (total < 120) return `${Math.floor(total)} min`
	return total < 48 * 60 ? `${Math.floor(total / 60)} h` : `${Math.floor(total / 1440)} d`
}

function ownedBy(owner: string | null | undefined): string {
	return owner ? ` (owner ${owner})` : ''
}
