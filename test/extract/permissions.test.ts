import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient } from '../../extract/client.ts'
import { sourceOf } from '../../extract/run.ts'
import type { Sandboxes } from '../../extract/sandbox/sandbox.ts'
import type { Connection, Source, Stream } from '../../extract/source.ts'
import { declaredQuery } from '../../extract/stream-run.ts'
import { startCompany } from '../company-sandboxes.ts'
import { isThorough } from '../thorough.ts'
import { sandboxConnections } from './sandboxes.ts'
import { startProject } from './vendor.ts'

// Whatever the integration user may not read is told by its name: no stream is loaded without a word where a field or an object is missing.
const systems = [
	{ system: 'salesforce', pair: { crm: 'salesforce', erp: 'netsuite' } },
	{ system: 'hubspot', pair: { crm: 'hubspot', erp: 'netsuite' } },
	{ system: 'espocrm', pair: { crm: 'espocrm', erp: 'netsuite' } },
	{ system: 'erpnext', pair: { crm: 'salesforce', erp: 'erpnext' } },
] as const

/** Sums that the vendor makes, whose columns are no fields. */
const sums = ['booking_totals', 'ledger_totals']

describe.each(systems)('$system', ({ system, pair }) => {
	let sandboxes: Sandboxes
	let connection: Connection
	let source: Source
	beforeAll(async () => {
		sandboxes = await startCompany({ pair, scale: 0.003 })
		connection = sandboxConnections(sandboxes).find(({ kind }) => kind === system)!
		source = sourceOf(connection).source
	}, 60_000)
	afterAll(() => sandboxes.close())

	/** How a stream ends while something is hidden. */
	async function hidden(stream: Stream, field: string | null) {
		const project = await startProject([connection])
		project.clock.now = sandboxes.now()
		sandboxes.setHidden(system, stream.object, field, true)
		try {
			const [found] = (await project.run({ streams: [stream.name] })).streams
			return { outcome: found!.outcome, told: JSON.stringify([found!.error, found!.notes]) }
		} finally {
			sandboxes.setHidden(system, stream.object, field, false)
			await project.close()
		}
	}

	test('each field that is not there, or not to be read, is named', async () => {
		const state = await startProject([connection])
		state.clock.now = sandboxes.now()
		const client = createClient(source, sourceOf(connection).connection, state.resources.state)
		let asked = 0
		for (const stream of source.streams.filter(isListed)) {
			const options = sourceOf(connection).connection.options
			const described = await source.describe!({ ...declaredQuery(stream, connection), options }, client.ask)
			const fields = Object.values(stream.columns)
				.filter(({ isOptional, inverseOf }) => !isOptional && !inverseOf)
				.map(({ field }) => field)
				// EspoCRM keeps an amount and its currency together: no role has one without the other.
				.filter((field) => described !== null && field in described.fields && field !== 'amountCurrency')
			for (const field of isThorough ? fields : fields.slice(-1)) {
				const { outcome, told } = await hidden(stream, field)
				const isNamed = told.includes(field)
				expect({ stream: stream.name, field, outcome, isNamed }).toMatchObject({ isNamed: true })
				asked++
			}
		}
		expect(asked).toBeGreaterThanOrEqual(5)
		await client.close()
		await state.close()
	}, 120_000)

	test('each object that is not to be read is denied, by its name or the scope that it needs', async () => {
		for (const stream of source.streams.filter(isListed)) {
			const { outcome, told } = await hidden(stream, null)
			// A part of another permission: HubSpot's pipelines come with deals, and every app may ask for the account.
			if (system === 'hubspot' && ['pipelines', 'account'].includes(stream.name)) continue
			const isNamed = told.includes(stream.object) || /scope/.test(told)
			expect({ stream: stream.name, outcome, isNamed }).toEqual({
				stream: stream.name,
				outcome: 'denied',
				isNamed: true,
			})
		}
	}, 120_000)
})

function isListed({ name, within, follows }: Stream): boolean {
	return !within && !follows && !sums.includes(name)
}
