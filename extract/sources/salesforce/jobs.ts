import { TieoutError } from '../../../models/error.ts'
import { notOneSelect } from '../../guard.ts'
import type { JobPlan, Query, SourceRequest } from '../../source.ts'
import type { SalesforceOptions } from './salesforce.ts'

/** Records in a page of results: some megabytes. */
const pageRows = 10_000

/**
 * A query job of Bulk API 2.0 (developer.salesforce.com/docs, "Bulk API 2.0 Query"). A job is asked for by the version that it was made
 * with, whatever the configuration says meanwhile; another one is answered with 409. Jobs go by themselves after 7 days: none is deleted.
 */
export function queryJob(
	{ stream, fields, isLive, extra = {} }: Query<SalesforceOptions>,
	soql: string,
	base: string,
): JobPlan {
	const operation = isLive ? 'query' : 'queryAll'
	const declared = Object.entries(stream.columns).filter(([, { type }]) => type === 'datetime')
	const ofType = (wanted: string) => Object.keys(extra).filter((name) => extra[name] === wanted)
	const moments = declared.map(([name]) => fields[name]).filter((field) => field !== null && field !== undefined)
	return {
		create: {
			method: 'POST',
			path: `${base}/jobs/query`,
			body: { operation, query: soql, contentType: 'CSV', columnDelimiter: 'COMMA', lineEnding: 'LF' },
		},
		nameOf: (answer) => `${base}/jobs/query/${(answer as { id: string }).id}`,
		poll: (job) => ({ method: 'GET', path: job }),
		progress: (answer) => {
			const { state, numberRecordsProcessed, errorMessage } = answer as Record<string, string | undefined>
			if (state === 'JobComplete') return { state: 'done', rows: Number(numberRecordsProcessed) }
			if (state !== 'Failed' && state !== 'Aborted') return { state: 'waiting' }
			return { state: 'failed', message: `the job ended as ${state}: ${errorMessage ?? 'no reason was given'}` }
		},
		results: (job, rows) => ({
			first: resultsPage(job, null),
			records: '',
			csv: { offsets: [...moments, ...ofType('datetime')], booleans: ofType('boolean') },
			total: () => rows,
			requests: (all) => Math.max(1, Math.ceil(all / pageRows)),
			next: ({ headers, rows: came }, { path }) => {
				const told = headers['sforce-numberofrecords']
				if (told !== undefined && Number(told) !== came)
					throw new TieoutError('vendor', 'page.truncated', `${came} of ${told} records came`, { where: path })
				// The text `null` is what the last page says.
				const locator = headers['sforce-locator']
				return locator && locator !== 'null' ? resultsPage(job, locator) : null
			},
			isExpired: isGone,
		}),
		isRefusal: (code, message) =>
			['INVALIDENTITY', 'API_ERROR', 'LIMIT_EXCEEDED', 'FEATURENOTENABLED', 'FUNCTIONALITY_NOT_ENABLED'].includes(
				code,
			) || /not supported by the Bulk API|Implementation restriction|Max bulk v2 query/i.test(message),
		isGone,
	}
}

/** Why a request to make a job may not be sent, null if it may: of all jobs only those that query are reads. */
export function notAQueryJob({ body }: SourceRequest): string | null {
	const { operation, query, ...rest } = (body ?? {}) as Record<string, unknown>
	if (operation !== 'query' && operation !== 'queryAll') return `the operation is ${JSON.stringify(operation)}`
	const more = Object.keys(rest).filter((name) => !['contentType', 'columnDelimiter', 'lineEnding'].includes(name))
	if (more.length > 0) return `the job has ${more.join(', ')}`
	return notAQuietQuery(String(query ?? ''))
}

/**
 * Why a query may not be sent, null if it may. Some that select leave traces: `FOR UPDATE` locks the records, `FOR VIEW` and `FOR REFERENCE`
 * note that somebody looked at them (SOQL reference).
 */
export function notAQuietQuery(soql: string): string | null {
	const bare = soql.replace(/'(?:\\.|[^'\\])*'/g, "''")
	const trace = /\bfor\s+(update|view|reference)\b/i.exec(bare)
	return trace ? `the query says ${trace[0].replace(/\s+/g, ' ').toUpperCase()}` : notOneSelect(bare)
}

function resultsPage(job: string, locator: string | null): SourceRequest {
	const query = { maxRecords: String(pageRows), ...(locator && { locator }) }
	return { method: 'GET', path: `${job}/results`, query, headers: { accept: 'text/csv' } }
}

function isGone(code: string): boolean {
	return ['NOT_FOUND', 'INVALIDJOB', 'INVALIDJOBSTATE', 'INVALID_LOCATOR'].includes(code)
}
