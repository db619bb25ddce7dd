import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { casesFolder, runCase } from '../model-cases.ts'
import { rounds } from '../thorough.ts'
import { randomWorld, type World } from './random-world.ts'

/** Blocking checks and a column of each: whatever the world, none may have a row. */
const checks = {
	breaks_add_up_to_the_variance: 'period_id',
	reporting_amounts_add_up: 'period_id',
	cells_hold_all_bookings_and_revenue: 'currency',
	chains_add_up_to_the_deal: 'opportunity_id',
	shares_add_up_to_the_line: 'record_id',
	roll_forward_proves_itself: 'period_id',
	billings_roll_forward_proves_itself: 'period_id',
}

for (const seed of rounds([1, 2, 3], 1)) {
	test(`everything adds up in a world without sense (seed ${seed})`, async () => {
		const folder = mkdtempSync(path.join(tmpdir(), 'tieout-random-'))
		try {
			writeWorld(folder, randomWorld(seed, 400))
			expect(await runCase('world', folder)).toEqual([])
		} finally {
			rmSync(folder, { recursive: true, force: true })
		}
	}, 120_000)
}

function writeWorld(folder: string, world: World): void {
	cpSync(path.join(casesFolder, 'given'), path.join(folder, 'given'), { recursive: true })
	const given = path.join(folder, 'world', 'given')
	const expected = path.join(folder, 'world', 'expected')
	mkdirSync(given, { recursive: true })
	mkdirSync(expected, { recursive: true })
	for (const [table, rows] of world) {
		const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
		const lines = rows.map((row) => columns.map((column) => row[column] ?? '').join(','))
		writeFileSync(path.join(given, `${table}.csv`), `${[columns.join(','), ...lines].join('\n')}\n`)
	}
	for (const [check, column] of Object.entries(checks))
		writeFileSync(path.join(expected, `checks.${check}.csv`), `${column}\n`)
	expect(readdirSync(expected)).toHaveLength(Object.keys(checks).length)
}
