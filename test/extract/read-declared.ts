// Reads things once, or loads what was landed again with one more field declared, in a process of its own, which kills itself after so many
// statements when told:
//   node read-declared.ts '{"folder": ..., "url": ..., "isDeclared": true, "dieAfter": 3}'
import path from 'node:path'
import { replayLanding } from '../../extract/replay.ts'
import { runStreams } from '../../extract/run.ts'
import { warehouseAt } from '../../extract/warehouse-turn.ts'
import { extractState } from '../../server/extract-state.ts'
import { openState } from '../../server/state.ts'
import { start, vendorSource, vendorStreams } from './vendor.ts'

const { folder, url, isDeclared, dieAfter } = JSON.parse(process.argv[2]!)
let statements = 0
const now = () => start
const state = await openState(path.join(folder, 'state.sqlite'), { now })
const warehouse = warehouseAt(path.join(folder, 'warehouse.duckdb'))
const counted = Object.assign(
	<T>(work: Parameters<typeof warehouse<T>>[0]) =>
		warehouse<T>((database) =>
			work({
				...database,
				run: async (sql, parameters) => {
					if (++statements === dieAfter) process.kill(process.pid, 'SIGKILL')
					await database.run(sql, parameters)
				},
			}),
		),
	{ rest: warehouse.rest },
)
const [things] = vendorStreams
const columns = { ...things!.columns, ...(isDeclared && { tax: { field: 'Tax', type: 'amount' as const } }) }
const connections = [{ name: 'crm', kind: 'small', options: { url } }]
const resources = {
	state: extractState(state.db, { now }),
	warehouse: counted,
	landing: path.join(folder, 'landing'),
	sources: [vendorSource([{ ...things!, columns }])],
}
if (isDeclared) await replayLanding({ connections, stream: 'things' }, resources)
else await runStreams({ connections, streams: ['things'] }, resources, { now })
process.stdout.write(JSON.stringify({ statements }))
await state.close()
