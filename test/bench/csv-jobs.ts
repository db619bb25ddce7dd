import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { copyFileSync, createReadStream, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import path from 'node:path'
import { currentGeneration } from '../../models/generation.ts'
import { openDatabase } from '../../models/warehouse.ts'
import { configOf } from '../sample-project.ts'
import { serve } from '../server/routes/serving.ts'

const address = '/reports/breaks.csv'

/** A copy of a project's generation whose `marts.breaks` repeats its rows until there are `rows`. */
export async function publishRows({ folder, rows }: { folder: string; rows: number }) {
	const current = currentGeneration(configOf(folder).project.published)!
	const published = path.join(folder, 'many', 'published')
	mkdirSync(published, { recursive: true })
	const file = path.join(published, path.basename(current.file))
	copyFileSync(current.file, file)
	const database = await openDatabase(file)
	const [counted] = await database.all<{ rows: string }>('select count(*) as rows from marts.breaks')
	await database.run(`create table marts.many as
		select breaks.* replace (break_id || '.' || copies.range as break_id)
		from range(${Math.ceil(rows / Number(counted!.rows))}) as copies, marts.breaks limit ${rows};
		drop table marts.breaks;
		alter table marts.many rename to breaks`)
	await database.checkpoint()
	await database.close()
	writeFileSync(path.join(published, 'current'), path.basename(file))
	return { published }
}

/** The product: the server and its query processes. Says where it is and how to ask what it cost. */
export async function serveCsv({ published }: { published: string }) {
	const server = await serve(published)
	return { url: `${server.origin}${address}`, close: server.close }
}

/** Reads a CSV to its end: seconds to the first byte and to the last, and bytes. It only counts: a reader who works takes a core away. */
export async function readCsv(url: string) {
	const from = performance.now()
	const [response] = (await once(get(url), 'response')) as [IncomingMessage]
	let first = 0
	let bytes = 0
	let header = ''
	for await (const chunk of response) {
		if (bytes === 0) {
			first = (performance.now() - from) / 1000
			header = (chunk as Buffer).toString('utf8').split('\r\n')[0]!
		}
		bytes += chunk.length
	}
	return { first, wall: (performance.now() - from) / 1000, bytes, header }
}

/** The hash of a file's bytes, and how many there are. */
export async function hashOf({ file }: { file: string }) {
	const hash = createHash('sha256')
	for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
	return { sha256: hash.digest('hex'), bytes: statSync(file).size }
}

/** DuckDB alone: the same rows and columns, escaped in the same way, in one COPY. */
export async function copyRows({ published, columns }: { published: string; columns: string[] }) {
	const database = await openDatabase(currentGeneration(published)!.file, { readOnly: true })
	const described = await database.describe(`select ${columns.map((name) => `"${name}"`).join(', ')} from marts.breaks`)
	const cells = described.columns.map(({ name, type }) => {
		if (type !== 'VARCHAR') return `"${name}"`
		return `case when "${name}" <> '' and strpos('=+-@' || chr(9) || chr(13), substr("${name}", 1, 1)) > 0
			then '''' || "${name}" else "${name}" end as "${name}"`
	})
	const file = path.join(path.dirname(published), 'copy.csv')
	await database.run(
		`copy (select ${cells.join(', ')} from marts.breaks) to '${file}'
			(format csv, header true, new_line '\\r\\n', timestampformat '%Y-%m-%dT%H:%M:%SZ')`,
	)
	await database.close()
	return { file }
}
