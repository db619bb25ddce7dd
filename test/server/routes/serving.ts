import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { loadReports } from '../../../reports/registry.ts'
import { type AppOptions, createApp } from '../../../server/app.ts'
import { isoCurrencies } from '../../../server/configuration/currencies.ts'
import { openQueries } from '../../../server/query/queries.ts'

/** The application on a free port over a folder of published files, with the company's clock at 2026-11-04 09:00 UTC. */
export async function serve(published: string, options: Partial<AppOptions> = {}, port = 0) {
	const spool = mkdtempSync(path.join(tmpdir(), 'tieout-spool-'))
	const queries = openQueries({ published, spool: path.join(spool, 'exports') })
	const app = createApp({
		queries,
		reports: await loadReports(),
		company: { name: 'Sample Company', materiality: '1000.00', minorDigits: (currency) => isoCurrencies.get(currency) },
		now: () => new Date('2026-11-04T09:00:00Z'),
		tell: ({ error }) => {
			throw error
		},
		...options,
	})
	const server = app.listen(port, '127.0.0.1')
	await new Promise((resolve) => server.once('listening', resolve))
	const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
	return {
		origin,
		queries,
		get: (address: string, init?: RequestInit) => fetch(`${origin}${address}`, { redirect: 'manual', ...init }),
		close: async () => {
			server.closeAllConnections()
			await new Promise((resolve) => server.close(resolve))
			await queries.close()
			rmSync(spool, { recursive: true, force: true })
		},
	}
}
