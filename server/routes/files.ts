import { pipeline } from 'node:stream/promises'
import { type Request, Router } from 'express'
import { TieoutError } from '../../models/error.ts'
import { fileRows } from '../../reports/list.ts'
import { parseListRequest } from '../../reports/list-request.ts'
import { findReport } from '../../reports/pages/report.ts'
import { controlTotals } from '../../reports/report.ts'
import { exportTrust } from '../../reports/trust-line.ts'
import type { Manifest } from '../query/file-export.ts'
import { type ExportFormat, exportFormats, formatNames } from '../query/format.ts'
import type { PinnedQueries } from '../query/queries.ts'
import type { Answerer, Answering } from './answering.ts'

/** Which report an address's file holds, and what of the path narrows it. */
type FileRoute = {
	path: string
	report: (parts: Record<string, string>) => string
	filter?: (parts: Record<string, string>) => Record<string, string>
}

const monthFile: FileRoute = {
	path: '/month/:period',
	report: () => 'bookings-vs-revenue',
	filter: ({ period }) => ({ period_id: period! }),
}

const reportFile: FileRoute = { path: '/reports/:name', report: ({ name }) => name! }

/** How many manifests are kept: one is asked for after its file, for the same generation. */
const keptManifests = 200

/**
 * Every table as CSV, XLSX and Parquet at its page's path: all rows of the filter, streamed. Beside each, at `<file>.manifest.json`,
 * what proves that the file is whole: rows, totals per currency, filter, generation, SHA-256.
 */
export function fileRoutes(answers: Answerer, { reports }: Pick<Answering, 'reports'>): Router {
	const router = Router()
	const manifests = new Map<string, Promise<Manifest>>()
	const own = [...reports.values()]
		.filter((report) => report.path)
		.map((report) => ({ path: report.path!, report: () => report.name }))
	for (const route of [monthFile, reportFile, ...own]) for (const format of formatNames) addFile(route, format)
	return router

	function addFile(route: FileRoute, format: ExportFormat): void {
		router.get(`${route.path}.${format}`, (request, response) =>
			answers.withGeneration(request, async (pinned) => {
				const { started, key } = await start(request, route, format, pinned)
				keep(manifests, key, started.manifest)
				response.set({
					'Content-Type': exportFormats[format].mediaType,
					'Content-Disposition': `attachment; filename="${fileName(request, format, pinned!)}"`,
					'Cache-Control': 'private, no-cache',
					Link: `<${manifestAddress(request, format)}>; rel="describedby"; type="application/json"`,
				})
				await pipeline(started.stream, response)
			}),
		)
		router.get(`${route.path}.${format}.manifest.json`, (request, response) =>
			answers.withGeneration(request, async (pinned) => {
				response.set('Cache-Control', 'private, no-cache').json(await manifestOf(request, route, format, pinned))
			}),
		)
	}

	async function asked(request: Request, route: FileRoute, format: ExportFormat, pinned: PinnedQueries | null) {
		const page = await answers.pageRequest(request, pinned)
		if (!pinned) throw nothing()
		const report = findReport(page, route.report(page.parts))
		const query = fileQuery(page.context.address.query, route.filter?.(page.parts) ?? {})
		const filter = query.toString()
		return { page, report, query, filter, pinned, key: `${pinned.generation} ${format} ${report.name}?${filter}` }
	}

	async function start(asking: Request, route: FileRoute, format: ExportFormat, given: PinnedQueries | null) {
		const { page, report, query, filter, pinned, key } = await asked(asking, route, format, given)
		const request = parseListRequest(report, query)
		const compiled = fileRows(page.db, report, request).compile()
		const trust = exportTrust(page.context.trust)
		const options = { format, filter, title: report.title, totals: controlTotals(request), trust }
		return { started: await pinned.exportFile(compiled.sql, compiled.parameters, options), key }
	}

	/** Of the file that was just sent; else the file is written again, to be counted and hashed: it is the same for a generation. */
	async function manifestOf(
		request: Request,
		route: FileRoute,
		format: ExportFormat,
		pinned: PinnedQueries | null,
	): Promise<Manifest> {
		const { key } = await asked(request, route, format, pinned)
		const kept = await manifests.get(key)?.catch(() => undefined)
		if (kept) return kept
		const { started } = await start(request, route, format, pinned)
		keep(manifests, key, started.manifest)
		started.stream.resume()
		return await started.manifest
	}
}

/** A page and an order of the page narrow nothing: a file has all rows. */
function fileQuery(query: URLSearchParams, filter: Record<string, string>): URLSearchParams {
	const own = new URLSearchParams(query)
	own.delete('page')
	for (const [name, value] of Object.entries(filter)) own.set(name, value)
	own.sort()
	return own
}

function keep(manifests: Map<string, Promise<Manifest>>, key: string, manifest: Promise<Manifest>): void {
	manifest.catch(() => manifests.delete(key))
	manifests.delete(key)
	manifests.set(key, manifest)
	if (manifests.size > keptManifests) manifests.delete(manifests.keys().next().value!)
}

function fileName(request: Request, format: ExportFormat, { generation }: PinnedQueries): string {
	const stem = request.path.replace(/^\/(reports\/)?/, '').slice(0, -format.length - 1)
	return `tieout-${stem.replaceAll(/[^A-Za-z0-9._-]+/g, '-')}-generation-${generation}.${format}`
}

function manifestAddress(request: Request, format: ExportFormat): string {
	const at = request.originalUrl.indexOf('?')
	const path = at < 0 ? request.originalUrl : request.originalUrl.slice(0, at)
	return `${path.slice(0, -format.length)}${format}.manifest.json${at < 0 ? '' : request.originalUrl.slice(at)}`
}

function nothing(): TieoutError {
	return new TieoutError('not_found', 'query.nothing_published', 'nothing has been published yet', {
		next: 'tieout run',
	})
}
