import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { TieoutError } from '../models/error.ts'
import { accessControl, refuseOpenNetwork } from './access.ts'
import { createApp } from './app.ts'
import { runChild } from './child-run.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import { knownCurrencies } from './configuration/schema.ts'
import { stateHealth } from './health-history.ts'
import type { Logger } from './log.ts'
import { hasPeople } from './people/person.ts'
import { projectReports } from './project-reports.ts'
import { openQueries, type Queries } from './query/queries.ts'
import { stateRuns } from './run-history.ts'
import { jobsOf, startScheduler } from './scheduler.ts'
import { noteServed } from './served-at.ts'
import type { State } from './state.ts'

/** A running server. `close` ends requests that are under way, the query processes and the schedule. */
export type Serving = { url: string; queries: Queries; close(): Promise<void> }

/** Serves the pages of a project, and with `hasSchedule` starts its runs. Throws before it listens when it may not. */
export async function startServing(
	{
		config,
		state,
		bind,
		port,
		hasSchedule,
	}: { config: Config; state: State; bind: string; port: number; hasSchedule: boolean },
	{ clock, log, environment }: { clock: Clock; log: Logger; environment: NodeJS.ProcessEnv },
): Promise<Serving> {
	refuseOpenNetwork(bind, config.server.tokens, await hasPeople(state.db))
	const queries = openQueries(
		{ published: config.project.published, spool: config.project.spool },
		{ audit: (entry) => void audit(state, entry, clock, log), warn: (message, error) => log.warn({ error }, message) },
	)
	try {
		const reports = await projectReports(config.project)
		const currencies = knownCurrencies(config)
		const app = createApp({
			queries,
			reports,
			company: {
				name: config.company.name,
				materiality: config.company.materiality,
				minorDigits: (code) => currencies.get(code),
			},
			runs: stateRuns(state.db),
			health: stateHealth(state.db),
			now: clock.now,
			access: accessControl(config.server.tokens, { state, now: () => clock.stamp().getTime() }),
			state,
			config,
			stamp: clock.stamp,
			tell: (failure) => log.error({ error: failure }, 'a request failed'),
			tellPeople: ({ event, ...who }) => log.info(who, event),
		})
		const server = createServer(app)
		await listen(server, bind, port)
		const scheduler = hasSchedule ? await schedule(config, state, { log, environment }) : undefined
		const address = server.address() as AddressInfo
		const url = `http://${bind.includes(':') ? `[${bind}]` : bind}:${address.port}`
		const takeBack = noteServed(config.project, url)
		return {
			url,
			queries,
			close: async () => {
				takeBack()
				await scheduler?.stop()
				server.close()
				server.closeAllConnections()
				await queries.close()
			},
		}
	} catch (error) {
		await queries.close()
		throw error
	}
}

async function schedule(
	config: Config,
	state: State,
	{ log, environment }: { log: Logger; environment: NodeJS.ProcessEnv },
) {
	const stop = new AbortController()
	const scheduler = await startScheduler(
		{ jobs: jobsOf(config), timeZone: config.company.time_zone, db: state.db },
		{
			log,
			run: async (job) => {
				const words = [...job.words, '--project', config.project.folder, '--trigger', 'schedule', '--json']
				const logged = { ...environment, TIEOUT_LOG: environment['TIEOUT_LOG'] ?? 'info' }
				return (await runChild(words, { environment: logged, signal: stop.signal })).exitCode
			},
		},
	)
	return {
		stop: async () => {
			stop.abort()
			await scheduler.stop()
			await scheduler.settled()
		},
	}
}

async function listen(server: ReturnType<typeof createServer>, bind: string, port: number): Promise<void> {
	const { promise, resolve, reject } = Promise.withResolvers<void>()
	server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, bind, port)))
	server.listen(port, bind, resolve)
	await promise
}

function listenError(cause: NodeJS.ErrnoException, bind: string, port: number): TieoutError {
	if (cause.code === 'EADDRINUSE')
		return new TieoutError('busy', 'server.port', `port ${port} of ${bind} is in use by another program`, {
			where: `${bind}:${port}`,
			next: `stop that program, or choose another port: --port ${port + 1}`,
			cause,
		})
	return new TieoutError('configuration', 'server.listen', `can't listen on ${bind}:${port} (${cause.code})`, {
		where: `${bind}:${port}`,
		next: 'bind to an address of this machine: --bind 127.0.0.1',
		cause,
	})
}

type Audit = Parameters<NonNullable<NonNullable<Parameters<typeof openQueries>[1]>['audit']>>[0]

async function audit(state: State, { user, ...entry }: Audit, clock: Clock, log: Logger): Promise<void> {
	await state.db
		.insertInto('query_audit')
		.values({ ...entry, user_name: user, asked_at: clock.stamp().toISOString() })
		.execute()
		.catch((error) => log.error({ error }, 'a query could not be written to the audit'))
}
