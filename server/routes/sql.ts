import { pipeline } from 'node:stream/promises'
import { type Request, Router, urlencoded } from 'express'
import { TieoutError } from '../../models/error.ts'
import { renderPage } from '../../reports/page.ts'
import { type SqlOutcome, sqlPage } from '../../reports/pages/sql.ts'
import { errorDocument, httpStatusOf } from '../errors.ts'
import { exportFormats, formatNames } from '../query/format.ts'
import { answerLimits, processLimits } from '../query/limits.ts'
import type { PinnedQueries } from '../query/queries.ts'
import type { Answerer } from './answering.ts'

const limits = { rows: answerLimits.rows, seconds: processLimits.sql.seconds }

/** `/sql`: the form, its answer, and the whole answer as a file. A question runs only when its form is sent, never by a link. */
export function sqlRoutes(answers: Answerer): Router {
	const router = Router()
	router.use(
		['/sql', ...formatNames.map((format) => `/sql.${format}`), '/api/sql'],
		urlencoded({ extended: false, limit: '200kb' }),
	)
	router.get('/sql', (request, response) =>
		answers.withGeneration(request, async (pinned) => {
			const question = new URL(request.originalUrl, 'http://host').searchParams.get('q') ?? ''
			const page = await answers.pageRequest(request, pinned)
			const result = await sqlPage(page, question, limits)
			response.set('Cache-Control', 'private, no-cache').type('html')
			response.send(renderPage({ ...result, content: result.content(), context: page.context }))
		}),
	)
	router.post('/sql', (request, response) =>
		answers.withGeneration(request, async (pinned) => {
			const question = questionOf(request)
			const { outcome, status } = await ask(pinned, question)
			const page = await answers.pageRequest(request, pinned)
			const result = await sqlPage(page, question, limits, outcome)
			response.status(status).set('Cache-Control', 'no-store').type('html')
			response.send(renderPage({ ...result, content: result.content(), context: page.context }))
		}),
	)
	for (const format of formatNames)
		router.post(`/sql.${format}`, (request, response) =>
			answers.withGeneration(request, async (pinned) => {
				if (!pinned) throw nothingPublished()
				const options = { format, filter: questionOf(request), title: 'SQL' }
				const { stream } = await pinned.exportUserSql(questionOf(request), options)
				response.set({
					'Content-Type': exportFormats[format].mediaType,
					'Content-Disposition': `attachment; filename="tieout-sql-generation-${pinned.generation}.${format}"`,
					'Cache-Control': 'no-store',
				})
				await pipeline(stream, response)
			}),
		)
	router.post('/api/sql', (request, response) =>
		answers.withGeneration(request, async (pinned) => {
			if (!pinned) throw nothingPublished()
			const { columns, rows, isCut, milliseconds, generation } = await pinned.userSql(questionOf(request))
			response.set('Cache-Control', 'no-store')
			response.json({ schema: 'tieout.sql/1', generation, columns, rows, is_cut: isCut, milliseconds })
		}),
	)
	return router
}

/** A refusal is shown beside the question, which stays in the form. */
async function ask(pinned: PinnedQueries | null, question: string): Promise<{ outcome: SqlOutcome; status: number }> {
	try {
		if (!pinned) throw nothingPublished()
		return { outcome: { answer: await pinned.userSql(question) }, status: 200 }
	} catch (error) {
		if (!(error instanceof TieoutError)) throw error
		return { outcome: errorDocument(error), status: httpStatusOf(error) }
	}
}

function questionOf(request: Request): string {
	const question = (request.body as { q?: unknown } | undefined)?.q
	if (typeof question === 'string' && question.trim() !== '') return question
	throw new TieoutError('usage', 'sql.empty', 'there is no question in the form', {
		where: 'q',
		next: 'write one SELECT, such as: select * from marts.periods',
	})
}

function nothingPublished(): TieoutError {
	return new TieoutError('not_found', 'query.nothing_published', 'nothing has been published yet', {
		next: 'tieout run',
	})
}
