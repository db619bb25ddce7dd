import type { SourceCount } from './source.ts'
import type { Certificate, MoneyProof } from './state.ts'

/** What a run counted. `landed`: different records that came; `proved`: those of them that the warehouse holds now. */
export type Counted = {
	landed: number
	proved: number
	quarantined: number
	/** Loaded totals by currency, and of the quarantined records nothing. */
	money: Record<string, string>
	/** What the source said when the reading began, if it did. */
	totalAtStart: number | null
}

/** The statement of a run: what the source says it has within the bounds against what was landed and loaded. */
export function certify(source: SourceCount | null, counted: Counted): Certificate {
	const sourceRows = source?.rows ?? counted.totalAtStart
	const money = moneyProofs(source?.money, counted.money)
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
	if (missing > 0) return { verdict: 'short', reason: `${missing} landed records are not in the warehouse` }
	if (sourceRows === null) return { verdict: 'unverifiable', reason: source?.reason ?? 'the source has no count' }
	const difference = counted.landed - sourceRows
	const hasMoved = counted.totalAtStart !== null && counted.totalAtStart !== sourceRows
	if (difference !== 0 && hasMoved)
		return {
			verdict: 'moved',
			reason: `the source had ${counted.totalAtStart} records at first and ${sourceRows} at the end`,
		}
	if (difference < 0) return { verdict: 'short', reason: `short by ${-difference} of ${sourceRows} records` }
	if (difference > 0)
		return { verdict: 'over', reason: `over by ${difference}: the source counts ${sourceRows} records` }
	if (counted.quarantined > 0) return { verdict: 'short', reason: `${counted.quarantined} records are in quarantine` }
	const wrong = money.find((proof) => proof.source !== null && !sameAmount(proof.source, proof.loaded))
	if (wrong)
		return {
			verdict: 'short',
			reason: `${wrong.currency}: the source's total is ${wrong.source}, loaded are ${wrong.loaded}`,
		}
	return { verdict: 'proved', reason: source?.reason ?? null }
}

function moneyProofs(source: Record<string, string> | undefined, loaded: Record<string, string>): MoneyProof[] {
	const currencies = [...new Set([...Object.keys(source ?? {}), ...Object.keys(loaded)])].sort()
	return currencies.map((currency) => ({
		currency,
		source: source ? (source[currency] ?? '0') : null,
		landed: loaded[currency] ?? '0',
		loaded: loaded[currency] ?? '0',
	}))
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
