import type { Session } from '../../models/warehouse.ts'
import type { RecordChange } from '../../reports/pages/close/change-data.ts'

/** Who made a change, in the order of the notes, and when the last of them did (UTC). */
export type Noted = { people: string[]; at: string }

type Note = { record: string; field: string; person: string; moment: string }

/** What NetSuite's notes call the fields that are compared, as far as it is publicly known; all else of a line begins with `TRANLINE.`. */
const notedAs: Readonly<Record<string, readonly string[]>> = {
	amount: ['TRANDOC.MAMOUNTMAIN', 'TRANLINE.'],
	base_amount: ['TRANDOC.MAMOUNTMAIN', 'TRANLINE.'],
	own_date: ['TRANDOC.DDATE'],
	period_id: ['TRANDOC.KPERIOD'],
	customer_id: ['TRANDOC.KENTITYMAIN'],
	is_counted: ['TRANDOC.KSTATUS'],
	product_id: ['TRANLINE.'],
	quantity: ['TRANLINE.'],
	unit: ['TRANLINE.'],
	unit_price: ['TRANLINE.'],
	account: ['TRANLINE.'],
}

/**
 * What the source's own notes say of each change since a moment (UTC; null: whenever): by those of its fields, else by all of its document.
 * Undefined where there are none: a role without the permission sees none, and the removal of a line leaves none.
 */
export async function notedChanges(
	warehouse: Session,
	changes: readonly RecordChange[],
	since: string | null,
): Promise<(Noted | undefined)[]> {
	const byRecord = Map.groupBy(await notesOf(warehouse, changes, since), ({ record }) => record)
	return changes.map((change) => {
		const notes = byRecord.get(change.document_id) ?? []
		const wanted = change.fields.flatMap(({ field }) => notedAs[field] ?? [])
		const fitting = notes.filter((note) => wanted.some((name) => note.field.startsWith(name)))
		const told = fitting.length > 0 ? fitting : notes
		const last = told.at(-1)
		return last && { people: [...new Set(told.map(({ person }) => person))], at: last.moment }
	})
}

async function notesOf(warehouse: Session, changes: readonly RecordChange[], since: string | null): Promise<Note[]> {
	const [table] = await warehouse.all(
		`select 1 from duckdb_tables() where schema_name = 'raw' and table_name = 'netsuite__system_notes'`,
	)
	if (!table) return []
	return await warehouse.all<Note>(
		`select distinct _connection || ':' || recordid as record, field, name as person, date as moment, cast(id as bigint) as number
		from raw.netsuite__system_notes
		where _connection || ':' || recordid in (select unnest(cast($1 as varchar[]))) and name is not null
			and ($2 is null or cast(date as timestamp) > cast($2 as timestamp))
		order by moment, number`,
		[[...new Set(changes.map(({ document_id: document }) => document))], since],
	)
}
