import type { Request } from 'express'
import { type AdaptedReports, adaptReports } from '../../reports/adapt.ts'
import { type CloseStates, noClose } from '../../reports/close-states.ts'
import type { KeptGeneration, PageContext } from '../../reports/context.ts'
import { readGeneration, readReportingCurrency } from '../../reports/context.ts'
import type { MinorDigits } from '../../reports/format.ts'
import { type HealthHistory, noHistory } from '../../reports/health-history.ts'
import type { PageRequest } from '../../reports/page-request.ts'
import { nothingPublished, readTrust } from '../../reports/published-trust.ts'
import type { Reports } from '../../reports/registry.ts'
import { noRuns, publishedRuns, type RunHistory } from '../../reports/run-history.ts'
import { allSystems, readSystems, type Systems } from '../../reports/systems.ts'
import { admissionOf } from '../people/request.ts'
import type { PinnedQueries, Queries } from '../query/queries.ts'
import { assets } from './assets.ts'

/** What answering takes: the published warehouse, the company's words and limits, and what the state knows of runs. */
export type Answering = {
	queries: Queries
	reports: Reports
	company: { name: string; materiality: string | null; minorDigits: MinorDigits }
	/** Runs from the state, also those that published nothing; without it those of the published file. */
	runs?: RunHistory
	/** What the state remembers of checks, drift and quotas; without it nothing. */
	health?: HealthHistory
	/** How far papers are; without it nothing is signed. */
	close?: CloseStates
	/** The company's clock. */
	now: () => Date
}

/** Everything of a page's context that stays the same for a whole generation. */
type GenerationFacts = Pick<PageContext, 'generation' | 'trust' | 'reportingCurrency' | 'systems'>

const nothing: GenerationFacts = {
	generation: null,
	trust: nothingPublished,
	reportingCurrency: 'n/a',
	systems: allSystems,
}

/** Makes what pages are answered with. The facts of a generation are read once. */
export function answerer({ queries, reports, company, runs, health = noHistory, close = noClose, now }: Answering) {
	const known = new Map<string, Promise<GenerationFacts>>()
	const fitting = new WeakMap<Systems, AdaptedReports>()
	let moments: { kept: string; list: Promise<Moments> } | undefined

	function factsOf(pinned: PinnedQueries): Promise<GenerationFacts> {
		const facts = known.get(pinned.generation) ?? readFacts(pinned, company)
		if (!known.has(pinned.generation)) {
			known.set(pinned.generation, facts)
			facts.catch(() => known.delete(pinned.generation))
			if (known.size > keptFacts) known.delete(known.keys().next().value!)
		}
		return facts
	}

	/** The reports as the systems can fill them; made once for what the systems of a generation have. */
	function fittingOf(systems: Systems): AdaptedReports {
		const adapted = fitting.get(systems) ?? adaptReports(reports, systems)
		fitting.set(systems, adapted)
		return adapted
	}

	/** The generations that can be looked at, with the moments of their runs; read again when another one was published. */
	function keptOf(): Promise<Moments> {
		const names = queries.kept()
		if (moments?.kept === names.join()) return moments.list
		const list = readMoments(runs ?? publishedRuns(queries.reports), names)
		moments = { kept: names.join(), list }
		list.catch(() => {
			moments = undefined
		})
		return list
	}

	async function contextOf(request: Request, pinned: PinnedQueries | null): Promise<PageContext> {
		const { pathname, searchParams } = addressOf(request)
		searchParams.delete('generation')
		const newest = queries.generation()
		const isPast = pinned !== null && pinned.generation !== newest
		return {
			...(pinned ? await factsOf(pinned) : nothing),
			company: company.name,
			materiality: company.materiality,
			address: { path: pathname.replace(/^\/api(?=\/)/, ''), query: searchParams },
			kept: pinned ? (await keptOf()).map((one) => ({ ...one, isInService: one.name === newest })) : [],
			isPast,
			minorDigits: company.minorDigits,
			viewer: viewerOf(request),
			now: now(),
			assets: { style: assets.style.path, script: assets.script.path },
		}
	}

	return {
		now,
		close,
		/** The name of the generation in service. */
		newest: () => queries.generation(),
		contextOf,
		/**
		 * Runs `work` on one generation, whatever is published meanwhile: the newest, or the kept one that the address asks for
		 * (`generation=12`); null before the first publish.
		 */
		async withGeneration<T>(request: Request | null, work: (pinned: PinnedQueries | null) => Promise<T>): Promise<T> {
			const asked = request && addressOf(request).searchParams.get('generation')
			const pinned = queries.generation() === undefined ? null : queries.pin(asked || undefined)
			try {
				return await work(pinned)
			} finally {
				pinned?.release()
			}
		},
		async pageRequest(request: Request, pinned: PinnedQueries | null): Promise<PageRequest> {
			const db = (pinned ?? queries).reports
			const parts = request.params as Record<string, string>
			const history = runs ?? (pinned ? publishedRuns(db) : noRuns)
			const context = await contextOf(request, pinned)
			const { reports: fitting, absent } = fittingOf(context.systems)
			return { db, parts, reports: fitting, absentReports: absent, context, runs: history, health, close }
		},
	}
}

/** What {@link answerer} makes. */
export type Answerer = ReturnType<typeof answerer>

/** Generations whose facts are remembered. */
const keptFacts = 10

type Moments = Omit<KeptGeneration, 'isInService'>[]

/** Runs that are looked through for the moments of the kept generations. */
const lookedThrough = 500

async function readMoments(runs: RunHistory, names: string[]): Promise<Moments> {
	const published = new Map<string, string>()
	for (const run of await runs.runs(lookedThrough))
		if (run.generation !== null && run.finished_at) published.set(String(run.generation), run.finished_at)
	return names.map((name) => ({ name, publishedAt: published.get(name) ?? null }))
}

function viewerOf(request: Request): PageContext['viewer'] {
	const { person, formToken } = admissionOf(request)
	return person && { ...person, formToken }
}

function addressOf(request: Request): URL {
	return new URL(request.originalUrl, 'http://host')
}

async function readFacts({ reports: db }: PinnedQueries, company: Answering['company']): Promise<GenerationFacts> {
	const [generation, trust, reportingCurrency, systems] = await Promise.all([
		readGeneration(db),
		readTrust(db, company),
		readReportingCurrency(db),
		readSystems(db),
	])
	return { generation, trust, reportingCurrency, systems }
}
