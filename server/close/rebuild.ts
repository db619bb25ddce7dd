import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import { build } from '../../models/build.ts'
import { check } from '../../models/check.ts'
import { TieoutError } from '../../models/error.ts'
import type { HistoryRow } from '../../models/history-tables.ts'
import { writeAgain } from '../../models/publish.ts'
import { buildMemory, buildOptions } from '../building.ts'
import { openQueries } from '../query/queries.ts'
import { publishedConnections } from '../sources.ts'
import type { CloseEffects, Closing } from './closing.ts'
import { paperContent, withGeneration } from './closing.ts'
import type { Basis, Content, PaperContent } from './content.ts'
import { keptDocument } from './documents.ts'
import type { Signature } from './life.ts'
import { findScope, paperScopes } from './scope.ts'

/**
 * Builds what was known when a signature was given again, from the warehouse, in a folder of its own, and does work on it: all that reads
 * published generations works on `rebuilt`. The folder goes afterwards. Takes as long as a whole build.
 */
export async function withRebuilt<T>(
	closing: Closing,
	signature: Signature,
	work: (rebuilt: Closing) => Promise<T>,
	{ now = () => new Date() }: CloseEffects = {},
): Promise<T> {
	const { config, state } = closing
	const project = config.project.folder
	mkdirSync(path.join(config.project.data, 'as-of'), { recursive: true })
	const folder = mkdtempSync(path.join(config.project.data, 'as-of', 'signed-'))
	const built = await build({ ...buildOptions(config), asOf: signature.loadedUntil }, { now })
	try {
		const checks = await check({ project, file: built.file, ...buildMemory(config) }, { now })
		const basis = (await keptDocument(state.db, signature.basisHash)) as Basis | undefined
		await writeAgain(
			folder,
			Number(signature.generation),
			{
				project,
				file: built.file,
				...buildMemory(config),
				checks,
				certificates: basis ? certificateRows(basis) : [],
				freshness: basis ? freshnessRows(basis) : [],
				connections: publishedConnections(config),
			},
			{ now },
		)
		const queries = openQueries({ published: folder, spool: path.join(folder, 'spool') })
		try {
			return await work({ config: { ...config, project: { ...config.project, published: folder } }, state, queries })
		} finally {
			await queries.close()
		}
	} finally {
		rmSync(folder, { recursive: true, force: true })
		for (const suffix of ['', '.wal']) rmSync(`${built.file}${suffix}`, { force: true })
	}
}

/** The content of a signature from generations that were built again: with the settings that it was signed under. */
export async function contentAgain(rebuilt: Closing, paper: string, signed: Content): Promise<PaperContent> {
	return await withGeneration(rebuilt, async (source) => {
		const scopes = await paperScopes(source.rows, { perEntity: signed.entity !== null })
		return await paperContent(rebuilt, source, findScope(scopes, paper), signed.settings)
	})
}

/** The content that a signature is bound to. Throws `journal.document` when it is not there or was changed. */
export async function signedContent({ state }: Pick<Closing, 'state'>, signature: Signature): Promise<Content> {
	const content = (await keptDocument(state.db, signature.contentHash)) as Content | undefined
	if (content) return content
	throw new TieoutError(
		'data',
		'journal.document',
		`the content that ${signature.name} signed is not in the state file`,
		{
			where: `close_contents, ${signature.contentHash}`,
			next: 'restore the state file from a backup',
		},
	)
}

function certificateRows({ certificates }: Basis): HistoryRow[] {
	return certificates.map(({ stream, ...row }) => ({
		...row,
		...parts(stream),
		run_id: 'signed',
		landed_rows: row.loaded_rows,
	}))
}

function freshnessRows({ freshness }: Basis): HistoryRow[] {
	return freshness.map(({ stream, ...row }) => ({ ...row, ...parts(stream) }))
}

function parts(stream: string): { connection: string; stream: string } {
	const dot = stream.indexOf('.')
	return { connection: stream.slice(0, dot), stream: stream.slice(dot + 1) }
}
