import { mkdirSync, mkdtempSync } from 'node:fs'
import type { Config } from './config.ts'
import { openQueries, type Queries, type QueryAudit } from './query/queries.ts'

/** The published warehouse for one command, with a spool folder of its own beside a server's. `close` it. */
export function commandQueries(config: Config, effects: { audit?: (entry: QueryAudit) => void } = {}): Queries {
	mkdirSync(config.project.data, { recursive: true })
	const spool = mkdtempSync(`${config.project.spool}-`)
	return openQueries({ published: config.project.published, spool }, effects)
}
