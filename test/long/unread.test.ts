import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sources } from '../../extract/registry.ts'
import type { Sandboxes } from '../../extract/sandbox/sandbox.ts'
import { crmSystems, type ErpSystem, type Pair, type System, usualPair } from '../../extract/sandbox/world/systems.ts'
import { startCompany } from '../company-sandboxes.ts'
import { offeredSystems } from '../extract/chosen-systems.ts'
import { projectOn } from '../sample-project.ts'
import { objectsAsked, runAndSee, type Seen, untold } from '../unread.ts'

// One object of one system at a time is out of the integration user's sight, from the first run on: forbidden, or without a row.
// Whatever the marts then lack is told. TIEOUT_SYSTEM=xero runs one system.
const asked = process.env['TIEOUT_SYSTEM']
const systems = offeredSystems.filter((system) => !asked || system === asked)

describe.each(systems)('%s', (system) => {
	const { streams } = sources.find(({ kind }) => kind === system)!
	const objects = objectsAsked(streams)
	// What may be empty says nothing where it is: such systems refuse what a login may not see.
	const filled = objectsAsked(streams.filter((stream) => !stream.mayBeEmpty))
	let sandboxes: Sandboxes
	let truth: Seen

	beforeAll(async () => {
		sandboxes = await startCompany({
			pair: pairWith(system),
			scale: 0.02,
			requestsPerMinute: 100_000,
			dailyRequests: { limit: 1_000_000, usedByOthers: 0 },
			serviceMilliseconds: 0,
		})
		truth = await seen()
	}, 120_000)
	afterAll(() => sandboxes?.close())

	async function seen(): Promise<Seen> {
		const project = projectOn(sandboxes)
		try {
			return await runAndSee(project)
		} finally {
			project.remove()
		}
	}

	test('all of it is read without a fault', () => {
		expect(truth).toMatchObject({ error: null, unread: [] })
	})

	test.each(objects)(
		'%s is forbidden: what is missing is told, and not trusted',
		{ timeout: 120_000 },
		async (object) => {
			sandboxes.setHidden(system, object, null, true)
			try {
				expect(untold(await seen(), truth, { isFirst: true })).toBeNull()
			} finally {
				sandboxes.setHidden(system, object, null, false)
			}
		},
	)

	test.for(filled)('%s has no row: what is missing is told', { timeout: 120_000 }, async (object, { skip }) => {
		if (!empties(object, true)) skip('the company has no table of it')
		try {
			expect(untold(await seen(), truth, { isFirst: true })).toBeNull()
		} finally {
			empties(object, false)
		}
	})

	/** False: the sandbox makes its answers of something else. */
	function empties(object: string, isEmpty: boolean): boolean {
		try {
			sandboxes.setEmpty(system, object, isEmpty)
			return true
		} catch (error) {
			if (error instanceof RangeError) return false
			throw error
		}
	}
})

function pairWith(system: System): Pair {
	const crm = crmSystems.find((one) => one === system)
	return crm ? { crm, erp: usualPair.erp } : { crm: usualPair.crm, erp: system as ErpSystem }
}
