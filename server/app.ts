import express, { type Express, type RequestHandler, type Router } from 'express'
import helmet from 'helmet'
import { zonedMoments } from '../reports/zoned-moments.ts'
import type { Closing } from './close/closing.ts'
import type { Config } from './config.ts'
import type { PasswordCost } from './people/password.ts'
import { type Answerer, type Answering, answerer } from './routes/answering.ts'
import { assetRoutes } from './routes/assets.ts'
import { bundleRoutes } from './routes/close/bundle.ts'
import { changeRoutes } from './routes/close/changes.ts'
import { closeStates } from './routes/close/close-states.ts'
import { itemRoutes } from './routes/close/items.ts'
import { journalRoutes } from './routes/close/journal.ts'
import { paperRoutes } from './routes/close/papers.ts'
import { signingRoutes } from './routes/close/signing.ts'
import { failureHandler, type TellFailure, unknownAddress } from './routes/failures.ts'
import { fileRoutes } from './routes/files.ts'
import { candidatesOnly, linkRoutes } from './routes/links.ts'
import { liveRoutes } from './routes/live.ts'
import { pageRoutes } from './routes/pages.ts'
import { accountRoutes } from './routes/people/account.ts'
import { loginRoutes, type TellPeople } from './routes/people/login.ts'
import { userRoutes } from './routes/people/users.ts'
import { sameOriginOnly } from './routes/same-origin.ts'
import { sqlRoutes } from './routes/sql.ts'
import type { State } from './state.ts'

/**
 * What the app takes beside what answering takes. `access` decides who may come in (all but `/healthz`); `tell` hears of failures that
 * are ours, `tellPeople` of who signs in. `state` is where accounts and the close are, `stamp` the clock of what people do, `config` what the close goes by.
 */
export type AppOptions = Answering & {
	access?: RequestHandler
	tell?: TellFailure
	tellPeople?: TellPeople
	state?: State
	stamp?: () => Date
	passwordCost?: PasswordCost
	config?: Config
}

/**
 * The web application: pages, their files and JSON, `/healthz` and `/readyz`. Everything comes from its own origin, no inline script
 * or style; the only cookie is that of a person's session. Whoever listens with it closes the queries.
 */
export function createApp(options: AppOptions): Express {
	const { access, tell = () => {}, state, config, ...answering } = options
	const closing = state && config ? { config, state, queries: options.queries } : undefined
	const app = express()
	const answers = answerer({ ...answering, ...(closing && { close: closeStates(closing) }) })
	app.disable('x-powered-by').set('etag', false).set('query parser', 'simple').set('json replacer', zonedMoments)
	// A proxy on this machine that speaks https says so, and who asked it.
	app.set('trust proxy', 'loopback')
	app.use(securityHeaders())
	app.use(liveRoutes(answering.queries))
	if (access) app.use(access)
	app.use(sameOriginOnly, assetRoutes())
	if (state) app.use(peopleRoutes(answers, state, options))
	app.use(closing ? closeRoutes(answers, closing, options) : candidatesOnly())
	app.use(fileRoutes(answers, answering), sqlRoutes(answers), pageRoutes(answers))
	app.use(unknownAddress, failureHandler(answers, tell))
	return app
}

function peopleRoutes(
	answers: Answerer,
	state: State,
	{ now, stamp = now, tellPeople = () => {}, passwordCost }: AppOptions,
): Router[] {
	const effects = { now: () => stamp().getTime(), ...(passwordCost && { cost: passwordCost }) }
	const login = loginRoutes(state, { ...effects, tell: tellPeople })
	return [login, accountRoutes(answers, state, effects), userRoutes(answers, state, effects)]
}

function closeRoutes(answers: Answerer, closing: Closing, { now, stamp = now }: AppOptions): Router[] {
	const routes = { answers, closing, stamp }
	return [
		...[paperRoutes(routes), signingRoutes(routes), itemRoutes(routes), changeRoutes(routes)],
		...[journalRoutes(routes), bundleRoutes(routes), linkRoutes(routes)],
	]
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
