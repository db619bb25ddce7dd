import { afterAll, expect, test } from 'vitest'
import { type Sandboxes, startSandboxes } from '../extract/sandbox/sandbox.ts'
import { realmOf } from '../extract/sandbox/world/records/quickbooks/identifiers.ts'
import type { Pair } from '../extract/sandbox/world/systems.ts'
import { companyStart, type RecordVersion, recordVersions } from '../extract/sandbox/world/world.ts'
import { currentGeneration } from '../models/generation.ts'
import { itemsOfSeveralParts, netsuiteChildren } from './parts-of-a-group.ts'
import { projectOn } from './sample-project.ts'
import { type Amounts, differences, foundFigures, truthFigures } from './truth-comparison.ts'

// A group whose parent is on NetSuite and whose three subsidiaries are on QuickBooks, with one Salesforce.
const scale = 0.03
const parent: Pair = { crm: 'salesforce', erp: 'netsuite' }
const subsidiaries: Pair = { crm: 'salesforce', erp: 'quickbooks' }
const closing: (() => Promise<void> | void)[] = []
afterAll(async () => {
	for (const close of closing) await close()
})

/** The books of the parent alone: its customers, and the transactions of subsidiary 1. */
function ofTheParent(versions: RecordVersion[]): RecordVersion[] {
	const kept = new Set<string>()
	for (const { object, values } of versions) {
		if (object === 'customersubsidiaryrelationship' && values?.['subsidiary'] === '1')
			kept.add(String(values['entity']))
		if (object === 'transactionline' && values?.['subsidiary'] === '1') kept.add(String(values['transaction']))
	}
	return versions.filter(({ object, id, values }) => {
		if (object === 'transaction' || object === 'customer') return kept.has(id)
		const of = netsuiteChildren[object]
		return !of || values === null || kept.has(String(values[of]))
	})
}

const usAlone = (key: string) => key.includes('|US|')

/** Items of stories that lie in several legal entities or currencies, or have another one's customer: the two systems tell them apart. */
function mixedItems(): Set<string> {
	const pairs = [parent, subsidiaries]
	const items = itemsOfSeveralParts(scale, pairs, ({ subsidiaries: of, entity }) => of.includes(entity))
	return new Set([...items].map((item) => item.replace(/^\w+:/, '')))
}

/**
 * Whether a document without a deal is below the minimum is told by the ERP's rates: QuickBooks alone has none, beside NetSuite it goes by those.
 */
const inOneScope = (amounts: Amounts): Amounts =>
	new Map(
		[...amounts].map(([key, amount]) => [
			key.replace(/^(missing_in_crm|out_of_scope)\|(?=1\d{6}\|)/, 'no deal|'),
			amount,
		]),
	)

const without = (amounts: Amounts, items: ReadonlySet<string>, keep: (key: string) => boolean): Amounts =>
	new Map([...amounts].filter(([key]) => keep(key) && !items.has(key.split('|')[1]!)))

test('a group with two kinds of ERP has the breaks of each', { timeout: 120_000 }, async () => {
	const ofPair = (pair: Pair) => [...recordVersions({ scale, pair })]
	const own = ofPair(parent)
	const first = await startSandboxes({
		pair: parent,
		versions: [
			...own.filter(({ system }) => system === 'salesforce'),
			...ofTheParent(own.filter(({ system }) => system === 'netsuite')),
		],
		now: companyStart,
	})
	closing.push(() => first.close())
	const second = await startSandboxes({
		pair: subsidiaries,
		versions: ofPair(subsidiaries).filter(
			({ system, values }) => system === 'quickbooks' && values?.['realm'] !== realmOf('US'),
		),
		now: companyStart,
	})
	closing.push(() => second.close())
	const both: Sandboxes = {
		...first,
		connections: () => [
			...first.connections().map((one) => (one.source === 'netsuite' ? { ...one, legalEntities: { US: '1' } } : one)),
			...second.connections().filter(({ name }) => name.startsWith('erp_') && name !== 'erp_us'),
		],
	}
	const project = projectOn(both)
	closing.push(project.remove)
	const { extracted } = await project.run()
	expect(extracted).toMatchObject({ failed: [], held: [], totals: { quarantined: 0 } })
	const found = await foundFigures(currentGeneration(project.config().project.published)!.file, parent)
	const truths = [parent, subsidiaries].map((pair) => truthFigures({ scale, pair }, companyStart)) as [
		typeof found,
		typeof found,
	]
	const mixed = mixedItems()
	const expected = new Map([
		...without(truths[0].breaks, mixed, usAlone),
		...without(truths[1].breaks, mixed, (key) => !usAlone(key)),
	])
	expect(expected.size).toBeGreaterThan(200)
	const whole = without(found.breaks, mixed, () => true)
	expect(differences(inOneScope(expected), inOneScope(whole))).toEqual([])
})
