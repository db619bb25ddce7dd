import type { Kysely } from 'kysely'
import type { CheckResult } from '../models/check.ts'
import { countOf, countText, momentText } from '../reports/format.ts'
import type { Config } from './config.ts'
import type { StateSchema } from './state.ts'

/** Of landed records so many may wait in quarantine where the configuration says nothing, in hundredths of a percent. */
const usualLimit = 100

/** Runs so long before the newest one that landed anything count too, in milliseconds. */
const window = 24 * 3_600_000

/** Problems that a result keeps. */
const sampleSize = 20

/**
 * One check per stream: how many of the records that it landed could not be loaded and still wait in quarantine, over the runs of the
 * day that ends with the newest one that landed anything. So a run that brings nothing wipes no earlier finding out. A stream that was
 * never read is `not run`, no pass; one that was, and of which the source has no record, has no rate and no check. `streams` are those
 * that are asked for by themselves: what lies within other records is landed and quarantined with them. Limit and owner are the
 * stream's, else the connection's.
 */
export async function judgeErrorRates(
	db: Kysely<StateSchema>,
	config: Config,
	streams: readonly { connection: string; stream: string }[],
	now: Date,
): Promise<CheckResult[]> {
	const results: CheckResult[] = []
	for (const one of streams) {
		const { limit, owner } = settingsOf(config, one)
		const measured = await measure(db, one)
		if (measured.until === undefined && (await wasRead(db, one))) continue
		results.push({
			name: `error_rate.${one.connection}.${one.stream}`,
			owner,
			severity: 'error',
			isBlocking: false,
			...verdict(`${one.connection}.${one.stream}`, measured, limit),
			sql: '',
			checkedAt: now.toISOString().replace('T', ' ').slice(0, 19),
		})
	}
	return results
}

type Stream = { connection: string; stream: string }

/** `until`: the moment of the newest run that landed anything; undefined when none ever did. */
type Measured = {
	until: string | undefined
	landed: number
	quarantined: number
	sample: CheckResult['sample']
}

function settingsOf(config: Config, { connection, stream }: Stream): { limit: number; owner: string } {
	const found = config.connections.find((one) => one.name === connection)
	const own = found?.streams[stream]
	return {
		limit: own?.error_rate ?? found?.error_rate ?? usualLimit,
		owner:
			config.owners.checks[`error_rate.${connection}.${stream}`] ?? own?.owner ?? found?.owner ?? config.owners.default,
	}
}

async function measure(db: Kysely<StateSchema>, { connection, stream }: Stream): Promise<Measured> {
	const runs = db.selectFrom('stream_runs').where('connection', '=', connection).where('stream', '=', stream)
	const newest = await runs
		.select('started_at')
		.where('rows_landed', '>', 0)
		.orderBy('sequence', 'desc')
		.limit(1)
		.executeTakeFirst()
	if (!newest) return { until: undefined, landed: 0, quarantined: 0, sample: [] }
	const since = new Date(Date.parse(newest.started_at) - window).toISOString()
	const ofDay = runs.where('started_at', '>', since)
	const { landed } = await ofDay
		.select(({ fn }) => fn.sum<number>('rows_landed').as('landed'))
		.executeTakeFirstOrThrow()
	const waiting = db
		.selectFrom('quarantine')
		.where('connection', '=', connection)
		.where('stream', '=', stream)
		.where('resolved_at', 'is', null)
		.where('run_id', 'in', ofDay.select('run_id'))
	const { quarantined } = await waiting
		.select(({ fn }) => fn.countAll<number>().as('quarantined'))
		.executeTakeFirstOrThrow()
	const sample = await waiting
		.select(['record_key', 'code', 'reason', 'file', 'line'])
		.orderBy('id')
		.limit(sampleSize)
		.execute()
	return { until: newest.started_at, landed: Number(landed), quarantined: Number(quarantined), sample }
}

async function wasRead(db: Kysely<StateSchema>, { connection, stream }: Stream): Promise<boolean> {
	const run = await db
		.selectFrom('stream_runs')
		.select('run_id')
		.where('connection', '=', connection)
		.where('stream', '=', stream)
		.where('outcome', '=', 'loaded')
		.limit(1)
		.executeTakeFirst()
	return run !== undefined
}

function verdict(
	name: string,
	{ until, landed, quarantined, sample }: Measured,
	limit: number,
): Pick<CheckResult, 'status' | 'problemCount' | 'explanation' | 'sample'> {
	const allowed = `at most ${percentText(limit)} may`
	if (until === undefined)
		return {
			status: 'not run',
			problemCount: 0,
			explanation: `${name} was never read: ${allowed} wait in quarantine.`,
			sample: [],
		}
	const found = `${countText(quarantined)} of ${countOf(landed, 'record')} of ${name} wait in quarantine (${percentText((quarantined * 10_000) / landed)}), in the day up to ${momentText(until)}`
	const explanation = `${found}; ${allowed}.`
	// Whole numbers, so that the limit itself is no matter of rounding.
	const isAbove = quarantined * 10_000 > landed * limit
	return isAbove
		? { status: 'fail', problemCount: quarantined, explanation, sample }
		: { status: 'pass', problemCount: 0, explanation, sample: [] }
}

/** Hundredths of a percent as `1 %`, `0.25 %`. */
function percentText(hundredths: number): string {
	const text = (hundredths / 100).toFixed(2).replace(/\.?0+$/, '')
	return `${text === '0' && hundredths > 0 ? 'under 0.01' : text} %`
}
