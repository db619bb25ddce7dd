import { type Request, type Response, Router } from 'express'
import { ChangesView } from '../../../reports/pages/close/changes.ts'
import { RestatementView } from '../../../reports/pages/close/restatement.ts'
import { paperPath, paperTitle } from '../../../reports/pages/close/words.ts'
import type { Failure } from '../../../reports/pages/failure.ts'
import { readChanges, restatementOf } from '../../close/changes.ts'
import { newLife, paperLives } from '../../close/life.ts'
import { acceptChanges } from '../../close/sign.ts'
import { requirePerson } from '../../people/request.ts'
import { failureOf } from '../view.ts'
import {
	asked,
	type CloseRoutes,
	fieldOf,
	fieldsOf,
	formBody,
	givenOf,
	listOf,
	partOf,
	sendClose,
	sendDocument,
	viewerOf,
} from './closing-request.ts'

/** `/close/<paper>/changes` and their acceptance; `/restatement` over all signed papers. */
export function changeRoutes(routes: CloseRoutes): Router {
	const router = Router()
	const { closing } = routes
	router.get('/close/:paper/changes', (request, response) => showChanges(routes, request, response))
	router.get('/api/close/:paper/changes', async (request, response) => {
		sendDocument(response, { schema: 'tieout.changes/1', ...(await readChanges(closing, partOf(request, 'paper'))) })
	})
	router.post('/close/:paper/accept', formBody, async (request, response) => {
		const fields = fieldsOf(request)
		const paper = partOf(request, 'paper')
		const person = requirePerson(request, 'preparer')
		try {
			const change = { paper, person, reason: fieldOf(fields, 'reason'), changes: listOf(fields, 'change') }
			await acceptChanges(closing, change, { now: routes.stamp })
			response.redirect(303, `${paperPath(paper, 'changes')}?done=accepted`)
		} catch (error) {
			const { failure, status } = failureOf(error)
			await showChanges(routes, request, response, { failure, given: givenOf(fields), status })
		}
	})
	router.get('/restatement', async (request, response) => {
		const page = await readRestatement(routes)
		const content = (context: Parameters<typeof RestatementView>[0]['context']) => RestatementView({ ...page, context })
		await sendClose(routes, request, response, { title: 'Restatement', content })
	})
	router.get('/api/restatement', async (_request, response) => {
		sendDocument(response, { schema: 'tieout.restatement/1', ...(await readRestatement(routes)) })
	})
	return router
}

type Shown = { failure?: Failure; given?: Record<string, string>; status?: number }

async function showChanges(
	routes: CloseRoutes,
	request: Request,
	response: Response,
	{ status, ...more }: Shown = {},
): Promise<void> {
	const changes = await readChanges(routes.closing, partOf(request, 'paper'))
	const { lives } = await paperLives(routes.closing.state.db)
	const first = (lives.get(changes.scope.paper) ?? newLife(changes.scope.paper)).signatures[0] ?? changes.signature
	const done =
		asked(request, 'done') === 'accepted' ? 'Accepted: exactly these changes, for the reason given.' : undefined
	const page = { ...changes, first, viewer: viewerOf(request), done, ...more }
	await sendClose(routes, request, response, {
		title: `Changed since signing: ${paperTitle(changes.scope)}`,
		content: (context) => ChangesView({ page, context }),
		...(status && { status }),
	})
}

/** Every signed paper; one that can't be compared says why and hides no other. */
async function readRestatement({ closing }: CloseRoutes) {
	const { lives } = await paperLives(closing.state.db)
	const signed = [...lives.values()].filter(({ signatures }) => signatures.length > 0).map(({ paper }) => paper)
	const read = []
	for (const paper of signed.sort().reverse())
		read.push(
			await readChanges(closing, paper).then(
				(view) => ({ paper, rows: restatementOf(view), problem: null }),
				(error: Error) => ({ paper, rows: [], problem: error.message }),
			),
		)
	return {
		rows: read.flatMap(({ rows }) => rows),
		signed: signed.length,
		problems: read.flatMap(({ paper, problem }) => (problem === null ? [] : [{ paper, problem }])),
	}
}
