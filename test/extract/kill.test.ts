import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Sandboxes } from '../../extract/sandbox/sandbox.ts'
import { startCompany } from '../company-sandboxes.ts'
import { isThorough } from '../thorough.ts'
import { emptyFolder, extractOnce, type Once, sandboxConnections, warehouseFingerprint } from './sandboxes.ts'

let sandboxes: Sandboxes
beforeAll(async () => {
	sandboxes = await startCompany({
		scale: 0.02,
		pageSize: 200,
		faults: { retryAfterSeconds: 0, slowMilliseconds: 20 },
	})
})
afterAll(() => sandboxes.close())

const day = 24 * 3_600_000

// The shared suite kills a run of each system too (test/extract/conformance.test.ts).
test.runIf(isThorough)(
	'a run killed again and again, in landing and in loading, ends with the same warehouse as one that was not; faults change nothing',
	async () => {
		const connections = sandboxConnections(sandboxes)
		const now = sandboxes.now()
		const calm = { folder: emptyFolder(), connections, now }
		const outcomes = await extractOnce(calm)
		expect(outcomes!.filter(({ outcome }) => outcome !== 'loaded')).toEqual([])
		const expected = await warehouseFingerprint(calm.folder)
		expect(Object.keys(expected)).toHaveLength(36)

		// Parts and slices are small, so that loading goes on beside reading.
		const sliceBytes = { enough: 20_000, most: 60_000 }
		const harried = { folder: emptyFolder(), connections, now, partBytes: 20_000, sliceBytes }
		const kills: NonNullable<Once['kill']>[] = [
			['load', 1, 0],
			['page', 14, 0],
			['load', 2, 4],
			['page', 6, 9],
			['load', 7, 0],
			['page', 25, 30],
		]
		let died = 0
		for (const kill of kills) if (!(await extractOnce({ ...harried, kill }))) died++
		expect(died).toBeGreaterThanOrEqual(kills.length - 2)
		sandboxes.setFaults({ rate: 0.1 })
		const ended = await extractOnce(harried)
		sandboxes.setFaults({ rate: 0 })
		expect(ended!.filter(({ outcome }) => outcome !== 'loaded')).toEqual([])
		expect(await warehouseFingerprint(harried.folder)).toEqual(expected)
	},
	120_000,
)

// What the road finds at another size (test/road.test.ts).
test.runIf(isThorough)(
	'a day later only the day’s changes are appended, and nothing was written to the vendors',
	async () => {
		const connections = sandboxConnections(sandboxes)
		const folder = emptyFolder()
		await extractOnce({ folder, connections, now: sandboxes.now() })
		sandboxes.setClock(sandboxes.now() + day)
		const second = await extractOnce({ folder, connections, now: sandboxes.now() })
		expect(second!.filter(({ outcome }) => outcome !== 'loaded')).toEqual([])
		const appended = second!.reduce((sum, stream) => sum + stream.appended + stream.deleted, 0)
		expect(appended).toBeGreaterThan(0)
		// What is live after both is what a fresh full read finds.
		const third = await extractOnce({ folder, connections, now: sandboxes.now() + 1000, full: true })
		expect(
			third!
				.map(({ stream, appended: more, deleted }) => ({ stream, more, deleted }))
				.filter(({ more, deleted }) => more + deleted > 0),
		).toEqual([])
		const { salesforce, netsuite } = sandboxes.requests()
		expect([...salesforce.writes, ...netsuite.writes]).toEqual([])
	},
	120_000,
)
