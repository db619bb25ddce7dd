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
}

/** The newest state of one quota of a connection, as the vendor counts it. */
export type ApiBudget = { connection: string; quota: string; used: number; maximum: number; noted_at: string }

/** One event in the life of a check's alert: opened, escalated, resolved, reopened, acknowledged, snoozed. */
export type AlertEvent = { event: string; text: string; happened_at: string }

/** What the server's state remembers beside a published generation. Newest first, checks' points oldest first. */
export type HealthHistory = {
	/** The last `limit` results of every check, by name. */
	checkPoints(limit: number): Promise<ReadonlyMap<string, CheckPoint[]>>
	drift(limit: number): Promise<SchemaDrift[]>
	budgets(): Promise<ApiBudget[]>
	alertEvents(subject: string): Promise<AlertEvent[]>
}

/** Without a state nothing is remembered. */
export const noHistory: HealthHistory = {
	checkPoints: async () => new Map(),
	drift: async () => [],
	budgets: async () => [],
	alertEvents: async () => [],
}
