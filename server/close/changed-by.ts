import { identifier, literal } from '../../models/sql-text.ts'
import { openDatabase, type Session } from '../../models/warehouse.ts'
import type { RecordChange } from '../../reports/pages/close/change-data.ts'
import type { Project } from '../project.ts'
import type { Editors } from './closing.ts'
import type { Rows } from './scope.ts'
import { notedChanges } from './system-notes.ts'

/** Columns in which sources say who changed a record last. */
export const editorColumns = [
	'last_modified_by_id',
	'lastmodifiedby',
	'last_modified_by',
	'modified_by_id',
	'modified_by',
	'updated_by_user_id',
	'hs_updated_by_user_id',
	'updated_by',
	'last_updated_by',
	'last_update_by',
	// Of a posting that nobody can change it is who posted it.
	'accounting_doc_created_by_user',
]

const deals = ['canonical.opportunities']
const documents = ['canonical.invoices', 'canonical.credit_notes']

/** What a record, and the document that it belongs to, is made of. */
const entities: Readonly<Record<string, readonly string[]>> = {
	opportunity: deals,
	opportunity_line: [...deals, 'canonical.opportunity_lines'],
	invoice: documents,
	invoice_line: [...documents, 'canonical.invoice_lines'],
	credit_note: documents,
	credit_note_line: [...documents, 'canonical.credit_note_lines'],
	revenue_entry: [...documents, 'canonical.revenue_entries'],
}

/**
 * Who changed records, from their newest versions in the warehouse, with the names of the build's users. Where the source notes each change
 * of a field, its notes say it, and when; else the one who changed the record last, or its document, if that has a new stamp. Only a run
 * asks: nobody else may open these files while one works.
 */
export function warehouseEditors(project: Pick<Project, 'warehouse' | 'build'>): Editors {
	return async (rows, changes, since) => {
		if (changes.length === 0) return []
		const reads = await readsByModel(rows)
		const warehouse = await openDatabase(project.warehouse, { readOnly: true })
		try {
			const editors = await lastEditors(warehouse, changes, reads)
			const notes = await notedChanges(warehouse, changes, since)
			const told = changes.map((change, at) => {
				// Without a stamp of its own nobody knows whether the last editor made this very change.
				const last = change.changed_at === null ? undefined : editors[at]
				const { people = last ? [last] : [], at: moment = change.changed_at } = notes[at] ?? {}
				return { change, people, moment }
			})
			const names = await userNames(
				project.build,
				told.flatMap(({ people }) => people),
			)
			return told.map(({ change, people, moment }) => ({
				...change,
				changed_at: moment,
				changed_by: people.map((person) => names.get(`${change.source}:${person}`) ?? person).join(', ') || null,
			}))
		} finally {
			await warehouse.close()
		}
	}
}

type EditorTable = { name: string; column: string }

/** Who changed each record last, else its document; undefined where nobody says it, or two tables name different people. */
async function lastEditors(
	warehouse: Session,
	changes: readonly RecordChange[],
	reads: ReadonlyMap<string, string[]>,
): Promise<(string | undefined)[]> {
	const tables = await tablesWithEditors(warehouse)
	const found = new Map<string, Set<string>>()
	for (const [object, list] of Map.groupBy(changes, (change) => change.object)) {
		const behind = new Set((entities[object] ?? []).flatMap((entity) => [...rawTablesOf(entity, reads)]))
		const keys = [...new Set(list.flatMap((change) => [ownKey(change), change.document_id]))]
		for (const table of tables.filter(({ name }) => behind.has(`raw.${name}`)))
			for (const [key, editor] of await editorsIn(warehouse, table, keys)) {
				const place = `${object} ${key}`
				found.set(place, (found.get(place) ?? new Set()).add(editor))
			}
	}
	return changes.map((change) => {
		const own = found.get(`${change.object} ${ownKey(change)}`)
		const people = own ?? found.get(`${change.object} ${change.document_id}`)
		return people?.size === 1 ? [...people][0] : undefined
	})
}

function ownKey({ source, source_id }: RecordChange): string {
	return `${source}:${source_id}`
}

async function tablesWithEditors(warehouse: Session): Promise<EditorTable[]> {
	return await warehouse.all<EditorTable>(
		`select table_name as name, min(column_name) as column from duckdb_columns()
		where schema_name = 'raw' and column_name in (${editorColumns.map(literal).join(', ')}) group by table_name order by 1`,
	)
}

async function editorsIn(
	warehouse: Session,
	{ name, column }: EditorTable,
	keys: readonly string[],
): Promise<[string, string][]> {
	const rows = await warehouse.all<{ key: string; editor: string | null }>(
		`select _connection || ':' || _key as key, ${identifier(column)} as editor from raw.${identifier(name)}
		where _connection || ':' || _key in (select unnest(cast($1 as varchar[])))
		qualify row_number() over (partition by _connection, _key order by _extracted_at desc, _cursor desc, _loaded_at desc) = 1`,
		[keys],
	)
	const found = rows.flatMap(({ key, editor }) => (editor ? [[key, editor] as [string, string]] : []))
	return column === 'hs_updated_by_user_id' ? await asOwners(warehouse, found) : found
}

/** HubSpot's records are changed by users; what it lists with names are owners, each of a user, whom deals belong to. */
async function asOwners(
	warehouse: Session,
	found: readonly [key: string, user: string][],
): Promise<[string, string][]> {
	const owners = await warehouse.all<{ user: string; owner: string }>(
		`select _connection || ':' || user_id_including_inactive as user, arg_max(id, _extracted_at) as owner
		from raw.hubspot__owners where user_id_including_inactive is not null group by 1`,
	)
	const ownerOf = new Map(owners.map(({ user, owner }) => [user, owner]))
	return found.map(([key, user]) => [key, ownerOf.get(`${key.slice(0, key.indexOf(':'))}:${user}`) ?? user])
}

/** By user id as `<connection>:<id>`. */
async function userNames(file: string, editors: readonly string[]): Promise<Map<string, string>> {
	const build = await openDatabase(file, { readOnly: true })
	try {
		const rows = await build.all<{ id: string; name: string }>(
			'select user_id as id, name from canonical.users where name is not null and source_id in (select unnest(cast($1 as varchar[])))',
			[[...new Set(editors)]],
		)
		return new Map(rows.map(({ id, name }) => [id, name]))
	} finally {
		await build.close()
	}
}

async function readsByModel(rows: Rows): Promise<Map<string, string[]>> {
	const found = (await rows('select name, reads from tieout.models')) as { name: string; reads: string | null }[]
	return new Map(found.map(({ name, reads }) => [name, (reads ?? '').split(/,\s*/).filter(Boolean)]))
}

/** The raw tables that a model is made of, through other models. */
function rawTablesOf(model: string, reads: ReadonlyMap<string, string[]>, seen = new Set<string>()): Set<string> {
	for (const name of reads.get(model) ?? []) {
		if (seen.has(name)) continue
		seen.add(name)
		rawTablesOf(name, reads, seen)
	}
	return seen
}
