import type { CompanyClock } from '../clock.ts'
import type { VendorAnswer, VendorRequest } from '../vendor-server.ts'
import { apiVersion } from './objects.ts'
import type { QueryResource, QueryRows } from './query.ts'
import { notFound, SalesforceRefusal } from './refusal.ts'

/** How jobs behave: objects that Bulk refuses, how many of the next jobs fail, and the most rows in a page of results. */
export type JobOptions = { refused: string[]; failing: number; resultRows: number }

/** Bulk API 2.0's query jobs: `POST /jobs/query`, `GET /jobs/query/<id>` and its `/results`. `path` is below the version that was asked. */
export type JobResource = { answer(request: VendorRequest, version: string, path: string): VendorAnswer }

type Job = { id: string; operation: string; rows: QueryRows; polls: number; isFailing: boolean; createdAt: number }

/** A job lives for 7 days. */
const life = 7 * 24 * 3_600_000

/**
 * Serves query jobs over the store. A job is under way for two polls. Another version than the job's is a 409; results before its end, an
 * unknown option, an order of clauses that Bulk does not take are errors.
 * https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/query_create_job.htm
 */
export function createJobs(queries: QueryResource, clock: CompanyClock, options: JobOptions): JobResource {
	const jobs = new Map<string, Job>()
	let failing = options.failing
	const create = (request: VendorRequest): VendorAnswer => {
		const { operation, query, ...rest } = bodyOf(request)
		if (operation !== 'query' && operation !== 'queryAll')
			throw new SalesforceRefusal(400, 'INVALIDJOB', `Invalid operation: ${String(operation)}`)
		const expected: Record<string, string> = { contentType: 'CSV', columnDelimiter: 'COMMA', lineEnding: 'LF' }
		for (const [name, value] of Object.entries(rest))
			if (expected[name] !== value)
				throw new SalesforceRefusal(400, 'INVALIDJOB', `Unsupported ${name}: ${JSON.stringify(value)}`)
		if (typeof query !== 'string') throw new SalesforceRefusal(400, 'INVALIDJOB', 'A query string has to be specified')
		const rows = queries.rows(query, operation === 'queryAll')
		if (options.refused.includes(rows.object))
			throw new SalesforceRefusal(400, 'INVALIDENTITY', `Entity '${rows.object}' is not supported by the Bulk API.`)
		const id = `750${String(jobs.size).padStart(12, '0')}AAA`
		const isFailing = failing-- > 0
		jobs.set(id, { id, operation, rows, polls: 0, isFailing, createdAt: clock.now() })
		return json(stateOf(jobs.get(id)!, 'UploadComplete'))
	}
	const poll = (job: Job): VendorAnswer => {
		job.polls++
		if (job.polls < 2) return json(stateOf(job, 'InProgress'))
		if (!job.isFailing) return json(stateOf(job, 'JobComplete'))
		return json({ ...stateOf(job, 'Failed'), errorMessage: 'InternalServerError : Retried more than 15 times' })
	}
	return {
		answer: (request, version, path) => {
			if (path === 'jobs/query' && request.method === 'POST') {
				if (version !== apiVersion) throw notFound()
				return create(request)
			}
			const [, id = '', what = ''] = /^jobs\/query\/(\w{18})(\/results)?$/.exec(path) ?? []
			const job = jobs.get(id)
			if (!job || clock.now() - job.createdAt > life || request.method !== 'GET') throw notFound()
			if (version !== apiVersion)
				throw new SalesforceRefusal(409, 'INVALIDVERSION', 'The API version of the job is another one')
			return what === '' ? poll(job) : results(job, request, options.resultRows)
		},
	}
}

function results(job: Job, request: VendorRequest, resultRows: number): VendorAnswer {
	if (job.polls < 2 || job.isFailing)
		throw new SalesforceRefusal(400, 'INVALIDJOBSTATE', 'The results of the job are not available')
	if (!String(request.headers.accept ?? '').includes('text/csv'))
		throw new SalesforceRefusal(406, 'NOT_ACCEPTABLE', 'Results are text/csv')
	const query = request.url.searchParams
	const locator = query.get('locator')
	const from = locator === null ? 0 : Number(Buffer.from(locator, 'base64url').toString('utf8').replace(/^row:/, ''))
	if (!Number.isInteger(from) || from < 0 || from > job.rows.total)
		throw new SalesforceRefusal(400, 'INVALID_LOCATOR', 'The locator is not valid')
	const size = Math.min(Number(query.get('maxRecords') ?? resultRows), resultRows)
	const rows = job.rows.read(from, size)
	const next = from + rows.length
	const header = job.rows.fields.map((name) => `"${name}"`).join(',')
	const headers = {
		'content-type': 'text/csv',
		'sforce-locator': next >= job.rows.total ? 'null' : Buffer.from(`row:${next}`).toString('base64url'),
		'sforce-numberofrecords': String(rows.length),
	}
	return { status: 200, headers, body: `${[header, ...rows].join('\n')}\n` }
}

function stateOf(job: Job, state: string): Record<string, unknown> {
	return {
		id: job.id,
		operation: job.operation,
		object: job.rows.object,
		createdDate: new Date(job.createdAt).toISOString().replace('Z', '+0000'),
		state,
		concurrencyMode: 'Parallel',
		contentType: 'CSV',
		apiVersion: Number(apiVersion),
		lineEnding: 'LF',
		columnDelimiter: 'COMMA',
		...(state === 'JobComplete' && { jobType: 'V2Query', numberRecordsProcessed: job.rows.total, retries: 0 }),
	}
}

function bodyOf({ body }: VendorRequest): Record<string, unknown> {
	try {
		return JSON.parse(body)
	} catch {
		throw new SalesforceRefusal(400, 'JSON_PARSER_ERROR', 'The body is not JSON')
	}
}

function json(value: unknown): VendorAnswer {
	return { status: 200, body: JSON.stringify(value) }
}
