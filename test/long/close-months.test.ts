import { appendFileSync, statSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compareRebuilt } from '../../server/close/bundle/compare-rebuilt.ts'
import { verifyBundle } from '../../server/close/bundle/verify.mjs'
import { commandQueries } from '../../server/command-queries.ts'
import { openState } from '../../server/state.ts'
import { type SampleProject, startSampleProject } from '../sample-project.ts'
import { type Closer, commandCloser, pageCloser, startedCpu, steps, tieout } from './closers.ts'

// Two people close the company's 18 months one after the other, each on the fourth day after its end. TIEOUT_LONG_SCALE=1 takes the whole
// company; with TIEOUT_LONG_AT_ONCE=1 all months are closed on the last of these days. TIEOUT_LONG_LOG: a file that gets a line a month.
const scale = Number(process.env['TIEOUT_LONG_SCALE'] ?? 0.1)
const isAtOnce = process.env['TIEOUT_LONG_AT_ONCE'] === '1'
const log = process.env['TIEOUT_LONG_LOG']
const months = Array.from({ length: 18 }, (_, index) => {
	const moment = Date.UTC(2025, 5 + index, 4, 9)
	return { paper: new Date(Date.UTC(2025, 4 + index, 1)).toISOString().slice(0, 7), moment }
})

describe.each([
	['the command line', commandCloser],
	['the pages', pageCloser],
] as const)('by %s', (way, closerOf) => {
	let project: SampleProject
	let closer: Closer
	const bundles = new Map<string, string>()

	beforeAll(async () => {
		project = await startSampleProject({ scale, now: months.at(isAtOnce ? -1 : 0)!.moment })
		closer = await closerOf(project.folder)
	}, 300_000)
	afterAll(async () => {
		await closer?.end()
		await project?.close()
	})

	test.each(months)(
		'$paper is worked through, signed by two people and locked',
		{ timeout: 900_000 },
		async ({ paper, moment }) => {
			const [from, cpu] = [performance.now(), startedCpu()]
			if (!isAtOnce || paper === months[0]!.paper) {
				if (!isAtOnce) project.setClock(moment)
				await tieout(project.folder, ['run'])
				await closer.begin()
			}
			const ran = performance.now()
			const accepted: string[] = []
			for (const before of await papers(project.folder))
				if (before.state === 'locked' && before.changes !== 0)
					accepted.push(`${before.paper} ${await closer.accept(before.paper)}`)
			const items = await closer.workItems(paper)
			const blocked = new Set<string>()
			const seconds: Record<string, string> = {}
			for (const step of steps) {
				const began = performance.now()
				for (const id of await closer.sign(paper, step)) blocked.add(id)
				seconds[step.step] = ((performance.now() - began) / 1000).toFixed(1)
			}
			const began = performance.now()
			const file = await closer.bundle(paper)
			seconds['bundle'] = ((performance.now() - began) / 1000).toFixed(1)
			bundles.set(paper, file)
			expect(await verifyBundle(file)).toMatchObject({ isIntact: true })
			const all = await papers(project.folder)
			const last = months.findIndex((one) => one.paper === paper)
			expect(all.filter((one) => one.state === 'locked').map((one) => one.paper)).toEqual(
				months.slice(0, last + 1).map((one) => one.paper),
			)
			expect(all.filter(({ changes }) => changes !== 0)).toEqual([])
			tell({
				...{ way, paper, items, run: ((ran - from) / 1000).toFixed(1), ...seconds },
				...{ wall: ((performance.now() - from) / 1000).toFixed(1), cpu: (startedCpu() - cpu).toFixed(1) },
				...{ overridden: [...blocked].join(' '), accepted: accepted.join(', ') },
				bundle_megabytes: (statSync(file).size / 1e6).toFixed(1),
			})
		},
	)

	test('every month’s paper proves itself after all of them: bundles hold, and are built again to the same bytes', {
		timeout: 3_600_000,
	}, async () => {
		expect([...bundles.keys()]).toEqual(months.map(({ paper }) => paper))
		await tieout(project.folder, ['verify'])
		const config = project.config()
		const state = await openState(config.project.state)
		const queries = commandQueries(config)
		try {
			for (const [paper, file] of bundles) {
				const began = performance.now()
				const { compared, differences } = await compareRebuilt({ config, state, queries }, paper)
				expect.soft(differences, paper).toEqual([])
				expect.soft(await verifyBundle(file), paper).toMatchObject({ isIntact: true })
				const wall = ((performance.now() - began) / 1000).toFixed(1)
				tell({ way, paper, rebuilt: wall, compared, differences: differences.length })
			}
		} finally {
			await queries.close()
			await state.close()
		}
	})
})

async function papers(folder: string): Promise<{ paper: string; state: string; changes: number | null }[]> {
	return JSON.parse(await tieout(folder, ['close', '--json'])).papers
}

function tell(row: Record<string, unknown>): void {
	if (log) appendFileSync(log, `${JSON.stringify(row)}\n`)
}
