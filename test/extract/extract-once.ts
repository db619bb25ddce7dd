// Reads all streams of the connections given once, in a process of its own, which kills itself in the middle when told:
//   node extract-once.ts '{"folder": ..., "connections": [...], "now": ..., "partBytes": ..., "sliceBytes": ..., "kill": ["page", 3, 0]}'
import path from 'node:path'
import { runStreams } from '../../extract/run.ts'
import { warehouseAt } from '../../extract/warehouse-turn.ts'
import { extractState } from '../../server/extract-state.ts'
import { openState } from '../../server/state.ts'

const { folder, connections, now: moment, partBytes, sliceBytes, full, kill } = JSON.parse(process.argv[2]!)
const now = () => moment
const state = await openState(path.join(folder, 'state.sqlite'), { now })
const { streams } = await runStreams(
	{ connections, full },
	{
		state: extractState(state.db, { now }),
		warehouse: warehouseAt(path.join(folder, 'warehouse.duckdb')),
		landing: path.join(folder, 'landing'),
	},
	{ now, partBytes, sliceBytes, retry: { base: 20, attempts: 10 }, progress: ({ type }) => dieAt(type) },
)
process.stdout.write(`outcome ${JSON.stringify(streams)}\n`)
await state.close()

function dieAt(type: string) {
	if (kill?.[0] !== type || --kill[1] > 0) return
	const die = () => process.kill(process.pid, 'SIGKILL')
	if (kill[2] === 0) die()
	else setTimeout(die, kill[2])
}
