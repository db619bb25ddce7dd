import { type Kysely, sql } from 'kysely'
import type { CheckPoint, HealthHistory } from '../reports/health-history.ts'
import { apiUsage } from './api-usage.ts'
import { quarantineGroups } from './quarantine.ts'
import type { StateSchema } from './state.ts'

/** What the state remembers of checks, schema drift, quotas and alerts. */
export function stateHealth(db: Kysely<StateSchema>): HealthHistory {
	return {
		checkPoints: async (limit) => {
			const numbered = db
				.selectFrom('check_results')
				.select(['id', 'check_name', 'run_id', 'status', 'problem_count', 'checked_at'])
				.select(sql<number>`row_number() over (partition by check_name order by id desc)`.as('position'))
			const rows = await db
				.selectFrom(numbered.as('results'))
				.selectAll()
				.where('position', '<=', limit)
				.orderBy('check_name')
				.orderBy('id')
				.execute()
			const points = Map.groupBy(rows, (row) => row.check_name)
			return new Map([...points].map(([name, results]) => [name, results.map(pointOf)]))
		},
		drift: async (limit) => {
			const rows = await db.selectFrom('drift_events').selectAll().orderBy('id', 'desc').limit(limit).execute()
			return rows.map(({ id: _, run_id: __, is_declared, effect, ...event }) => ({
				...event,
				is_declared: is_declared === 1,
				effect: effect === null ? null : JSON.parse(effect),
			}))
		},
		quarantine: (now) => quarantineGroups(db, now),
		budgets: async () => await apiUsage(db),
		alerts: async () =>
			await db
				.selectFrom('alerts')
				.selectAll()
				.orderBy(sql`state = 'resolved'`)
				.orderBy('severity')
				.orderBy('opened_at')
				.orderBy('alert_id')
				.execute(),
		alertEvents: async (of) => {
			const events = db.selectFrom('alert_events').select(['alert_id', 'event', 'text', 'happened_at'])
			const wanted = 'limit' in of ? events.limit(of.limit) : events.where('alert_id', '=', of.alertId)
			return await wanted.orderBy('id', 'desc').execute()
		},
	}
}

function pointOf({ run_id, status, problem_count, checked_at }: CheckPoint): CheckPoint {
	return { run_id, status, problem_count, checked_at }
}
