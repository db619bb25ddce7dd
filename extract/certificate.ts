import type { SourceCount } from './source.ts'
import type { Certificate, MoneyProof } from './state.ts'

/** What a run counted. `landed`: different records that came; `proved`: those of them that the warehouse holds now. */
export type Counted = {
	landed: number
	proved: number
	quarantined: number
	/** Loaded totals by currency, and of the quarantined records nothing. */
	money: Record<string, string>
	/** What the landed records add up to, added up apart; null where they were not. */
	landedMoney: Record<string, string> | null
	/** Records that a newer one of the same key replaced before they were loaded. */
	duplicates: number
	/** What the source said when the reading began, if it did. */
	totalAtStart: number | null
}

/** The statement of a run: what the source says it has within the bounds against what was landed and loaded. */
export function certify(source: SourceCount | null, counted: Counted): Certificate {
	const sourceRows = source?.rows ?? counted.totalAtStart
	const money = moneyProofs(source?.money, counted)
	const rest = {
		sourceRows,
		landedRows: counted.landed,
		loadedRows: counted.proved,
		quarantinedRows: counted.quarantined,
		money,
	}
	const verdict = verdictOf(sourceRows, source, counted, money)
	return { ...rest, ...verdict }
}

function verdictOf(
	sourceRows: number | null,
	source: SourceCount | null,
	counted: Counted,
	money: MoneyProof[],
): Pick<Certificate, 'verdict' | 'reason'> {
	const missing = counted.landed - counted.proved - counted.quarantined
	if (missing > 0)
		return { verdict: 'short', reason: `${missing} of ${counted.landed} landed records are not in the warehouse` }
	if (sourceRows === null) return { verdict: 'unverifiable', reason: source?.reason ?? 'the source has no count' }
	const difference = counted.landed - sourceRows
	const hasMoved = counted.totalAtStart !== null && counted.totalAtStart !== sourceRows
	if (difference !== 0 && hasMoved)
		return {
			verdict: 'moved',
			reason: `moved while reading: the source had ${counted.totalAtStart} records at first and ${sourceRows} at the end`,
		}
	if (difference < 0) return { verdict: 'short', reason: `short by ${-difference} of ${sourceRows} records` }
	if (difference > 0 && !source?.isLeast)
		return { verdict: 'over', reason: `over by ${difference}: the source counts ${sourceRows} records` }
	if (counted.quarantined > 0) return { verdict: 'short', reason: `${counted.quarantined} records are in quarantine` }
	const lost = counted.duplicates === 0 ? money.find(isLost) : undefined
	if (lost)
		return {
			verdict: 'short',
			reason: `${lost.currency}: the landed records add up to ${lost.landed}, loaded are ${lost.loaded}`,
		}
	const wrong = money.find((proof) => proof.source !== null && !sameAmount(proof.source, proof.loaded))
	if (wrong)
		return {
			verdict: 'short',
			reason: `${wrong.currency}: the source's total is ${wrong.source}, loaded are ${wrong.loaded}`,
		}
	const newer = difference > 0 ? `${difference} more came than the source's index knows yet` : null
	return { verdict: 'proved', reason: [newer, source?.reason].filter((part) => part).join('; ') || null }
}

/**
 * The statement with the whole stream in it: what the source has in all against what is live here. A record too many was deleted there
 * and is not here; one too few was never read. Null: it was not counted.
 */
export function withStanding(certificate: Certificate, standing: Standing | null): Certificate {
	if (!standing || certificate.verdict === 'short') return certificate
	const { source, live, pending } = standing
	const told = `the source has ${source} records in all, ${live} are live here`
	if (live > source) return { ...certificate, verdict: 'over', reason: `over by ${live - source}: ${told}` }
	const missing = source - live - pending
	if (missing > 0) return { ...certificate, verdict: 'short', reason: `short by ${missing}: ${told}` }
	return certificate
}

/** Whether nothing is missing but what waits in quarantine: all that the source counts came, and the rest of it is loaded. */
export function isOnlyQuarantined(certificate: Omit<Certificate, 'money' | 'reason'>): boolean {
	const { verdict, sourceRows, landedRows, loadedRows, quarantinedRows } = certificate
	const isAllLanded = sourceRows === null || landedRows >= sourceRows
	return verdict === 'short' && isAllLanded && quarantinedRows > 0 && landedRows - loadedRows === quarantinedRows
}

/** The statement with a remark behind its reason; the verdict stays. */
export function withRemark(certificate: Certificate, remark: string | null | undefined): Certificate {
	if (!remark) return certificate
	return { ...certificate, reason: certificate.reason ? `${certificate.reason}; ${remark}` : remark }
}

/** The whole stream: what the source counts, what is live here, and how many records wait (changed since, or in quarantine). */
export type Standing = { source: number; live: number; pending: number }

function moneyProofs(source: Record<string, string> | undefined, { money, landedMoney }: Counted): MoneyProof[] {
	const currencies = new Set([source, money, landedMoney].flatMap((totals) => Object.keys(totals ?? {})))
	return [...currencies].sort().map((currency) => ({
		currency,
		source: source ? (source[currency] ?? '0') : null,
		landed: landedMoney ? (landedMoney[currency] ?? '0') : null,
		loaded: money[currency] ?? '0',
	}))
}

function isLost({ landed, loaded }: MoneyProof): boolean {
	return landed !== null && !sameAmount(landed, loaded)
}

/** Are two decimal texts the same number? Compared digit by digit. */
export function sameAmount(left: string, right: string): boolean {
	return canonical(left) === canonical(right)
}

function canonical(text: string): string {
	const match = /^([+-]?)0*(\d*)(?:\.(\d*?)0*)?$/.exec(text.trim())
	if (!match) return text
	const [, sign, whole, fraction = ''] = match
	const digits = `${whole || '0'}${fraction && `.${fraction}`}`
	return sign === '-' && digits !== '0' ? `-${digits}` : digits
}
