import type { Request } from 'express'
import type { PageContext } from '../../reports/context.ts'
import { readGeneration, readReportingCurrency } from '../../reports/context.ts'
import type { MinorDigits } from '../../reports/format.ts'
import { type HealthHistory, noHistory } from '../../reports/health-history.ts'
import type { PageRequest } from '../../reports/page-request.ts'
import { nothingPublished, readTrust } from '../../reports/published-trust.ts'
import type { Reports } from '../../reports/registry.ts'
import { publishedRuns, type RunHistory } from '../../reports/run-history.ts'
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
	/** The company's clock. */
	now: () => Date
}

/** Everything of a page's context that stays the same for a whole generation. */
type GenerationFacts = Pick<PageContext, 'generation' | 'trust' | 'reportingCurrency'>

const nothing: GenerationFacts = { generation: null, trust: nothingPublished, reportingCurrency: 'n/a' }

/** Makes what pages are answered with. The facts of a generation are read once. */
export function answerer({ queries, reports, company, runs, health = noHistory, now }: Answering) {
	let known: { name: string; facts: Promise<GenerationFacts> } | undefined

	function factsOf(pinned: PinnedQueries): Promise<GenerationFacts> {
		if (known?.name === pinned.generation) return known.facts
		const facts = readFacts(pinned, company)
		known = { name: pinned.generation, facts }
		facts.catch(() => {
			known = undefined
		})
		return facts
	}

	async function contextOf(request: Request, pinned: PinnedQueries | null): Promise<PageContext> {
		const { pathname, searchParams } = new URL(request.originalUrl, 'http://host')
		return {
			...(pinned ? await factsOf(pinned) : nothing),
			company: company.name,
			materiality: company.materiality,
			address: { path: pathname.replace(/^\/api(?=\/)/, ''), query: searchParams },
			minorDigits: company.minorDigits,
			now: now(),
			assets: { style: assets.style.path, script: assets.script.path },
		}
	}

	return {
		now,
		contextOf,
		/** Runs `work` on one generation, whatever is published meanwhile; null before the first publish. */
		async withGeneration<T>(work: (pinned: PinnedQueries | null) => Promise<T>): Promise<T> {
			const pinned = queries.generation() === undefined ? null : queries.pin()
			try {
				return await work(pinned)
			} finally {
				pinned?.release()
			}
		},
		async pageRequest(request: Request, pinned: PinnedQueries | null): Promise<PageRequest> {
			const db = (pinned ?? queries).reports
			const parts = request.params as Record<string, string>
			return { db, parts, reports, context: await contextOf(request, pinned), runs: runs ?? publishedRuns(db), health }
		},
	}
}

/** What {@link answerer} makes. */
export type Answerer = ReturnType<typeof answerer>

async function readFacts({ reports: db }: PinnedQueries, company: Answering['company']): Promise<GenerationFacts> {
	const [generation, trust, reportingCurrency] = await Promise.all([
		readGeneration(db),
		readTrust(db, company),
		readReportingCurrency(db),
	])
	return { generation, trust, reportingCurrency }
}
