// Reads things once of which one has a field as large as told, in a process of its own, and says how much memory that took:
//   node read-huge.ts '{"folder": ..., "url": ...}'
import path from 'node:path'
import { runStreams } from '../../extract/run.ts'
import { warehouseAt } from '../../extract/warehouse-turn.ts'
import { extractState } from '../../server/extract-state.ts'
import { openState } from '../../server/state.ts'
import { start, vendorSource } from './vendor.ts'

const { folder, url } = JSON.parse(process.argv[2]!)
const now = () => start
const state = await openState(path.join(folder, 'state.sqlite'), { now })
const { streams } = await runStreams(
	{ connections: [{ name: 'crm', kind: 'small', options: { url } }], streams: ['things'] },
	{
		state: extractState(state.db, { now }),
		warehouse: warehouseAt(path.join(folder, 'warehouse.duckdb')),
		landing: path.join(folder, 'landing'),
		sources: [vendorSource()],
	},
	{ now, retry: { attempts: 2, base: 1 } },
)
await state.close()
const kilobytes = process.resourceUsage().maxRSS
process.stdout.write(JSON.stringify({ streams, megabytes: Math.round(kilobytes / 1024) }))
