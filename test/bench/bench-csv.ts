import { mkdtempSync } from 'node:fs'
import path from 'node:path'
import { readCsv } from './csv-jobs.ts'
import { familyCost, measured, started } from './measure.ts'
import type { BenchOptions, Result } from './result.ts'

const file = 'csv-jobs.ts'

type Whole = { sha256: string; bytes: number }
type Manifest = { rows: number; sha256: string }

/** A report's CSV over HTTP, against one COPY of the same escaped rows: the bytes must be the same. XLSX and Parquet beside it. */
export async function benchCsv({ lines, folder }: BenchOptions): Promise<Result[]> {
	const rows = lines >= 1_000_000 ? 5_000_000 : 1_000_000
	const company = await measured({
		file: 'build-jobs.ts',
		name: 'extractCompany',
		options: {
			scale: 0.3,
			isPublished: true,
			file: path.join(mkdtempSync(path.join(folder, 'csv-')), 'company.sqlite'),
		},
	})
	const options = { folder: company.more['folder'], rows }
	const { published } = (await measured({ file, name: 'publishRows', options })).more
	const server = await started({ file, name: 'serveCsv', options: { published } })
	const download = async (url: string) => {
		const before = familyCost(server.pid)
		const answer = await readCsv(url)
		const after = familyCost(server.pid)
		return { answer, cost: { wall: answer.wall, cpu: after.cpu - before.cpu, memory: after.memory } }
	}
	try {
		const { url } = JSON.parse(server.said) as { url: string }
		await (await fetch(url.replace(/\.csv$/, ''))).arrayBuffer()
		const { answer, cost } = await download(url)
		const manifest = (await (await fetch(`${url}.manifest.json`)).json()) as Manifest
		const copy = await measured({
			file,
			name: 'copyRows',
			options: { published, columns: answer.header.split(',') },
		})
		const whole = (await measured({ file, name: 'hashOf', options: { file: copy.more['file'] } })).more as Whole
		if (manifest.rows !== rows || manifest.sha256 !== whole.sha256 || answer.bytes !== whole.bytes)
			throw new Error(
				`${answer.bytes} bytes came, the manifest says ${JSON.stringify(manifest)}, COPY ${JSON.stringify(whole)}`,
			)
		const others: Result[] = []
		for (const format of ['xlsx', 'parquet']) {
			const { answer: other, cost: spent } = await download(url.replace(/\.csv$/, `.${format}`))
			others.push({
				title: `${format === 'xlsx' ? 'XLSX' : 'Parquet'}, the same rows`,
				cost: spent,
				note: `${(other.bytes / 1e6).toFixed(0)} MB; first byte after ${other.first.toFixed(2)} s`,
			})
		}
		const copied: Result = { title: 'COPY of the same rows to a file', cost: copy }
		const megabytes = `${(answer.bytes / 1e6).toFixed(0)} MB, same hash as COPY's`
		return [
			copied,
			{
				title: `CSV over HTTP, ${rows.toLocaleString('en-US')} rows`,
				cost,
				against: copied,
				note: `${megabytes}; first byte after ${answer.first.toFixed(2)} s`,
			},
			...others.map((one) => ({ ...one, against: copied })),
		]
	} finally {
		await server.stop()
	}
}
