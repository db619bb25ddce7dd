import { readdirSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { TieoutError } from '../models/error.ts'
import { basicAuth, clientCredentials, jwtBearer, privateKeyJwt, refreshToken, staticHeaders } from './auth.ts'
import { columns, snakeCase } from './columns.ts'
import { declarationProblems } from './declaration.ts'
import { notOneSelect } from './guard.ts'
import { signedRequests } from './oauth1.ts'
import { defineSource, type Source } from './source.ts'
import { erpnext } from './sources/erpnext/erpnext.ts'
import { espocrm } from './sources/espocrm/espocrm.ts'
import { files } from './sources/files/files.ts'
import { hubspot } from './sources/hubspot/hubspot.ts'
import { netsuite } from './sources/netsuite/netsuite.ts'
import { oracle } from './sources/oracle/oracle.ts'
import { quickbooks } from './sources/quickbooks/quickbooks.ts'
import { salesforce } from './sources/salesforce/salesforce.ts'
import { sap, sapV2 } from './sources/sap/sap.ts'
import { xero } from './sources/xero/xero.ts'
import { statusVerdict } from './status-verdict.ts'

/** Every source, one line each. A new one is a file in `sources/` and a line here. */
export const sources: Source[] = [
	salesforce,
	hubspot,
	netsuite,
	sap,
	sapV2,
	oracle,
	xero,
	erpnext,
	espocrm,
	quickbooks,
	files,
]

/** What a project's own source is made with: the file may lie anywhere, so it imports nothing of ours (docs/sources.md). */
export const sourceTools = {
	defineSource,
	z,
	columns,
	snakeCase,
	staticHeaders,
	basicAuth,
	signedRequests,
	clientCredentials,
	jwtBearer,
	privateKeyJwt,
	refreshToken,
	statusVerdict,
	notOneSelect,
}

/** The declared columns of every stream, by the name of its raw table without schema (`salesforce__accounts`). */
export function rawColumns(all: readonly Source[] = sources): Record<string, string[]> {
	return Object.fromEntries(
		all.flatMap((source) =>
			source.streams.map((stream) => [
				`${source.tables ?? source.kind}__${stream.name}`,
				[...Object.keys(stream.columns), ...(stream.within ? ['_parent'] : [])],
			]),
		),
	)
}

/**
 * The sources of a project's folder `sources/`: every `.ts` or `.js` file there, whose default export makes a source of
 * {@link sourceTools} (or is one). Throws `source.broken`, `source.missing`, `source.invalid` and `source.twice` with the file.
 */
export async function loadSources(folder: string): Promise<Source[]> {
	const names = readdirSync(folder, { withFileTypes: true })
		.filter((entry) => entry.isFile() && /(?<!\.d)\.(ts|js)$/.test(entry.name))
		.map((entry) => entry.name)
	const makers = new Map(sources.map((source) => [source.kind, 'the product']))
	const loaded: Source[] = []
	for (const name of names.sort()) {
		const file = path.join(folder, name)
		const source = await importSource(file)
		const twin = makers.get(source.kind)
		if (twin) throw sourceTwice(file, source.kind, twin)
		makers.set(source.kind, path.join(folder, name))
		loaded.push(source)
	}
	return loaded
}

async function importSource(file: string): Promise<Source> {
	const made = await exported(file)
	if (typeof made !== 'object' || made === null)
		throw new TieoutError('configuration', 'source.missing', `${file} exports no source`, {
			where: file,
			next: 'export default ({ defineSource, z, ... }) => defineSource({ ... })',
		})
	const problems = declarationProblems(made)
	if (problems.length === 0) return made as Source
	throw new TieoutError('configuration', 'source.invalid', `${file} declares no source: ${problems.join('; ')}`, {
		where: file,
		next: 'correct the declaration; docs/sources.md says what each part is',
	})
}

/** What the file's default export is or makes; whatever its own code throws is told with the file's name. */
async function exported(file: string): Promise<unknown> {
	try {
		const { default: made } = (await import(pathToFileURL(file).href)) as { default?: unknown }
		return typeof made === 'function' ? await made(sourceTools) : made
	} catch (cause) {
		const message = cause instanceof Error ? cause.message.split('\n')[0] : String(cause)
		const line = new RegExp(`${path.basename(file).replaceAll('.', '[.]')}:(\\d+)`).exec(
			(cause as Error).stack ?? '',
		)?.[1]
		const where = line ? `${file}:${line}` : file
		throw new TieoutError('configuration', 'source.broken', `${where} can't be run: ${message}`, {
			where,
			next: 'correct the file; it gets its tools as an argument and imports nothing of tieout',
			cause,
		})
	}
}

function sourceTwice(file: string, kind: string, twin: string): TieoutError {
	return new TieoutError(
		'configuration',
		'source.twice',
		`${file}: a source of the kind "${kind}" exists already (${twin})`,
		{ where: file, next: `give yours a kind of its own; its tables and staging models are named after it` },
	)
}
