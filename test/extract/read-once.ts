// Reads the small vendor once, in a process of its own whose limits the test sets:
//   node read-once.ts '{"folder": ..., "url": ..., "now": ...}'
import path from 'node:path'
import { runStreams } from '../../extract/run.ts'
import { warehouseAt } from '../../extract/warehouse-turn.ts'
import type { TieoutError } from '../../models/error.ts'
import { extractState } from '../../server/extract-state.ts'
import { openState } from '../../server/state.ts'
import { vendorSource } from './vendor.ts'

const { folder, url, now: moment } = JSON.parse(process.argv[2]!)
const now = () => moment
try {
	const state = await openState(path.join(folder, 'state.sqlite'), { now })
	const { streams } = await runStreams(
		{ connections: [{ name: 'crm', kind: 'small', options: { url } }], streams: ['things'] },
		{
			state: extractState(state.db, { now }),
			warehouse: warehouseAt(path.join(folder, 'warehouse.duckdb')),
			landing: path.join(folder, 'landing'),
			sources: [vendorSource()],
		},
		{ now },
	)
	await state.close()
	process.stdout.write(JSON.stringify(streams[0]))
} catch (error) {
	const { code, message, next } = error as TieoutError
	process.stdout.write(JSON.stringify({ outcome: 'thrown', error: { code, message, next } }))
}
