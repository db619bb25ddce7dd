import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { measured, started } from './measure.ts'
import type { BenchOptions, Result } from './result.ts'

const file = 'extract-jobs.ts'

/** Extract and load of records of 20 fields, against the bare loop, and against DuckDB reading what the loop wrote. */
export async function benchExtract({ lines, folder }: BenchOptions): Promise<Result[]> {
	// 500,000 is the target's own size; another one beside it shows the growth.
	const sizes = lines >= 1_000_000 ? [500_000, 5_000_000] : [100_000, 500_000]
	const results: Result[] = []
	for (const rows of sizes) results.push(...(await extractOf(rows, folder)))
	return results
}

async function extractOf(rows: number, folder: string): Promise<Result[]> {
	const vendor = await started({ file, name: 'serveVendor', options: { rows } })
	try {
		const { url } = JSON.parse(vendor.said) as { url: string }
		const inFolder = async (name: string, options = {}) => {
			const own = path.join(folder, `${name}-${rows}`)
			mkdirSync(own)
			return await measured({ file, name, options: { url, folder: own, ...options } })
		}
		await warmUp(url, rows)
		const bare = await inFolder('bareLoop')
		const read = await inFolder('readJson', { file: bare.more['file'] })
		const product = await inFolder('product')
		if (product.more['verdict'] !== 'loaded' || product.more['sum'] !== bare.more['sum'])
			throw new Error(`the engine loaded ${JSON.stringify(product.more)}, the bare loop ${JSON.stringify(bare.more)}`)
		const title = rows.toLocaleString('en-US')
		const loop: Result = { title: `bare loop, ${title} records`, cost: bare }
		const reading: Result = { title: `read_json alone, ${title}`, cost: read }
		const rate = `${Math.round(rows / product.wall).toLocaleString('en-US')} records/s`
		return [
			loop,
			reading,
			{ title: `extract + load, ${title}`, cost: product, against: loop, note: rate },
			{ title: `extract + load, ${title}`, cost: product, against: reading },
		]
	} finally {
		await vendor.stop()
	}
}

/** The vendor's code runs slowly until it has been run: nobody shall pay for that. */
async function warmUp(url: string, rows: number): Promise<void> {
	for (let from = 0; from < Math.min(rows, 100_000); from += 2000)
		await (await fetch(`${url}/deals?from=${from}`)).arrayBuffer()
}
