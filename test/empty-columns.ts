import { Kysely } from 'kysely'
import { duckdbDialect } from '../models/dialect.ts'
import type { Schema } from '../models/schema.ts'
import { openDatabase } from '../models/warehouse.ts'
import { adaptReports } from '../reports/adapt.ts'
import { fileRows } from '../reports/list.ts'
import { parseListRequest } from '../reports/list-request.ts'
import { loadReports } from '../reports/registry.ts'
import { readSystems } from '../reports/systems.ts'

/**
 * Columns that are empty for lack of such a case, not of such a thing: amounts without a rate, runs that failed or are the first one,
 * streams that could not be read, accounts nobody touched, item costs of ERPNext where the companies that stock an item differ in currency.
 */
const casual =
	/(^|_)memo_(amount|rate)$|^(error|next_step|outcome|problem|generation|crm_last_activity_date|margin_amount)$/

/** What only some rows have, and in a small company none: of an exception about a customer of the ERP nobody may be the owner. */
const casualIn = new Set(['exceptions.owner_name'])

/** Reports whose rows may all lack one side: a company may have orders without a deal and no deal without an order. */
const isOneSided = new Set(['link-candidates'])

/** The columns of a published generation's reports in which no row says anything, as `report.column`: what the systems can't fill should be gone. */
export async function emptyColumns(file: string): Promise<string[]> {
	const database = await openDatabase(file, { readOnly: true })
	const db = new Kysely<Schema>({
		dialect: duckdbDialect(async (sql, parameters) => ({ rows: await database.all(sql, parameters) })),
	})
	try {
		const { reports } = adaptReports(await loadReports(), await readSystems(db))
		const empty: string[] = []
		for (const report of reports.values()) {
			const request = parseListRequest(report, new URLSearchParams())
			const rows = await fileRows(db, report, request).execute()
			const names = request.columns.map(({ name }) => name)
			const unsaid = names.filter((name) => rows.length > 0 && rows.every((row) => (row[name] ?? '') === ''))
			if (isOneSided.has(report.name)) continue
			const named = unsaid.filter((name) => !casual.test(name)).map((name) => `${report.name}.${name}`)
			empty.push(...named.filter((name) => !casualIn.has(name)))
		}
		return empty
	} finally {
		await database.close()
	}
}
