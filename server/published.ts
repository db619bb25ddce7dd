import { renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Kysely } from 'kysely'
import { duckdbDialect } from '../models/dialect.ts'
import { TieoutError } from '../models/error.ts'
import { currentGeneration, type Generation, generations } from '../models/generation.ts'
import type { Schema } from '../models/schema.ts'
import { openDatabase } from '../models/warehouse.ts'
import type { TrustSettings } from '../reports/published-trust.ts'
import type { Config } from './config.ts'
import { knownCurrencies } from './configuration/schema.ts'
import { ofOtherRelease } from './other-release.ts'
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
	const database = await openDatabase(current.file, { readOnly: true }).catch((cause) => {
		throw damaged(current, cause)
	})
	const db = new Kysely<Schema>({
		dialect: duckdbDialect(async (sql, parameters) => ({ rows: await database.all(sql, parameters).catch(told) })),
	})
	return { ...current, db, close: () => database.close() }
}

/** A generation that an earlier release published may lack what this one reads. */
function told(error: unknown): never {
	throw ofOtherRelease(error)
}

/**
 * Sees that the pointer names a generation that can be read: where it doesn't, the newest one that can comes back into service, or
 * none. Gives a sentence about what was done; undefined when all was well.
 */
export async function repairPublished(project: Project): Promise<string | undefined> {
	const problem = await currentProblem(project)
	if (!problem) return undefined
	const pointer = path.join(project.published, 'current')
	for (const candidate of generations(project.published).reverse()) {
		if (!(await isReadable(candidate.file))) continue
		writeFileSync(`${pointer}.next`, `${path.basename(candidate.file)}\n`)
		renameSync(`${pointer}.next`, pointer)
		return `${problem}; generation ${candidate.generation} is back in service`
	}
	rmSync(pointer, { force: true })
	return `${problem}; no other generation can be read`
}

async function currentProblem(project: Project): Promise<string | undefined> {
	try {
		const current = currentGeneration(project.published)
		return !current || (await isReadable(current.file)) ? undefined : `generation ${current.generation} can't be read`
	} catch (error) {
		if (error instanceof TieoutError && error.code === 'publish.pointer') return error.message
		throw error
	}
}

async function isReadable(file: string): Promise<boolean> {
	try {
		const database = await openDatabase(file, { readOnly: true })
		try {
			return (await database.all('select 1 from tieout.generation')).length === 1
		} finally {
			await database.close()
		}
	} catch (error) {
		// A file that this process has open is one that could be opened.
		return error instanceof TieoutError && error.kind === 'busy'
	}
}

function damaged({ generation, file }: Generation, cause: unknown): unknown {
	if (!(cause instanceof TieoutError) || cause.kind === 'busy') return cause
	return new TieoutError('data', 'publish.damaged', `generation ${generation} can't be read: ${cause.message}`, {
		where: file,
		next: 'tieout run: it goes back to the newest generation that can be read, and publishes again',
		cause,
	})
}

/** What the configuration adds to a published file when it is judged. */
export function trustSettings(config: Config): TrustSettings {
	const currencies = knownCurrencies(config)
	return { materiality: config.company.materiality, minorDigits: (currency) => currencies.get(currency) }
}
