import { type Request, type Response, Router } from 'express'
import { TieoutError } from '../../../models/error.ts'
import { ReopenView } from '../../../reports/pages/close/reopen.ts'
import { overrideField, SignView } from '../../../reports/pages/close/sign.ts'
import { paperPath, paperTitle, stepWords } from '../../../reports/pages/close/words.ts'
import type { Failure } from '../../../reports/pages/failure.ts'
import { type SigningStep, signingSteps } from '../../close/life.ts'
import { listPapers, type PaperSummary, type PaperView, readPaper } from '../../close/papers.ts'
import { lockPaper, preparePaper, reopenPaper, reviewPaper } from '../../close/sign.ts'
import { admissionOf, requirePerson } from '../../people/request.ts'
import { failureOf } from '../view.ts'
import { asked, type CloseRoutes, fieldOf, fieldsOf, formBody, givenOf, partOf, sendClose } from './closing-request.ts'
import { paperItems } from './paper-items.ts'

/** `/close/<paper>/sign` and `/reopen`: pages that repeat figures and consequences before anything is written. */
export function signingRoutes(routes: CloseRoutes): Router {
	const router = Router()
	router.get('/close/:paper/sign', async (request, response) => {
		const step = stepOf(asked(request, 'step') ?? '')
		requirePerson(request, step === 'prepared' ? 'preparer' : 'reviewer')
		await showSign(routes, request, response, step)
	})
	router.post('/close/:paper/sign', formBody, (request, response) => takeSignature(routes, request, response))
	router.get('/close/:paper/reopen', async (request, response) => {
		requirePerson(request, 'reviewer')
		await showReopen(routes, request, response)
	})
	router.post('/close/:paper/reopen', formBody, (request, response) => takeReopening(routes, request, response))
	return router
}

const signing = { prepared: preparePaper, reviewed: reviewPaper, locked: lockPaper }

async function takeSignature(routes: CloseRoutes, request: Request, response: Response): Promise<void> {
	const fields = fieldsOf(request)
	const step = stepOf(fieldOf(fields, 'step'))
	const paper = partOf(request, 'paper')
	const person = requirePerson(request, step === 'prepared' ? 'preparer' : 'reviewer')
	const prefix = overrideField('')
	const overrides = Object.fromEntries(
		Object.keys(fields)
			.filter((name) => name.startsWith(prefix))
			.map((name) => [name.slice(prefix.length), fieldOf(fields, name)]),
	)
	try {
		const asked = { contentHash: fieldOf(fields, 'content_hash'), statement: fieldOf(fields, 'statement'), overrides }
		await signing[step](routes.closing, { paper, person, ...asked }, { now: routes.stamp })
		response.redirect(303, `${paperPath(paper)}?done=${step}`)
	} catch (error) {
		const { failure, status } = failureOf(error)
		await showSign(routes, request, response, step, { failure, given: givenOf(fields), status })
	}
}

type Shown = { failure?: Failure; given?: Record<string, string>; status?: number }

async function showSign(
	routes: CloseRoutes,
	request: Request,
	response: Response,
	step: SigningStep,
	{ status, ...more }: Shown = {},
): Promise<void> {
	const name = partOf(request, 'paper')
	const [paper, items] = await Promise.all([
		readPaper(routes.closing, name, { step }),
		paperItems(routes.closing, name),
	])
	if (!more.failure) refuseStep(paper, step)
	const viewer = { ...requirePerson(request), formToken: admissionOf(request).formToken }
	const page = { paper, items, step, viewer, ...more }
	await sendClose(routes, request, response, {
		title: `${stepWords[step].action}: ${paperTitle(paper.scope)}`,
		content: (context) => SignView({ page, context }),
		...(status && { status }),
	})
}

/** A page that asks for what can't be given would only disappoint. Other content than was prepared is prepared anew. */
function refuseStep({ life, scope, hash }: PaperView, step: SigningStep): void {
	const isOther = life.preparer !== null && life.preparer.contentHash !== hash
	const again = isOther ? ['prepared', 'reviewed'] : []
	const before = { prepared: ['open', ...again], reviewed: ['prepared'], locked: ['reviewed'] }[step]
	if (before.includes(life.state)) return
	throw new TieoutError('refused', 'close.state', `${scope.paper} is ${life.state}: it can't be ${step} now`, {
		where: scope.paper,
		allowed: before,
		next: `open the paper: ${paperPath(scope.paper)}`,
	})
}

async function takeReopening(routes: CloseRoutes, request: Request, response: Response): Promise<void> {
	const fields = fieldsOf(request)
	const paper = partOf(request, 'paper')
	const person = requirePerson(request, 'reviewer')
	try {
		const later = await laterPapers(routes, paper)
		const reason = fieldOf(fields, 'reason')
		await reopenPaper(
			routes.closing,
			{ paper, person, reason },
			later.map((one) => one.paper),
			{ now: routes.stamp },
		)
		response.redirect(303, `${paperPath(paper)}?done=reopened`)
	} catch (error) {
		const { failure, status } = failureOf(error)
		await showReopen(routes, request, response, { failure, given: givenOf(fields), status })
	}
}

async function showReopen(
	routes: CloseRoutes,
	request: Request,
	response: Response,
	{ status, ...more }: Shown = {},
): Promise<void> {
	const paper = await readPaper(routes.closing, partOf(request, 'paper'))
	if (paper.life.state === 'open' && !more.failure)
		throw new TieoutError('refused', 'close.state', `${paper.scope.paper} is open: there is nothing to open again`, {
			where: paper.scope.paper,
			next: `open the paper: ${paperPath(paper.scope.paper)}`,
		})
	const later = (await laterPapers(routes, paper.scope.paper)).filter(({ state }) => state !== 'open')
	const viewer = { ...requirePerson(request), formToken: admissionOf(request).formToken }
	const page = { paper, later, viewer, ...more }
	await sendClose(routes, request, response, {
		title: `Reopen: ${paperTitle(paper.scope)}`,
		content: (context) => ReopenView({ page, context }),
		...(status && { status }),
	})
}

/** Papers of later periods, and those of the same period that stand on this one. */
async function laterPapers({ closing }: CloseRoutes, paper: string): Promise<PaperSummary[]> {
	const papers = await listPapers(closing)
	const own = papers.find((one) => one.paper === paper)
	return papers.filter((one) => own && one.paper !== paper && isOnTop(own, one))
}

function isOnTop(own: PaperSummary, other: PaperSummary): boolean {
	const isSamePeriod = other.periodId === own.periodId && other.entity === null
	const isLater =
		other.startDate > own.startDate && (own.entity === null || other.entity === null || other.entity === own.entity)
	return isSamePeriod || isLater
}

function stepOf(text: string): SigningStep {
	const step = signingSteps.find((one) => one === text)
	if (step) return step
	throw new TieoutError('usage', 'close.step', `there is no way to sign called "${text}"`, {
		where: 'step',
		allowed: [...signingSteps],
		next: 'open the paper and use its button',
	})
}
