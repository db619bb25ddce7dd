import { spawn } from 'node:child_process'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, expect, test } from 'vitest'
import type { StreamOutcome } from '../../extract/stream-run.ts'
import { openDatabase } from '../../models/warehouse.ts'
import { isThorough } from '../thorough.ts'
import { emptyFolder } from './sandboxes.ts'
import { startVendor, thing, type Vendor } from './vendor.ts'

let vendor: Vendor
afterEach(() => vendor.close())

/** Reads the vendor in a process of its own. */
async function read(folder: string): Promise<{ streams: StreamOutcome[]; megabytes: number }> {
	const script = path.join(import.meta.dirname, 'read-huge.ts')
	const child = spawn(
		process.execPath,
		['--disable-warning=ExperimentalWarning', script, JSON.stringify({ folder, url: vendor.url })],
		{ stdio: ['ignore', 'pipe', 'inherit'] },
	)
	let out = ''
	for await (const chunk of child.stdout) out += chunk
	return JSON.parse(out)
}

test.runIf(isThorough)(
	'100 MB in one field wait in quarantine: the others are loaded, in bounded memory, and the state keeps little of it',
	async () => {
		const text = `"${'x'.repeat(100 << 20)}"`
		vendor = await startVendor({ thing: [thing(1), thing(2, { note: text }), thing(3)] })
		const folder = emptyFolder()
		const { streams, megabytes } = await read(folder)
		expect(streams[0]).toMatchObject({ outcome: 'loaded', landed: 3, loaded: 2, quarantined: 1 })
		expect(megabytes).toBeLessThan(900)
		const state = new DatabaseSync(path.join(folder, 'state.sqlite'), { readOnly: true })
		expect(state.prepare('select line, code, is_cut, length(record) as kept from quarantine').all()).toEqual([
			{ line: 2, code: 'record_too_large', is_cut: 1, kept: 65536 },
		])
		state.close()
		const database = await openDatabase(path.join(folder, 'warehouse.duckdb'), { readOnly: true })
		expect(await database.all('select id from raw.small__things order by id')).toEqual([{ id: '1' }, { id: '3' }])
		await database.close()
	},
	60_000,
)
