import { Kysely } from 'kysely'
import { duckdbDialect } from '../models/dialect.ts'
import { TieoutError } from '../models/error.ts'
import { currentGeneration } from '../models/generation.ts'
import type { Schema } from '../models/schema.ts'
import { openDatabase } from '../models/warehouse.ts'
import type { TrustSettings } from '../reports/published-trust.ts'
import type { Config } from './config.ts'
import { knownCurrencies } from './configuration/schema.ts'
import type { Project } from './project.ts'

/** The generation in service, open in this process for one command. `close` it. */
export type Published = { generation: number; file: string; db: Kysely<Schema>; close(): Promise<void> }

/** Opens the generation in service read-only. Throws `not_found` (`query.nothing_published`) before the first publish. */
export async function openPublished(project: Project): Promise<Published> {
	const current = currentGeneration(project.published)
	if (!current)
		throw new TieoutError('not_found', 'query.nothing_published', 'nothing has been published yet', {
			where: project.published,
			next: 'tieout run',
		})
	const database = await openDatabase(current.file, { readOnly: true })
	const db = new Kysely<Schema>({
		dialect: duckdbDialect(async (sql, parameters) => ({ rows: await database.all(sql, parameters) })),
	})
	return { ...current, db, close: () => database.close() }
}

/** What the configuration adds to a published file when it is judged. */
export function trustSettings(config: Config): TrustSettings {
	const currencies = knownCurrencies(config)
	return { materiality: config.company.materiality, minorDigits: (currency) => currencies.get(currency) }
}
