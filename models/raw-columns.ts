import { configurationSets } from './configuration-sets.ts'

/** The columns every raw table of a stream ends with, with their types (docs/architecture.md, "raw"). */
export const rawStandardColumns = {
	_extra: 'varchar',
	_connection: 'varchar',
	_key: 'varchar',
	_hash: 'varchar',
	_cursor: 'varchar',
	_run_id: 'varchar',
	_extracted_at: 'timestamp',
	_loaded_at: 'timestamp',
	_deleted: 'boolean',
} as const

/** What each `raw.<table>` must have: the columns a source declares by table name (`salesforce__accounts`), and the configuration's. */
export function declaredRawTables(rawColumns: Record<string, readonly string[]>): Map<string, Record<string, string>> {
	const tables = new Map<string, Record<string, string>>()
	for (const [name, columns] of Object.entries(rawColumns))
		tables.set(`raw.${name.replace(/^raw\./, '')}`, { ...asText(columns), ...rawStandardColumns })
	for (const [name, columns] of Object.entries(configurationSets))
		tables.set(`raw.tieout__${name}`, { ...asText(columns), _set: 'varchar', _loaded_at: 'timestamp' })
	return tables
}

function asText(columns: readonly string[]): Record<string, string> {
	return Object.fromEntries(columns.map((column) => [column, 'varchar']))
}
