import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { offered } from '../../extract/sandbox/systems.ts'
import { crmSystems, erpSystems } from '../../extract/sandbox/world/systems.ts'
import { measured, started } from './measure.ts'
import type { BenchOptions, Result } from './result.ts'

const file = 'sources-jobs.ts'

/**
 * The first load of every system against its sandbox, held against a bare loop that makes the same requests. The sandbox is a process of
 * its own, and was asked everything once before. TIEOUT_SYSTEM=xero takes one system, TIEOUT_SYSTEMS_SCALE the company's size.
 */
export async function benchSources({ folder }: BenchOptions): Promise<Result[]> {
	const scale = Number(process.env['TIEOUT_SYSTEMS_SCALE'] ?? 1)
	const asked = process.env['TIEOUT_SYSTEM']
	const results: Result[] = []
	for (const system of [...offered(crmSystems), ...offered(erpSystems)]) {
		if (asked && asked !== system) continue
		const sandbox = await started({ file, name: 'serveSystem', options: { system, scale } })
		try {
			const said = JSON.parse(sandbox.said) as Record<string, unknown>
			const job = async (name: string, options: Record<string, unknown>) => {
				const own = path.join(folder, `${system}-${name}-${results.length}-${Object.keys(options).length}`)
				mkdirSync(own, { recursive: true })
				return await measured({ file, name, options: { ...options, folder: own } })
			}
			const record = path.join(folder, `${system}.json`)
			await job('firstLoad', { ...said, record })
			const bare = await job('bareRequests', { record })
			const product = await job('firstLoad', said)
			const { rows, requests } = product.more as { rows: number; requests: number }
			const loop = { title: `${system}: the same requests`, cost: bare }
			results.push(loop, {
				title: `${system}: first load`,
				cost: product,
				against: loop,
				note: `${rows.toLocaleString('en-US')} records of ${Number(bare.more['rows']).toLocaleString('en-US')} elements, ${requests} requests`,
			})
		} finally {
			await sandbox.stop()
		}
	}
	return results
}
