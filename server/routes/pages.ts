import { type Request, type Response, Router } from 'express'
import { TieoutError } from '../../models/error.ts'
import { atGeneration } from '../../reports/kept-generation.ts'
import { renderPage } from '../../reports/page.ts'
import type { PageHandler, PageRequest, PageResult } from '../../reports/page-request.ts'
import { alert, alerts } from '../../reports/pages/alerts.ts'
import { breakPage } from '../../reports/pages/break.ts'
import { check, checks } from '../../reports/pages/checks.ts'
import { customer } from '../../reports/pages/customer.ts'
import { model, models } from '../../reports/pages/models.ts'
import { month, newestMonth } from '../../reports/pages/month.ts'
import { noData } from '../../reports/pages/no-data.ts'
import { quarantine } from '../../reports/pages/quarantine.ts'
import { report, reportPage } from '../../reports/pages/report.ts'
import { reportIndex } from '../../reports/pages/reports.ts'
import { run, runs } from '../../reports/pages/runs.ts'
import { search } from '../../reports/pages/search.ts'
import { admissionOf } from '../people/request.ts'
import { digestOf } from '../people/secrets.ts'
import type { PinnedQueries } from '../query/queries.ts'
import type { Answerer } from './answering.ts'
import { assets } from './assets.ts'

/** Every page by its path; the same path under `/api` gives it as JSON. */
export const pages: Readonly<Record<string, PageHandler>> = {
	'/': newestMonth,
	'/month/:period': month,
	'/breaks': reportPage('breaks', 'Breaks'),
	'/break/:id': breakPage,
	'/customers': reportPage('customer-360', 'Customers'),
	'/customer/:id': customer,
	'/reports': reportIndex,
	'/reports/:name': report,
	'/checks': checks,
	'/checks/:name': check,
	'/alerts': alerts,
	'/alerts/:id': alert,
	'/runs': runs,
	'/runs/:id': run,
	'/quarantine': quarantine,
	'/models': models,
	'/models/:name': model,
	'/search': search,
}

/** Pages that show what happens now: never answered from a cache, and there before anything is published. */
const live = new Set<PageHandler>([alerts, alert, runs, run, quarantine])

/** Every page, and every page as JSON under `/api`. */
export function pageRoutes(answers: Answerer): Router {
	const router = Router()
	for (const [path, handler] of Object.entries(pages)) {
		router.get(path, (request, response) =>
			answers.withGeneration(request, async (pinned) => {
				if (!live.has(handler) && (await isKnown(request, response, pinned, answers))) return
				await sendPage(response, handler, await answers.pageRequest(request, pinned))
			}),
		)
		router.get(`/api${path === '/' ? '/month' : path}`, (request, response) =>
			answers.withGeneration(request, async (pinned) => {
				await sendJson(response, handler, await answers.pageRequest(request, pinned))
			}),
		)
	}
	return router
}

/** The page as HTML; before the first publish every page that reads a generation says so. */
export async function sendPage(response: Response, handler: PageHandler, request: PageRequest): Promise<void> {
	const isEmpty = request.context.generation === null && !live.has(handler)
	const result = await (isEmpty ? noData(request) : handler(request))
	if ('redirect' in result) {
		response.redirect(302, atGeneration(result.redirect, request.context))
		return
	}
	response
		.status(result.status ?? 200)
		.type('html')
		.send(renderPage({ ...result, content: result.content(), context: request.context }))
}

async function sendJson(response: Response, handler: PageHandler, request: PageRequest): Promise<void> {
	if (request.context.generation === null && !live.has(handler))
		throw new TieoutError('not_found', 'query.nothing_published', 'nothing has been published yet', {
			next: 'tieout run',
		})
	const result = await handler(request)
	if ('redirect' in result) {
		response.redirect(302, atGeneration(`/api${result.redirect}`, request.context))
		return
	}
	response.set('Cache-Control', 'private, no-cache').json(documentOf(result, request))
}

/** What every document begins with: which generation, as of when, and whether it can be trusted. */
function documentOf({ schema, data }: PageResult, { context: { generation, trust } }: PageRequest) {
	return snakeCaseKeys({
		schema,
		generation: generation?.generation ?? null,
		asOf: generation?.loadedUntil ?? null,
		verdict: trust.verdict,
		...data,
	})
}

/** A page changes with its generation, with what is decided, with its assets, and with the minute that its ages are told to. */
async function isKnown(
	request: Request,
	response: Response,
	pinned: PinnedQueries | null,
	{ now, newest, close }: Answerer,
): Promise<boolean> {
	const minute = Math.floor(now().getTime() / 60_000)
	const version = [
		pinned?.generation ?? 'none',
		newest() ?? 'none',
		assets.style.hash,
		assets.script.hash,
		minute,
		viewerOf(request),
		await close.version(),
	].join('-')
	response.set({ ETag: `W/"${version}"`, 'Cache-Control': 'private, no-cache' })
	if (!request.fresh) return false
	response.status(304).end()
	return true
}

/** A page names who looks at it, and its forms are of one session. */
function viewerOf(request: Request): string {
	const { person, formToken } = admissionOf(request)
	if (!person) return 'nobody'
	return digestOf(JSON.stringify([person, formToken])).slice(0, 16)
}

/** Names for scripts are in snake case, as the warehouse's columns are. */
export function snakeCaseKeys(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(snakeCaseKeys)
	if (value === null || typeof value !== 'object') return value
	const entries = Object.entries(value).map(([key, part]) => [
		key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
		snakeCaseKeys(part),
	])
	return Object.fromEntries(entries)
}
