/** One result of a check in a run; `run_id` names the run. */
export type CheckPoint = { run_id: string; status: string; problem_count: number | null; checked_at: string }

/** A field that a source's description gained, lost or changed. `is_declared`: a model may read it. */
export type SchemaDrift = {
	connection: string
	stream: string
	field: string
	change: string
	type_before: string | null
	type_after: string | null
	is_declared: boolean
	found_at: string
	/** What it breaks; null where nobody has looked yet. */
	effect: DriftEffect | null
}

/**
 * What a change of a source's schema means here. `columns`: landing columns that are filled from the field; `readers`: models and
 * checks that read them, by which name (null: through other models). `text` says it in a sentence.
 */
export type DriftEffect = {
	columns: string[]
	readers: { model: string; by: string | null; isCheck: boolean }[]
	breaks: boolean
	text: string
}

/**
 * The newest state of one quota of a connection, as the vendor counts it, or as we do where it doesn't. `forecast`: what will be used at
 * the end of the day (UTC) if it goes on like the days before; null while there is none.
 */
export type ApiBudget = {
	connection: string
	quota: string
	used: number
	maximum: number
	left: number
	forecast: number | null
	noted_at: string
}

/** A week (from Monday, UTC) of a group in quarantine. `waiting`: at its end. */
export type QuarantineWeek = { week: string; came: number; settled: number; waiting: number }

/**
 * Records that wait for the same reason. `money`: exact totals by currency of those whose amount can be read; the others are
 * `without_amount`. `weeks`: the last ones, oldest first.
 */
export type QuarantineGroup = {
	connection: string
	stream: string
	code: string
	records: number
	money: { currency: string; amount: string; records: number }[]
	without_amount: number
	oldest_at: string
	weeks: QuarantineWeek[]
}

/** One event in the life of an alert: opened, escalated, resolved, reopened, acknowledged, snoozed. */
export type AlertEvent = { alert_id: number; event: string; text: string; happened_at: string }

/** A problem with its life: one per kind and subject. `link` is the page that shows the problem, from `/`. Moments UTC. */
export type Alert = {
	alert_id: number
	/** check, freshness, run, quota, quarantine, certificate or schema. */
	kind: string
	/** The check's name, `connection.stream`, `connection.quota`, or the command. */
	subject: string
	owner: string | null
	severity: string
	/** open, acknowledged, snoozed, resolved. */
	state: string
	text: string
	link: string
	opened_at: string
	changed_at: string
	last_seen_at: string
	seen_count: number
	snoozed_until: string | null
	reason: string | null
	acted_by: string | null
}

/** What the server's state remembers beside a published generation. Newest first, checks' points oldest first. */
export type HealthHistory = {
	/** The last `limit` results of every check, by name. */
	checkPoints(limit: number): Promise<ReadonlyMap<string, CheckPoint[]>>
	drift(limit: number): Promise<SchemaDrift[]>
	/** What waits in quarantine by connection, stream and reason, the oldest first. */
	quarantine(now: Date): Promise<QuarantineGroup[]>
	budgets(): Promise<ApiBudget[]>
	/** Every alert there ever was, the most urgent first: not resolved, errors, the oldest. */
	alerts(): Promise<Alert[]>
	/** The newest events of all alerts, or all of one. */
	alertEvents(of: { limit: number } | { alertId: number }): Promise<AlertEvent[]>
}

/** Without a state nothing is remembered. */
export const noHistory: HealthHistory = {
	checkPoints: async () => new Map(),
	drift: async () => [],
	quarantine: async () => [],
	budgets: async () => [],
	alerts: async () => [],
	alertEvents: async () => [],
}
