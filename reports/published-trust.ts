import { type Kysely, sql } from 'kysely'
import type { Schema } from '../models/schema.ts'
import { trust } from '../models/trust.ts'
import { type MinorDigits, plainAmountText } from './format.ts'
import { readCertificates } from './pages/month-evidence.ts'
import type { Trust } from './trust-line.ts'

/** What the published file doesn't hold: the materiality in the reporting currency, as decimal text. */
export type TrustSettings = { materiality: string | null; minorDigits: MinorDigits }

/** The verdict of a published generation, from its own tables. */
export async function readTrust(db: Kysely<Schema>, { materiality, minorDigits }: TrustSettings): Promise<Trust> {
	const [cell, sides, links, checks, freshness, certificates, unexplained] = await Promise.all([
		db.selectFrom('marts.cells').select('reporting_currency').limit(1).executeTakeFirst(),
		db
			.selectFrom('marts.cells')
			.select([
				sql<boolean | null>`bool_or(bookings_amount <> 0)`.as('bookings'),
				sql<boolean | null>`bool_or(revenue_amount <> 0)`.as('revenue'),
			])
			.executeTakeFirst(),
		db
			.selectFrom('marts.chain')
			.select([sql<boolean | null>`bool_or(order_id is not null)`.as('any')])
			.executeTakeFirst(),
		db.selectFrom('tieout.checks').selectAll().orderBy('check_name').execute(),
		db.selectFrom('tieout.freshness').selectAll().orderBy('connection').orderBy('stream').execute(),
		readCertificates(db),
		db
			.selectFrom('marts.breaks as breaks')
			.innerJoin('marts.periods as periods', 'periods.period_id', 'breaks.period_id')
			.select([
				'periods.period_id',
				'periods.is_complete',
				sql<string>`coalesce(sum(abs(breaks.reporting_amount)), 0)`.as('amount'),
				sql<string>`count(breaks.reporting_amount)`.as('count'),
				sql<string>`count(*) - count(breaks.reporting_amount)`.as('unpriced'),
			])
			.where('code', '=', 'unexplained')
			.groupBy(['periods.period_id', 'periods.is_complete'])
			.orderBy('periods.period_id')
			.execute(),
	])
	const currency = cell?.reporting_currency ?? ''
	const judged = trust({
		hasData: cell !== undefined,
		without: [
			...(['bookings', 'revenue'] as const).filter((side) => sides?.[side] !== true),
			// Where one side is missing there is nothing to link.
			...(sides?.bookings && sides.revenue && links?.any !== true ? (['links'] as const) : []),
		],
		checks,
		freshness,
		certificates,
		// The money in quarantined rows is not known here: rows of a stream that carries amounts count as money.
		quarantine: certificates
			.filter((certificate) => Number(certificate.quarantined_rows ?? 0) > 0)
			.map(({ connection, stream, quarantined_rows, money }) => ({
				connection,
				stream,
				rows: Number(quarantined_rows),
				hasMoney: Boolean(money && money !== '[]' && money !== '{}'),
			})),
		unexplained: {
			currency,
			periods: unexplained.map((row) => ({
				period: row.period_id,
				isComplete: row.is_complete,
				amount: plainAmountText(row.amount, minorDigits(currency)),
				count: Number(row.count),
				countWithoutRate: Number(row.unpriced),
			})),
		},
		materiality,
	})
	const switchedOff = freshness
		.filter((one) => one.status === 'off' && one.is_read)
		.map(({ connection, stream, feeds, watermark }) => ({ subject: `${connection}.${stream}`, feeds, watermark }))
	return { ...judged, switchedOff }
}

/** The verdict while nothing is published. */
export const nothingPublished: Trust = {
	verdict: 'no data',
	reasons: [{ kind: 'data', subject: 'data', blocks: true, text: 'nothing is published yet: tieout run' }],
}
