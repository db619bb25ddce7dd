import { type Request, Router } from 'express'
import { TieoutError } from '../../../models/error.ts'
import { type JournalPage, JournalView, journalPageSize } from '../../../reports/pages/close/journal.ts'
import type { Closing } from '../../close/closing.ts'
import { verifyJournal } from '../../close/journal.ts'
import { asked, type CloseRoutes, sendClose, sendDocument } from './closing-request.ts'

/** What the journal is filtered by. */
const filters = ['kind', 'paper', 'actor'] as const

/** `/journal`: every decision, and whether the chain holds. */
export function journalRoutes(routes: CloseRoutes): Router {
	const router = Router()
	router.get('/journal', async (request, response) => {
		const page = await readPage(routes.closing, request)
		await sendClose(routes, request, response, {
			title: 'Journal',
			content: (context) => JournalView({ page, context }),
		})
	})
	router.get('/api/journal', async (request, response) => {
		const { facets: _, ...page } = await readPage(routes.closing, request)
		sendDocument(response, { schema: 'tieout.journal/1', ...page })
	})
	return router
}

async function readPage({ state }: Closing, request: Request): Promise<JournalPage> {
	const page = pageOf(asked(request, 'page'))
	const chosen = filters.flatMap((name) => {
		const value = asked(request, name)
		return value ? [{ name, value }] : []
	})
	const narrowed = (except?: string) => {
		let query = state.db.selectFrom('journal')
		for (const { name, value } of chosen) if (name !== except) query = query.where(name, '=', value)
		return query
	}
	const facets = await Promise.all(
		filters.map(async (name) => {
			const rows = await narrowed(name)
				.select((row) => [`${name} as value` as const, row.fn.countAll<number>().as('count')])
				.groupBy(name)
				.orderBy('count', 'desc')
				.execute()
			return {
				name,
				values: rows.flatMap(({ value, count }) => (value === null ? [] : [{ value, count: Number(count) }])),
			}
		}),
	)
	const [{ count }, lines, verdict] = await Promise.all([
		narrowed()
			.select((row) => row.fn.countAll<number>().as('count'))
			.executeTakeFirstOrThrow(),
		narrowed()
			.selectAll()
			.orderBy('seq', 'desc')
			.limit(journalPageSize)
			.offset((page - 1) * journalPageSize)
			.execute(),
		verifyJournal(state),
	])
	return { lines, lineCount: Number(count), page, verdict, facets }
}

function pageOf(text: string | undefined): number {
	if (text === undefined) return 1
	if (/^[1-9]\d{0,6}$/.test(text)) return Number(text)
	throw new TieoutError('usage', 'journal.page', `page is "${text}"`, {
		where: 'page',
		allowed: ['a whole number from 1'],
		next: 'open /journal',
	})
}
