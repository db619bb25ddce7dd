import { afterEach, expect, test } from 'vitest'
import { type Sandboxes, startSandboxes } from '../../../extract/sandbox/sandbox.ts'
import { usualPair } from '../../../extract/sandbox/world/systems.ts'
import type { RecordVersion } from '../../../extract/sandbox/world/world.ts'
import { november, row, transaction } from '../sandbox/records.ts'
import { sandboxConnections } from '../sandboxes.ts'
import { startProject } from '../vendor.ts'

const open: Sandboxes[] = []
afterEach(async () => {
	for (const sandboxes of open.splice(0)) await sandboxes.close()
})

const text = (at: number) => new Date(at).toISOString().replace('.000', '')

async function started(versions: RecordVersion[], now: number) {
	const sandboxes = await startSandboxes({ pair: usualPair, versions, now, requestsPerMinute: 1_000_000 })
	open.push(sandboxes)
	const project = await startProject(sandboxConnections(sandboxes).filter(({ kind }) => kind === 'netsuite'))
	const read = async (at: number, streams: string[]) => {
		sandboxes.setClock(at)
		project.clock.now = at
		const before = sandboxes.requests().netsuite.requests
		const { streams: outcomes } = await project.run({ streams })
		const told = outcomes.find(({ stream }) => stream === streams.at(-1))!
		return { ...told, requests: sandboxes.requests().netsuite.requests - before }
	}
	return { sandboxes, project, read }
}

const note = (id: number, of: number, at: number, values: Record<string, string | null>) =>
	row(
		'systemnote',
		String(id),
		{ id: String(id), recordid: String(of), recordtypeid: '-30', type: '4', date: text(at), name: '31', ...values },
		at,
	)

/** Two orders; the second one's total is changed on the third, by two people in one second. */
const edited = november(3, '10:00')
const orders = [
	transaction(1, { lastmodifiedby: '33' }),
	transaction(2, { lastmodifiedby: '33' }),
	note(11, 2, november(1), { type: '1', field: 'TRANDOC.SDOCNUM', newvalue: 'SO2' }),
	note(12, 2, november(1), { type: '2', field: 'TRANDOC.MAMOUNTMAIN', newvalue: '100.00' }),
	transaction(2, { foreigntotal: '90.00', lastmodifiedby: '32', lastmodifieddate: text(edited) }, edited),
	note(13, 2, edited, { field: 'TRANDOC.MAMOUNTMAIN', oldvalue: '100.00', newvalue: '90.00' }),
	note(14, 2, edited, { field: 'TRANDOC.SMEMO', newvalue: 'as agreed', name: '32' }),
	note(15, 7, edited, { recordtypeid: '-9', field: 'ENTITY.SNAME', oldvalue: 'A', newvalue: 'B' }),
]
const streams = ['transactions', 'system_notes']

test('who changed a transaction, which field and when: asked once it has changed, and never of what has not', async () => {
	const { project, read } = await started(orders, november(2))
	expect(await read(november(2), streams)).toMatchObject({ outcome: 'loaded', landed: 0 })
	expect(await read(november(4), streams)).toMatchObject({ outcome: 'loaded', appended: 2 })
	expect(
		await project.rows(
			'select recordid, field, oldvalue, newvalue, name, date from raw.netsuite__system_notes order by id',
		),
	).toEqual([
		{
			...{ recordid: '2', field: 'TRANDOC.MAMOUNTMAIN', oldvalue: '100.00', newvalue: '90.00', name: '31' },
			date: '2026-11-03 10:00:00',
		},
		{
			...{ recordid: '2', field: 'TRANDOC.SMEMO', oldvalue: null, newvalue: 'as agreed', name: '32' },
			date: '2026-11-03 10:00:00',
		},
	])
	const quiet = await read(november(5), streams)
	const alone = await read(november(6), ['transactions'])
	expect([quiet.appended, quiet.requests]).toEqual([0, alone.requests])
	await project.close()
})

test('a role that may not see system notes reads everything else, and who saved a transaction last', async () => {
	const { sandboxes, project, read } = await started(orders, november(2))
	sandboxes.setHidden('netsuite', 'systemnote', null, true)
	await read(november(2), streams)
	expect(await read(november(4), streams)).toMatchObject({ outcome: 'loaded', appended: 0 })
	expect(
		await project.rows('select lastmodifiedby as by from raw.netsuite__transactions order by id, _loaded_at'),
	).toEqual([{ by: '33' }, { by: '33' }, { by: '32' }])
	await project.close()
})

test('an account without the field for who saved a transaction last is read without it', async () => {
	const { sandboxes, project, read } = await started(orders, november(2))
	sandboxes.setHidden('netsuite', 'transaction', 'lastmodifiedby', true)
	expect(await read(november(4), ['transactions'])).toMatchObject({ outcome: 'loaded', appended: 2 })
	await project.close()
})
