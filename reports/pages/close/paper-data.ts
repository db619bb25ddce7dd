/** What a paper is about: a period of the company, or of one legal entity. Dates `YYYY-MM-DD`. */
export type PaperScope = {
	/** `2026-10`, or `2026-10:us`. */
	paper: string
	periodId: string
	startDate: string
	endDate: string
	isComplete: boolean
	entity: string | null
}

export type PaperState = 'open' | 'prepared' | 'reviewed' | 'locked'
export type SigningStep = 'prepared' | 'reviewed' | 'locked'

/** One signature. Moments are UTC. */
export type Signature = {
	seq: number
	hash: string
	at: string
	step: SigningStep
	userId: string
	name: string
	role: string
	contentHash: string
	generation: string
	loadedUntil: string
	statement: string
	overrides: { reason: string; text: string; why: string }[]
	warnings: string[]
	certified: { rule: string; cells: number }[]
	round: number
}

/** Why a paper was opened again, or what happened before it. */
export type Note = { seq: number; at: string; userId: string; name: string; reason: string; paper: string }

/** All that was ever decided about a paper. */
export type PaperLife = {
	state: PaperState
	round: number
	/** Of all rounds, the oldest first. */
	signatures: Signature[]
	preparer: Signature | null
	reviewer: Signature | null
	locker: Signature | null
	reopenings: Note[]
	marks: Note[]
	acceptances: { seq: number; at: string; name: string; reason: string; generation: string; changes: string[] }[]
}

/** How one rule of materiality comes out. Amounts are decimal text in `currency`. */
export type Materiality = {
	about: string
	currency: string
	unexplained: string
	withoutRate: number
	limit: string
	amount: string | null
	percent: string | null
	isAbove: boolean
}

/** What speaks against the next signature. */
export type SigningReason = { id: string; kind: string; blocks: boolean; text: string }

/** A total of the paper's cells in one currency. */
export type Totals = {
	currency: string
	is_reporting: boolean
	bookings: string
	billings: string
	revenue: string
	variance: string
	unexplained: string
	unexplained_absolute: string
}

/** The newest certificate of a stream, when the paper was read. */
export type Certificate = {
	stream: string
	verdict: string
	reason: string | null
	source_rows: string | null
	loaded_rows: string | null
	quarantined_rows: string | null
	money: string | null
	certified_at: string
}

/** A paper as it stands now, in one generation. */
export type PaperData = {
	scope: PaperScope
	generation: string
	hash: string
	content: {
		version: string
		tables: Record<string, { columns: string[]; rows: number; sha256: string }>
		totals: Totals[]
		models: Record<string, string>
		rates: string
		settings: Record<string, unknown>
		checks: { name: string; severity: string; is_blocking: boolean; status: string; problems: string }[]
	}
	basis: { loaded_until: string; extracted_until: string; certificates: Certificate[] }
	life: PaperLife
	dueDate: string | null
	materiality: Materiality[]
	certified: { rule: string; cells: number }[]
	next: SigningStep | null
	reasons: SigningReason[]
	changes: number | null
	changesProblem: string | null
}

/** A line of the list of papers. */
export type PaperSummary = PaperScope & {
	state: PaperState
	round: number
	preparer: string | null
	reviewer: string | null
	dueDate: string | null
	overrides: number
	marks: number
	/** Changes since signing that nobody has accepted; null: it can't be told; undefined: nobody signed it. */
	changes?: number | null | undefined
}
