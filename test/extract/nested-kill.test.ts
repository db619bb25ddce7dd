import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openDatabase } from '../../models/warehouse.ts'
import { isThorough } from '../thorough.ts'
import { startVendor, type Vendor } from './vendor.ts'

let vendor: Vendor
afterEach(() => vendor.close())

const bill = (id: number, lines: number[], changed = '2026-03-01T10:00:00.000Z') =>
	`{"id":"${id}","changed":"${changed}","Line":[${lines.map((line) => `{"Id":"${line}","Amount":${line}.5}`).join(',')}]}`
const note = (id: number, text: string) => `{"id":"${id}","text":"${text}"}`

/** What a run in its own process said; null when it was killed. */
async function read(folder: string, now: string, dieAfter?: number) {
	const script = path.join(import.meta.dirname, 'read-nested.ts')
	const given = JSON.stringify({ folder, url: vendor.url, now: Date.parse(now), dieAfter })
	const child = spawn(process.execPath, [script, given], { stdio: ['ignore', 'pipe', 'inherit'] })
	let out = ''
	for await (const chunk of child.stdout) out += chunk
	return out === '' ? null : (JSON.parse(out) as { outcomes: string[]; statements: number })
}

async function rows(folder: string) {
	const database = await openDatabase(path.join(folder, 'warehouse.duckdb'), { readOnly: true })
	const all = (table: string) =>
		database.all(`select * exclude (_run_id, _loaded_at) from raw.small__${table} order by all`)
	const found = { bills: await all('bills'), lines: await all('bill_lines'), notes: await all('notes') }
	await database.close()
	return found
}

test.runIf(isThorough)(
	'records, their lists and what follows them: killed at any statement, the end is the same',
	async () => {
		const ids = Array.from({ length: 30 }, (_, index) => index + 1)
		vendor = await startVendor({ bill: ids.map((id) => bill(id, [1, 2, 3])), note: ids.map((id) => note(id, 'a')) })
		const folders = [1, 2].map(() => mkdtempSync(path.join(tmpdir(), 'nested-kill-'))) as [string, string]
		const [calm, harried] = folders
		const first = await read(calm, '2026-03-02T09:00:00Z')
		expect(first!.outcomes).toEqual(['loaded', 'loaded'])
		let died = 0
		for (const after of [14, 5]) if (!(await read(harried, '2026-03-02T09:00:00Z', after))) died++
		await read(harried, '2026-03-02T09:00:00Z')
		expect(await rows(harried)).toEqual(await rows(calm))

		const later = '2026-03-02T09:30:00.000Z'
		vendor.objects['bill'] = [
			...ids.slice(2).map((id) => bill(id, [1, 2, 3])),
			bill(1, [2, 4], later),
			bill(2, [], later),
		]
		vendor.objects['note'] = [note(1, 'b')]
		const second = await read(calm, '2026-03-02T10:00:00Z')
		expect(second!.outcomes).toEqual(['loaded', 'loaded'])
		for (let after = 4; after <= second!.statements; after += Math.ceil(second!.statements / 3))
			if (!(await read(harried, '2026-03-02T10:00:00Z', after))) died++
		await read(harried, '2026-03-02T10:00:00Z')
		expect(died).toBeGreaterThanOrEqual(3)
		const expected = await rows(calm)
		expect(expected.lines.filter(({ _deleted }) => _deleted)).toHaveLength(5)
		expect(expected.notes).toHaveLength(32)
		expect(await rows(harried)).toEqual(expected)
	},
	120_000,
)
