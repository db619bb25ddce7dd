import { type Request, type Response, Router } from 'express'
import { PaperList } from '../../../reports/pages/close/paper-list.ts'
import { PaperPageView } from '../../../reports/pages/close/paper-view.ts'
import { paperTitle } from '../../../reports/pages/close/words.ts'
import { listPapers, type PaperView, readPaper } from '../../close/papers.ts'
import { hasPeople } from '../../people/person.ts'
import { changeCounts } from './change-counts.ts'
import { asked, type CloseRoutes, partOf, sendClose, sendDocument, todayOf, viewerOf } from './closing-request.ts'
import { paperItems } from './paper-items.ts'

/** What was just done, by its name in the address. */
const done: Record<string, string> = {
	prepared: 'Prepared. Somebody else reviews it now.',
	reviewed: 'Reviewed. It can be locked.',
	locked: 'Locked: the period is closed.',
	reopened: 'Reopened: it is prepared, reviewed and locked anew.',
	accepted: 'Accepted: exactly these changes.',
}

/** `/close`: all papers; `/close/<paper>`: the workpaper of one. */
export function paperRoutes(routes: CloseRoutes): Router {
	const router = Router()
	const { closing } = routes
	router.get('/close', async (request, response) => {
		const [papers, isManned] = [await countedPapers(closing), await hasPeople(closing.state.db)]
		await sendClose(routes, request, response, {
			title: 'Close',
			content: (context) => PaperList({ papers, hasPeople: isManned, today: todayOf(routes), context }),
		})
	})
	router.get('/api/close', async (_request, response) => {
		sendDocument(response, { schema: 'tieout.papers/1', papers: await countedPapers(closing) })
	})
	router.get('/close/:paper', (request, response) => showPaper(routes, request, response))
	router.get('/api/close/:paper', async (request, response) => {
		const paper = await readPaper(closing, partOf(request, 'paper'))
		sendDocument(response, { schema: 'tieout.paper_state/1', ...documentOf(paper) })
	})
	return router
}

/** Every paper, the signed ones with how many changes nobody has accepted. */
async function countedPapers(closing: CloseRoutes['closing']) {
	const papers = await listPapers(closing)
	const counts = await changeCounts(closing, papers)
	return papers.map((one) => ({ ...one, changes: counts.get(one.paper) }))
}

async function showPaper(routes: CloseRoutes, request: Request, response: Response): Promise<void> {
	const { closing } = routes
	const name = partOf(request, 'paper')
	const [paper, items] = await Promise.all([readPaper(closing, name), paperItems(closing, name)])
	const said = asked(request, 'done') ?? ''
	const page = {
		...{
			paper,
			items,
			viewer: viewerOf(request),
			today: todayOf(routes),
			hasPeople: await hasPeople(closing.state.db),
		},
		done: Object.hasOwn(done, said) ? done[said] : undefined,
	}
	await sendClose(routes, request, response, {
		title: `${paperTitle(paper.scope)}, workpaper`,
		content: (context) => PaperPageView({ page, context }),
	})
}

/** A paper for scripts: its content as it is hashed, under a name of its own. */
function documentOf({ content, certification: _, ...paper }: PaperView) {
	return { ...paper, contentSummary: { totals: content.totals, tables: content.tables, checks: content.checks } }
}
