import { rmSync } from 'node:fs'
import path from 'node:path'
import { type Cost, measured } from './measure.ts'
import type { BenchOptions, Result } from './result.ts'

/** The sample company has about 15,000 opportunity lines at scale 1. */
const linesAtScaleOne = 15_000

/**
 * Build, against its own SQL run by hand; again with nothing changed; after 1,000 changed rows, against all of it; and what lies between
 * staging and marts, with all checks, against one join.
 */
export async function benchBuild({ lines, folder }: BenchOptions): Promise<Result[]> {
	const job = (name: string, options: Record<string, unknown>) => measured({ file: 'build-jobs.ts', name, options })
	const company = await job('extractCompany', { scale: 1, file: path.join(folder, 'company.sqlite') })
	rmSync(path.join(folder, 'company.sqlite'), { force: true })
	const built = company.more['folder'] as string
	const copies = Math.round(lines / linesAtScaleOne)
	const multiplied = await measured({
		file: 'multiply.ts',
		name: 'multiplyCompany',
		options: { folder: built, copies },
	})
	const full = await job('productBuild', { folder: built })
	const unchanged = await job('productBuild', { folder: built })
	expectCount(unchanged, 'built', 0)
	await job('changeLines', { folder: built, count: 1000 })
	const changed = await job('productBuild', { folder: built })
	await job('noteViews', { folder: built })
	// Run after the change, it is the full rebuild that the build of the change must equal.
	const byHand = await job('byHand', { folder: built })
	const same = await sameMarts(job, built)
	await job('dropAboveCanonical', { folder: built })
	const reconciled = await job('reconcile', { folder: built })
	const sides = (await job('writeJoinSides', { folder: built })).more
	const join = await job('fullJoin', { folder: built })
	const { lines: counted, rows } = multiplied.more as Record<string, string>
	const title = `${Number(counted).toLocaleString('en-US')} opportunity lines`
	const hand: Result = { title: `the same SQL by hand, ${title}`, cost: byHand }
	const whole: Result = {
		title: `build, ${title}`,
		cost: full,
		against: hand,
		note: `${full.more['built']} tables from ${Number(rows).toLocaleString('en-US')} records; slowest: ${full.more['slowest']}`,
	}
	const joined: Result = {
		title: `one full outer join of ${sides['agreed']} deal lines and ${sides['billed']} invoice lines`,
		cost: join,
	}
	const kept = `${changed.more['built']} tables built, ${changed.more['unchanged']} kept`
	return [
		hand,
		whole,
		{ title: 'build, nothing changed', cost: unchanged, note: 'target: under 1 s' },
		{
			title: 'build, 1,000 lines changed',
			cost: changed,
			against: whole,
			note: `${kept}; ${same} marts have the fingerprint of the SQL run by hand`,
		},
		joined,
		{
			title: 'staging to marts, and all checks',
			cost: reconciled,
			against: joined,
			note: `${reconciled.more['built']} tables, ${reconciled.more['checks']} checks; target: 12 times the join`,
		},
	]
}

function expectCount(cost: Cost, name: string, count: number) {
	if (cost.more[name] !== count) throw new Error(`${name} is ${cost.more[name]}, not ${count}`)
}

async function sameMarts(
	job: (name: string, options: Record<string, unknown>) => Promise<Cost>,
	folder: string,
): Promise<number> {
	const [left, right] = [
		await job('martFingerprints', { folder, file: 'data/build.duckdb' }),
		await job('martFingerprints', { folder, file: 'by-hand.duckdb' }),
	]
	const prints = left.more['prints'] as Record<string, string>
	const others = right.more['prints'] as Record<string, string>
	const different = Object.keys(prints).filter((name) => prints[name] !== others[name])
	if (different.length > 0) throw new Error(`after 1,000 changed rows these marts differ: ${different.join(', ')}`)
	return Object.keys(prints).length
}
