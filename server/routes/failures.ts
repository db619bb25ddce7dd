import type { ErrorRequestHandler, Request, RequestHandler } from 'express'
import { TieoutError } from '../../models/error.ts'
import { renderPage } from '../../reports/page.ts'
import { failurePage } from '../../reports/pages/failure.ts'
import { noData } from '../../reports/pages/no-data.ts'
import { errorDocument, httpStatusOf } from '../errors.ts'
import { ofOtherRelease } from '../other-release.ts'
import type { Answerer } from './answering.ts'

/** Tells about failures that are ours, so that they reach the log. */
export type TellFailure = (failure: { error: unknown; method: string; path: string; status: number }) => void

/** No route has this address. */
export const unknownAddress: RequestHandler = (request, _response, next) => {
	next(
		new TieoutError('not_found', 'http.no_page', `there is no page at ${request.path}`, {
			where: request.path,
			allowed: ['/', '/breaks', '/customers', '/reports', '/checks', '/runs', '/models', '/sql', '/search?q='],
			next: 'open one of these, or search for the record',
		}),
	)
}

/** Every failure in its one shape: a page for people, `{ error }` for scripts. */
export function failureHandler(answers: Answerer, tell: TellFailure): ErrorRequestHandler {
	return async (error, request, response, _next) => {
		const status = statusOf(error)
		if (status >= 500) tell({ error, method: request.method, path: request.path, status })
		if (response.headersSent) {
			// Half of a file has gone out: ending the connection is the only way to say that it is not whole.
			response.destroy()
			return
		}
		const document = errorDocument(described(request.path.includes('/sql') ? error : ofOtherRelease(error), status))
		response.status(status).set('Cache-Control', 'no-store')
		if (status === 503) response.set('Retry-After', '5')
		if (wantsJson(request)) {
			response.json(document)
			return
		}
		const context = await answers
			.withGeneration(request, (pinned) => answers.contextOf(request, pinned))
			.catch(() => answers.withGeneration(null, (pinned) => answers.contextOf(request, pinned)))
			.catch(() => answers.contextOf(request, null))
		const page =
			document.error.code === 'query.nothing_published'
				? await noData(await answers.pageRequest(request, null))
				: failurePage(document.error, status)
		response.type('html').send(renderPage({ ...page, content: page.content(), context }))
	}
}

/** Scripts: everything under `/api`, files, and who accepts JSON before HTML. */
export function wantsJson(request: Request): boolean {
	return /^\/api\/|\.(csv|json)$/.test(request.path) || request.accepts(['html', 'json']) === 'json'
}

/** Express's own failures (a body too large, a broken escape in the address) carry their status. */
function statusOf(error: unknown): number {
	const status = (error as { status?: unknown }).status
	return !(error instanceof TieoutError) && typeof status === 'number' ? status : httpStatusOf(error)
}

function described(error: unknown, status: number): unknown {
	if (error instanceof TieoutError || status >= 500) return error
	return new TieoutError('usage', 'http.request', (error as Error).message, { next: 'correct the address or the form' })
}
