// Reads bills, their lines and what follows them once, in a process of its own, which kills itself after so many statements when told:
//   node read-nested.ts '{"folder": ..., "url": ..., "now": ..., "dieAfter": 12}'
import path from 'node:path'
import { columns } from '../../extract/columns.ts'
import { runStreams } from '../../extract/run.ts'
import type { Stream } from '../../extract/source.ts'
import { warehouseAt } from '../../extract/warehouse-turn.ts'
import { extractState } from '../../server/extract-state.ts'
import { openState } from '../../server/state.ts'
import { vendorSource } from './vendor.ts'

const freshness = { warn: 60, error: 120 }
const same = (field: string) => field.toLowerCase()
const streams: Stream[] = [
	{
		...{ name: 'bills', object: 'bill', key: ['id'], freshness },
		columns: columns('id changed:datetime Line:json', same),
		cursor: { column: 'changed', heldBack: 60, overlap: 60 },
	},
	{
		...{ name: 'bill_lines', object: 'bill', key: ['id'], freshness, cursor: null },
		columns: columns('Id Amount:amount', same),
		within: { stream: 'bills', column: 'line' },
	},
	{
		...{ name: 'notes', object: 'note', key: ['id'], freshness, cursor: null },
		columns: columns('id text', same),
		follows: { stream: 'bills', batch: 5 },
	},
]

const { folder, url, now: moment, dieAfter } = JSON.parse(process.argv[2]!)
let statements = 0
const now = () => moment
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
const connections = [{ name: 'crm', kind: 'small', options: { url } }]
const { streams: outcomes } = await runStreams(
	{ connections },
	{
		state: extractState(state.db, { now }),
		warehouse: counted,
		landing: path.join(folder, 'landing'),
		sources: [vendorSource(streams)],
	},
	{ now, partBytes: 2000 },
)
process.stdout.write(`${JSON.stringify({ outcomes: outcomes.map(({ outcome }) => outcome), statements })}\n`)
await state.close()
