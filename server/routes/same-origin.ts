import type { RequestHandler } from 'express'
import { TieoutError } from '../../models/error.ts'

/**
 * Requests that may change or cost something come from our own pages only: a browser names where a form was sent from. A program
 * that is no browser sends neither header and has no cookies that another site could use.
 */
export const sameOriginOnly: RequestHandler = (request, _response, next) => {
	if (['GET', 'HEAD', 'OPTIONS'].includes(request.method)) return next()
	const origin = request.get('origin')
	const site = request.get('sec-fetch-site')
	const isOwnOrigin = origin === undefined || origin === `${request.protocol}://${request.get('host')}`
	const isOwnSite = site === undefined || site === 'same-origin' || site === 'none'
	if (isOwnOrigin && isOwnSite) return next()
	next(
		new TieoutError('refused', 'http.other_origin', `a form of another site (${origin ?? site}) was sent here`, {
			where: request.path,
			next: 'open the page here and send its own form',
		}),
	)
}
