import { type Request, type Response, Router, urlencoded } from 'express'
import { TieoutError } from '../../models/error.ts'
import { addressOf } from '../../reports/address.ts'
import type { Failure } from '../../reports/pages/failure.ts'
import { LinksView } from '../../reports/pages/links.ts'
import { decideLink, type LinkVerb, linkVerbs } from '../links/decisions.ts'
import { readLinks } from '../links/reading.ts'
import { admissionOf, personOf, requirePerson } from '../people/request.ts'
import { asked, type CloseRoutes, fieldOf, fieldsOf, givenOf, sendDocument } from './close/closing-request.ts'
import { failureOf, sendView } from './view.ts'

/** `/links`: what belongs together, and people's decisions about it. */
export function linkRoutes(routes: CloseRoutes): Router {
	const router = Router()
	const form = urlencoded({ extended: false, limit: '100kb' })
	router.get('/links', (request, response) => showLinks(routes, request, response))
	router.get('/api/links', async (request, response) => {
		sendDocument(response, { schema: 'tieout.links/1', ...(await readLinks(routes.closing, askedOf(request))) })
	})
	router.post('/links', form, (request, response) => takeDecision(routes, request, response))
	return router
}

/** Without a project's state nothing can be decided: `/links` leads to the list of candidates. */
export function candidatesOnly(): Router {
	const list = addressOf(['reports', 'link-candidates'])
	return Router().get('/links', (_request, response) => response.redirect(302, list))
}

const done: Record<LinkVerb, string> = {
	link: 'Linked: the next build goes by it.',
	reject: 'Rejected: the next build leaves it out.',
	withdraw: 'Withdrawn: from the next build on the records themselves count again.',
}

type Shown = { failure?: Failure; given?: Record<string, string>; status?: number }

async function showLinks(routes: CloseRoutes, request: Request, response: Response, shown: Shown = {}): Promise<void> {
	const { status, ...more } = shown
	const person = personOf(request)
	const viewer = person && { ...person, formToken: admissionOf(request).formToken }
	const verb = linkVerbs.find((one) => one === asked(request, 'done'))
	const read = await readLinks(routes.closing, more.given ? pairOf(more.given) : askedOf(request))
	const page = { ...read, viewer, show: asked(request, 'show'), done: verb && done[verb], ...more }
	await sendView(routes.answers, request, response, {
		title: 'Links',
		section: 'Breaks',
		isOfNow: true,
		content: (context) => LinksView({ page, context }),
		...(status && { status }),
	})
}

async function takeDecision(routes: CloseRoutes, request: Request, response: Response): Promise<void> {
	const fields = fieldsOf(request)
	const person = requirePerson(request, 'preparer')
	const given = givenOf(fields)
	const verb = linkVerbs.find((one) => one === fieldOf(fields, 'verb'))
	const { crmId, erpId } = pairOf(given)
	try {
		if (!verb) throw noVerb(fieldOf(fields, 'verb'))
		await decideLink(
			routes.closing,
			{ verb, crmId, erpId, reason: fieldOf(fields, 'reason'), person },
			{ now: routes.stamp },
		)
		response.redirect(303, addressOf(['links'], { crm: crmId, erp: erpId, done: verb }))
	} catch (error) {
		const { failure, status } = failureOf(error)
		await showLinks(routes, request, response, { failure, given, status })
	}
}

function askedOf(request: Request) {
	return { record: asked(request, 'record'), crmId: asked(request, 'crm'), erpId: asked(request, 'erp') }
}

function pairOf(given: Record<string, string>) {
	return { crmId: (given['crm_id'] ?? '').trim(), erpId: (given['erp_id'] ?? '').trim() }
}

function noVerb(given: string): TieoutError {
	return new TieoutError(
		'usage',
		'links.verb',
		given ? `"${given}" can't be said of two records` : 'nothing was said',
		{
			where: 'verb',
			allowed: [...linkVerbs],
			next: 'say whether they belong together',
		},
	)
}
