import type { Config } from './config.ts'
import { openQueries, type Queries, type QueryAudit } from './query/queries.ts'
import { ownSpool } from './spool.ts'

/** The published warehouse for one command, with a spool folder of its own. `close` it. */
export function commandQueries(config: Config, effects: { audit?: (entry: QueryAudit) => void } = {}): Queries {
	return openQueries({ published: config.project.published, spool: ownSpool(config.project) }, effects)
}
