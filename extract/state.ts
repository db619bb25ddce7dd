import type { RequestLog } from './budget-window.ts'

/** A run's frozen bounds, in epoch milliseconds. `since` null: from the beginning. `signature` tells whether a later run asks the same question. */
export type Window = {
	since: number | null
	until: number
	signature: string
	/** Of a stream that follows another: how far that one was read. */
	upTo?: number
}

/** `full`: everything is read; `incremental`: what changed. Both look for deleted records; a `full` one by their absence. */
export type RunKind = 'full' | 'incremental'

/**
 * `running` until it ends (or for ever, after a crash); `failed` and `stopped` (quota, signal) go on from their last durable part;
 * `abandoned`: another question was asked since, so a new run replaced it. `incomplete`: loaded, but short of the source's count.
 */
export type RunOutcome =
	| 'running'
	| 'loaded'
	| 'incomplete'
	| 'held'
	| 'discarded'
	| 'denied'
	| 'failed'
	| 'stopped'
	| 'abandoned'

/** One run of one stream. */
export type StreamRun = {
	runId: string
	connection: string
	stream: string
	kind: RunKind
	window: Window
	startedAt: number
	outcome: RunOutcome
}

/** What a run ends with. Counts are records; `error` is redacted text. */
export type RunEnd = {
	outcome: RunOutcome
	landed: number
	loaded: number
	quarantined: number
	deleted: number
	error?: { code: string; message: string; next?: string | undefined } | undefined
	notes?: string[]
}

/** How far a stream is loaded: everything stamped up to `watermark` (epoch ms). `fullRows`: keys of the last full read. */
export type StreamCursor = {
	watermark: number | null
	/** How far the source's list of deleted records was read (epoch ms). */
	deletesUntil: number | null
	fullRows: number | null
	fullAt: number | null
	/** When all keys of the source were last compared with ours, and when it last counted them all (epoch ms). */
	sweptAt: number | null
	countedAt: number | null
	runId: string
}

/** A durable file of the landing archive: all pages up to a boundary. `resume`: the request that follows, null after the last page. */
export type LandedPart = {
	runId: string
	part: number
	/**
	 * `deletes`: the source's list of deleted records; `keys`: the keys of all that are not deleted. Of a stream that follows another:
	 * `asked`, the keys that are asked for, and `gone`, those that were deleted there.
	 */
	purpose: 'records' | 'deletes' | 'keys' | 'asked' | 'gone'
	/** Path below the landing folder; empty when the pages had no records. */
	file: string
	rows: number
	/** Bytes before compression. */
	bytes: number
	pages: number
	sha256: string
	fields: string[]
	numberFields: string[]
	resume: unknown
	/** The last record's declared columns, to start again behind it when `resume` has expired. */
	last: Record<string, string | null> | null
	/** How many records the source said there are. */
	sourceTotal: number | null
	extractedAt: number
	/** The last page of the reading without its records; null before it. */
	envelope: unknown
	/** What its records that are not deleted add up to, exact text by currency, summed as they were landed; null where there is no money. */
	money: Record<string, string> | null
	/** When its records came into the warehouse (`_loaded_at`, epoch ms); null until then. */
	loadedAt: number | null
	/** One of its records looks as if two readers could understand it differently: each is looked at by itself. */
	isDoubtful?: boolean
}

/** Exact totals of one currency as text; null where it can't be told. `landed` is added up apart from `loaded`, as the pages come. */
export type MoneyProof = { currency: string; source: string | null; landed: string | null; loaded: string }

/** What a run proves. `over`/`short` by `difference` records or money; `moved`: the source changed while it was read. */
export type Certificate = {
	verdict: 'proved' | 'short' | 'over' | 'moved' | 'unverifiable'
	reason: string | null
	sourceRows: number | null
	landedRows: number
	loadedRows: number
	quarantinedRows: number
	money: MoneyProof[]
}

/** A record that was not loaded: where it lies, why, and its text. */
export type QuarantinedRecord = {
	connection: string
	stream: string
	runId: string
	file: string
	/** Line in the file, from 1. */
	line: number
	key: string | null
	code: string
	reason: string
	record: string
	/** What the record is about, as text, where that can be read; the amount may have any number of decimals. */
	money?: { amount: string; currency: string | null } | null
	/** `record` is only the beginning: the whole stands in the landed file. */
	isCut?: boolean
}

/** A change of the source's own description of a stream. `isDeclared`: we read the field. */
export type DriftEvent = {
	connection: string
	stream: string
	field: string
	change: 'added' | 'removed' | 'retyped'
	before: string | null
	after: string | null
	isDeclared: boolean
	runId: string
}

/** A run that a person must decide about: it brought far fewer records than the last full one. */
export type HeldRun = {
	runId: string
	connection: string
	stream: string
	reason: string
	rowsBefore: number
	rowsNow: number
	decision: 'load' | 'discard' | null
}

/**
 * OAuth tokens of a login, as the source's auth strategy writes them. Moments are epoch ms by the machine's clock: `expiresAt` of the
 * access token; of the refresh token `usedAt`, and its end if it is not used again (`idleEndsAt`) and in any case (`hardEndsAt`).
 */
export type Tokens = {
	refreshToken?: string
	accessToken?: string
	origin?: string
	expiresAt?: number
	usedAt?: number
	idleEndsAt?: number
	hardEndsAt?: number
}

/** Held while a stream is read. `release` is the holder's duty. */
export type StreamLock = { release(): Promise<void> }

/**
 * What extraction remembers between runs; implemented over `data/state.sqlite` by `server/extract-state.ts`.
 * Every write is durable when its promise resolves. Moments are epoch milliseconds.
 */
export type ExtractState = {
	cursor(connection: string, stream: string): Promise<StreamCursor | null>
	moveCursor(connection: string, stream: string, cursor: StreamCursor): Promise<void>
	startRun(run: { connection: string; stream: string; kind: RunKind; window: Window }): Promise<StreamRun>
	/** The newest run of the stream when it can go on (`running`, `failed`, `stopped`), else null. */
	unfinishedRun(connection: string, stream: string): Promise<StreamRun | null>
	run(runId: string): Promise<StreamRun | null>
	/** The runs of a stream whose records were loaded, oldest first; of `held` and `discarded` ones the deletions were not. */
	loadedRuns(connection: string, stream: string): Promise<StreamRun[]>
	finishRun(runId: string, end: RunEnd): Promise<void>
	parts(runId: string): Promise<LandedPart[]>
	recordPart(part: LandedPart): Promise<void>
	markLoaded(runId: string, parts: number[], loadedAt: number): Promise<void>
	certify(run: StreamRun, certificate: Certificate): Promise<void>
	/** Adds records; one that waits already (same place, or the same text read again) stays as it is. */
	quarantine(records: QuarantinedRecord[]): Promise<void>
	/** Records that wait for a replay, oldest first. */
	quarantined(filter: { connection?: string; stream?: string }): Promise<(QuarantinedRecord & { id: number })[]>
	resolveQuarantine(ids: number[], resolution: string): Promise<void>
	tokens(connection: string): Promise<Tokens | null>
	saveTokens(connection: string, tokens: Tokens): Promise<void>
	/** The source's description of a stream at the last run: field to type. */
	description(connection: string, stream: string): Promise<Record<string, string> | null>
	saveDescription(connection: string, stream: string, fields: Record<string, string>): Promise<void>
	recordDrift(events: DriftEvent[]): Promise<void>
	/** A job at the vendor that a run has made, under a name of ours; null if there is none. */
	vendorJob(runId: string, name: string): Promise<unknown>
	noteVendorJob(runId: string, name: string, detail: unknown): Promise<void>
	/** What was sent to an account, by all processes. */
	requestLog(connection: string): RequestLog
	noteUsage(connection: string, quota: string, used: number, maximum: number): Promise<void>
	hold(run: Omit<HeldRun, 'decision'>): Promise<void>
	held(connection: string, stream: string): Promise<HeldRun | null>
	heldRuns(): Promise<HeldRun[]>
	decideHeld(runId: string, decision: 'load' | 'discard', decidedBy: string): Promise<void>
	/** Takes a stream's cursor and landed parts away: nothing of it counts as read, and its next run is its first. */
	forget(connection: string, stream: string): Promise<void>
	/** All writes of `work` together or none. */
	atomically<T>(work: (state: ExtractState) => Promise<T>): Promise<T>
	/** Takes the lock, also from a process that is dead; answers who holds it when it can't. */
	lock(name: string): Promise<StreamLock | { holder: string }>
}
