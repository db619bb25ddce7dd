import { Router } from 'express'
import type { Queries } from '../query/queries.ts'

/** `/healthz`: the process answers. `/readyz`: a generation is published and can be read. */
export function liveRoutes(queries: Queries): Router {
	const router = Router()
	router.get('/healthz', (_request, response) => {
		response.set('Cache-Control', 'no-store').json({ status: 'ok' })
	})
	router.get('/readyz', async (_request, response) => {
		response.set('Cache-Control', 'no-store')
		const generation = queries.generation()
		if (generation === undefined) {
			response.status(503).json({ status: 'not ready', reason: 'nothing is published yet', next: 'tieout run' })
			return
		}
		await queries.reports.selectFrom('tieout.generation').select('generation').execute()
		response.json({ status: 'ready', generation })
	})
	return router
}
