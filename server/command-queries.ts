import type { Config } from './config.ts'
import { openQueries, type Queries, type QueryAudit } from './query/queries.ts'

/** The published warehouse for one command. `close` it. */
export function commandQueries(config: Config, effects: { audit?: (entry: QueryAudit) => void } = {}): Queries {
	const { published, spool } = config.project
	return openQueries({ published, spool }, effects)
}
