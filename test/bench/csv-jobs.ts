import { createHash } from 'node:crypto'
import { copyFileSync, createReadStream, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
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

/**
 * Reads a CSV to its end: seconds to the first byte and to the last, and bytes. It only counts, and keeps nothing: a reader who works
 * takes a core away that the server would have. HTTP/1.0, so that the body ends with the connection and has nothing between its bytes.
 */
export async function readCsv(url: string) {
	const { hostname, port, pathname } = new URL(url)
	const from = performance.now()
	const found = { first: 0, bytes: 0, head: '', isBody: false }
	const note = (length: number, buffer: Uint8Array) => {
		if (found.isBody) {
			found.bytes += length
			return
		}
		found.head += Buffer.from(buffer.subarray(0, length)).toString('latin1')
		const end = found.head.indexOf('\r\n\r\n')
		if (end < 0 || found.head.length === end + 4) return
		found.first = (performance.now() - from) / 1000
		found.bytes = found.head.length - end - 4
		found.isBody = true
	}
	await new Promise<void>((resolve, reject) => {
		const buffer = Buffer.alloc(1 << 20)
		const onread = {
			buffer,
			callback: (length: number) => {
				note(length, buffer)
				return true
			},
		}
		const socket = connect({ host: hostname, port: Number(port), onread })
		socket.once('error', reject)
		socket.once('close', () => resolve())
		socket.write(`GET ${pathname} HTTP/1.0\r\nHost: ${hostname}:${port}\r\n\r\n`)
	})
	if (!found.head.startsWith('HTTP/1.1 200')) throw new Error(`${url}: ${found.head.slice(0, 200)}`)
	const header = found.head.split('\r\n\r\n')[1]!.split('\r\n')[0]!
	return { first: found.first, wall: (performance.now() - from) / 1000, bytes: found.bytes, header }
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
