import express, { type Express, type RequestHandler } from 'express'
import helmet from 'helmet'
import { type Answering, answerer } from './routes/answering.ts'
import { assetRoutes } from './routes/assets.ts'
import { failureHandler, type TellFailure, unknownAddress } from './routes/failures.ts'
import { fileRoutes } from './routes/files.ts'
import { liveRoutes } from './routes/live.ts'
import { pageRoutes } from './routes/pages.ts'
import { sameOriginOnly } from './routes/same-origin.ts'
import { sqlRoutes } from './routes/sql.ts'

/** What the app takes beside what answering takes. `access` decides who may come in (all but `/healthz`); `tell` hears of failures that are ours. */
export type AppOptions = Answering & { access?: RequestHandler; tell?: TellFailure }

/**
 * The web application: pages, their files and JSON, `/healthz` and `/readyz`. Everything comes from its own origin, no inline script
 * or style, no cookies. Whoever listens with it closes the queries.
 */
export function createApp({ access, tell = () => {}, ...answering }: AppOptions): Express {
	const app = express()
	const answers = answerer(answering)
	app.disable('x-powered-by').set('etag', false).set('query parser', 'simple')
	app.use(securityHeaders())
	app.use(liveRoutes(answering.queries))
	if (access) app.use(access)
	app.use(sameOriginOnly, assetRoutes(), fileRoutes(answers, answering), sqlRoutes(answers), pageRoutes(answers))
	app.use(unknownAddress, failureHandler(answers, tell))
	return app
}

/** No upgrade to https and no HSTS: on loopback there is none, and a proxy that has it sets them. */
function securityHeaders(): RequestHandler {
	return helmet({
		contentSecurityPolicy: {
			useDefaults: false,
			directives: {
				defaultSrc: ["'none'"],
				scriptSrc: ["'self'"],
				styleSrc: ["'self'"],
				imgSrc: ["'self'"],
				connectSrc: ["'self'"],
				formAction: ["'self'"],
				baseUri: ["'none'"],
				frameAncestors: ["'none'"],
			},
		},
		strictTransportSecurity: false,
		referrerPolicy: { policy: 'same-origin' },
	})
}
