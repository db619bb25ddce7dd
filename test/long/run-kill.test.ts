import { spawn } from 'node:child_process'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Sandboxes, startSandboxes } from '../../extract/sandbox/sandbox.ts'
import { currentGeneration } from '../../models/generation.ts'
import { openDatabase } from '../../models/warehouse.ts'
import { projectOn } from '../sample-project.ts'

// The whole command, killed at random moments of its work, beside a project that nobody disturbs; one request in ten goes wrong.
const scale = 0.03
const rounds = 30
const hours = 3_600_000
let sandboxes: Sandboxes
let clean: ReturnType<typeof projectOn>
let harried: ReturnType<typeof projectOn>

beforeAll(async () => {
	sandboxes = await startSandboxes({
		scale,
		now: Date.UTC(2026, 6, 1),
		faultRate: 0.1,
		faults: { retryAfterSeconds: 0, slowMilliseconds: 20 },
	})
	clean = projectOn(sandboxes)
	harried = projectOn(sandboxes)
}, 120_000)
afterAll(async () => {
	await sandboxes?.close()
	clean?.remove()
	harried?.remove()
})

/** `tieout run` in a process of its own, killed after so many milliseconds; answers its exit code, null when it was killed. */
function runCommand(folder: string, killAfter?: number): Promise<{ code: number | null; errors: string }> {
	const main = path.join(import.meta.dirname, '..', '..', 'server', 'main.ts')
	const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, 'run', '--project', folder], {
		stdio: ['ignore', 'ignore', 'pipe'],
		env: { ...process.env, UV_THREADPOOL_SIZE: '32' },
	})
	let errors = ''
	child.stderr.on('data', (text) => {
		errors += text
	})
	const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfter)
	return new Promise((resolve) =>
		child.once('close', (code) => {
			clearTimeout(timer)
			resolve({ code, errors })
		}),
	)
}

async function state(folder: string) {
	const current = currentGeneration(path.join(folder, 'data', 'published'))!
	const database = await openDatabase(current.file, { readOnly: true })
	const contents = await database.all('select name, rows, sum from tieout.contents order by name')
	await database.close()
	return { warehouse: await warehouseOf(folder), contents }
}

/** Rows and a fingerprint of every raw table, but for run ids and times of loading. */
async function warehouseOf(folder: string) {
	const database = await openDatabase(path.join(folder, 'data', 'warehouse.duckdb'), { readOnly: true })
	try {
		const tables = await database.all<{ name: string }>(
			`select table_name as name from duckdb_tables() where schema_name = 'raw' order by 1`,
		)
		const prints: Record<string, string> = {}
		for (const { name } of tables) {
			const [row] = await database.all<{ print: string }>(
				`select count(*) || ' ' || coalesce(sum(cast(hash(record) as hugeint)), 0) as print
				from (select columns(name -> not list_contains(['_run_id', '_loaded_at'], name)) from raw."${name}") as record`,
			)
			prints[name] = row!.print
		}
		return prints
	} finally {
		await database.close()
	}
}

test('thirty runs killed at random moments, and run again, end like runs that nobody disturbed', {
	timeout: 1_500_000,
}, async () => {
	const from = performance.now()
	expect(await runCommand(clean.folder)).toMatchObject({ code: 0 })
	const whole = performance.now() - from
	let random = 20261121
	let killed = 0
	for (let round = 1; round <= rounds; round++) {
		random = (random * 48271) % 2147483647
		const { code } = await runCommand(harried.folder, 300 + (random / 2147483647) * whole)
		if (code === null) killed++
		// What was in service stays in service until the next one is whole.
		const served = currentGeneration(path.join(harried.folder, 'data', 'published'))
		if (served) await (await openDatabase(served.file, { readOnly: true })).close()
		expect(await runCommand(harried.folder)).toMatchObject({ code: 0 })
		expect(await state(harried.folder)).toEqual(await state(clean.folder))
		if (round === rounds) break
		const next = sandboxes.now() + 37 * hours
		clean.setClock(next)
		harried.setClock(next)
		expect(await runCommand(clean.folder)).toMatchObject({ code: 0 })
	}
	console.log(
		`${killed} of ${rounds} runs were killed before their end (a whole first run took ${(whole / 1000).toFixed(1)} s)`,
	)
	expect(killed).toBeGreaterThan(rounds / 2)
})

test('of two runs at once one works and the other is refused or finds nothing to do; the result is the same', {
	timeout: 300_000,
}, async () => {
	for (let round = 0; round < 3; round++) {
		const next = sandboxes.now() + 29 * hours
		clean.setClock(next)
		harried.setClock(next)
		expect(await runCommand(clean.folder)).toMatchObject({ code: 0 })
		const both = await Promise.all([runCommand(harried.folder), runCommand(harried.folder)])
		expect(both.filter(({ code }) => code === 0).length).toBeGreaterThanOrEqual(1)
		for (const { code, errors } of both) if (code !== 0) expect(errors).toMatch(/another run is under way/)
		expect(await state(harried.folder)).toEqual(await state(clean.folder))
	}
})
