import { existsSync } from 'node:fs'
import type { Source } from '../extract/source.ts'
import { identifier } from '../models/sql-text.ts'
import { openDatabase } from '../models/warehouse.ts'
import type { Config } from './config.ts'
import { expectedFields, type Finding } from './examination.ts'
import { connectionsRead, sourcesOf } from './sources.ts'

/** Custom fields that are there and hold nothing in all that was loaded: links by them can't work. Skipped while a run has the warehouse. */
export async function emptyFields(config: Config, sources: readonly Source[] = sourcesOf(config)): Promise<Finding[]> {
	if (!existsSync(config.project.warehouse)) return []
	const database = await openDatabase(config.project.warehouse, { readOnly: true }).catch(() => undefined)
	if (!database) return [{ subject: 'custom fields', status: 'skip', text: 'a run has the warehouse open' }]
	try {
		const known = new Set(
			(
				await database.all<{ name: string }>(
					`select table_name as name from information_schema.tables where table_schema = 'raw'`,
				)
			).map((row) => row.name),
		)
		const findings: Finding[] = []
		for (const connection of connectionsRead(config, sources)) {
			const source = sources.find((candidate) => candidate.kind === connection.kind)!
			for (const stream of source.streams) {
				const table = `${source.tables ?? source.kind}__${stream.name}`
				const custom = expectedFields(source, connection, stream)
				if (!known.has(table) || custom.length === 0) continue
				const counts = custom.map(([name]) => `count(nullif(${identifier(name)}, '')) as ${identifier(name)}`)
				const [row] = await database.all<Record<string, string>>(
					`select count(*) as _rows, ${counts.join(', ')} from raw.${identifier(table)} where _connection = $1`,
					[connection.name],
				)
				if (row?.['_rows'] === '0') continue
				for (const [name, column] of custom)
					if (row?.[name] === '0')
						findings.push({
							subject: `${connection.name}.${stream.name}`,
							status: 'warn',
							text: `${name} (${connection.fields?.[name] ?? column.field}) is empty in all ${row['_rows']} records`,
							fix: `name the field that holds it: connections.${connection.name}.fields: { ${stream.name}.${name}: <its name> }`,
						})
			}
		}
		return findings
	} finally {
		await database.close()
	}
}
