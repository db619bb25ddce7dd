import { type Kysely, sql } from 'kysely'
import type { CertificatesTable, Schema } from '../../models/schema.ts'

/** The newest certificate of each stream. */
export async function readCertificates(db: Kysely<Schema>): Promise<CertificatesTable[]> {
	const newest = db
		.selectFrom('tieout.certificates')
		.select(['connection', 'stream', sql<string>`max(certified_at)`.as('certified_at')])
		.groupBy(['connection', 'stream'])
	return await db
		.selectFrom('tieout.certificates as certificates')
		.innerJoin(newest.as('newest'), (join) =>
			join
				.onRef('certificates.connection', '=', 'newest.connection')
				.onRef('certificates.stream', '=', 'newest.stream')
				.onRef('certificates.certified_at', '=', 'newest.certified_at'),
		)
		.selectAll('certificates')
		.orderBy('certificates.connection')
		.orderBy('certificates.stream')
		.execute()
}

/** How many checks have each result. */
export async function readCheckCounts(db: Kysely<Schema>): Promise<{ status: string; count: number }[]> {
	const rows = await db
		.selectFrom('tieout.checks')
		.select((checks) => ['status', checks.fn.countAll<string>().as('count')])
		.groupBy('status')
		.orderBy('status')
		.execute()
	return rows.map((row) => ({ status: row.status, count: Number(row.count) }))
}
