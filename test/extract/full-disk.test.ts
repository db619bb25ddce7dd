import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { openDatabase } from '../../models/warehouse.ts'
import { rounds } from '../thorough.ts'
import { emptyFolder } from './sandboxes.ts'
import { start, startVendor, thing } from './vendor.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
	for (const one of open.splice(0).reverse()) await one.close()
})

/** Reads the vendor in a process that can write no file beyond so many KiB: to a program the same as a disk that is full. */
async function readOnce(folder: string, url: string, kilobytes: number | 'unlimited') {
	const script = path.join(import.meta.dirname, 'read-once.ts')
	const limit = kilobytes === 'unlimited' ? 'unlimited' : String(kilobytes * 2)
	const shell = `trap '' XFSZ; ulimit -f ${limit}; exec "$@"`
	const job = JSON.stringify({ folder, url, now: start })
	const words = ['-c', shell, 'sh', process.execPath, '--disable-warning=ExperimentalWarning', script, job]
	const { stdout } = await promisify(execFile)('sh', words, { env: { ...process.env, UV_THREADPOOL_SIZE: '32' } })
	return JSON.parse(stdout)
}

// Text that nothing packs: 1,500 records make files of some 2 MB, read in pages of 10.
const wide = Array.from({ length: 1500 }, (_, index) =>
	thing(index + 1, { note: `"${randomBytes(1000).toString('base64')}"` }),
)

const disks = [
	['of the warehouse', 2000, ['disk.full']],
	['of the landing archive', 700, ['landing.disk_full']],
	['of the state', 40, ['state.cannot_write', 'state.cannot_open']],
] as const

test.each(rounds(disks, 1))(
	'a disk that is full %s says so and what to do, and with room again nothing is missing',
	async (_, limit, codes) => {
		const vendor = await startVendor({ thing: wide })
		open.push(vendor)
		const folder = emptyFolder()
		const full = await readOnce(folder, vendor.url, limit)
		expect(codes).toContain(full.error?.code)
		expect(full.error.next).toMatch(/free (some )?space|the disk has room/)
		expect(await readOnce(folder, vendor.url, 'unlimited')).toMatchObject({ outcome: 'loaded', loaded: 1500 })
		const database = await openDatabase(path.join(folder, 'warehouse.duckdb'))
		open.push(database)
		expect(await database.all('select count(*) as rows, count(distinct _key) as keys from raw.small__things')).toEqual([
			{ rows: '1500', keys: '1500' },
		])
	},
)
