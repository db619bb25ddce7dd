import { afterAll, expect, test } from 'vitest'
import { type Sandboxes, startSandboxes } from '../extract/sandbox/sandbox.ts'
import { settingOf } from '../extract/sandbox/world/company/setting.ts'
import { hubspotId } from '../extract/sandbox/world/records/hubspot/identifiers.ts'
import { storyCount, tellStory } from '../extract/sandbox/world/story/tell.ts'
import type { Pair } from '../extract/sandbox/world/systems.ts'
import { companyStart, type RecordVersion, recordVersions } from '../extract/sandbox/world/world.ts'
import { currentGeneration } from '../models/generation.ts'
import { openDatabase } from '../models/warehouse.ts'
import { statusDocument } from '../server/month-status.ts'
import { itemsOfSeveralParts, netsuiteChildren } from './parts-of-a-group.ts'
import { projectOn } from './sample-project.ts'
import { type Amounts, differences, foundFigures, truthFigures } from './truth-comparison.ts'

// A group that bought another: the parent's deals are in Salesforce, those of the subsidiaries in HubSpot, every customer is in both, and the books of
// all are in one NetSuite, whose records name either.
const scale = 0.03
const parent: Pair = { crm: 'salesforce', erp: 'netsuite' }
const subsidiaries: Pair = { crm: 'hubspot', erp: 'netsuite' }
const closing: (() => Promise<void> | void)[] = []
afterAll(async () => {
	for (const close of closing) await close()
})

/** What hangs on a transaction, a customer or a deal, by the field that names it. */
const children: Record<string, string> = {
	...netsuiteChildren,
	OpportunityLineItem: 'OpportunityId',
	OpportunityHistory: 'OpportunityId',
}

type Story = ReturnType<typeof tellStory>

/** The legal entities of a story's records. */
function placesOf({ deals, orders, invoices, credits, journals }: Story): Set<unknown> {
	const states = [...deals, ...orders, ...invoices, ...credits].flatMap(({ versions }) =>
		versions.flatMap(({ state }) => state ?? []),
	)
	return new Set([...states, ...journals].map(({ entity }) => entity).filter(Boolean))
}

/** The deals and transactions of stories that lie in the parent's legal entity alone. */
function recordsOfTheParent(): Set<string> {
	const setting = settingOf({ scale })
	return new Set(
		Array.from({ length: storyCount(setting) }, (_, index) => tellStory(setting, index)).flatMap((story) => {
			const { deals, orders, invoices, credits, journals } = story
			const isOfParent = [...placesOf(story)].join() === 'US'
			return isOfParent ? [...deals, ...orders, ...invoices, ...credits, ...journals].map(({ id }) => String(id)) : []
		}),
	)
}

/** The customers that the parent alone sells to. */
function customersOfTheParent(versions: readonly RecordVersion[]): Set<string> {
	const subsidiaries = new Map<string, Set<string>>()
	for (const { object, values } of versions)
		if (object === 'customersubsidiaryrelationship' && values)
			subsidiaries.set(
				String(values['entity']),
				(subsidiaries.get(String(values['entity'])) ?? new Set()).add(String(values['subsidiary'])),
			)
	return new Set([...subsidiaries].flatMap(([customer, of]) => ([...of].join() === '1' ? [customer] : [])))
}

/** Whose a version is: the id of the transaction, customer or deal that it is or hangs on; null, if everybody's. */
function ownerOf({ object, id, values }: RecordVersion): string | null {
	if (['transaction', 'customer', 'Opportunity', 'deals'].includes(object)) return id
	if (object === 'links')
		return values?.['kind'] === 'deal_company' ? String(values['fromId']) : values ? String(values['toId']) : null
	return children[object] && values ? String(values[children[object]!]) : null
}

const isUs = (key: string) => key.includes('|US|')

/** Items of stories that lie in several legal entities or currencies, or are of a customer of several: there the two parts meet. */
function mixedItems(): Set<string> {
	const pairs = [parent, subsidiaries]
	const items = itemsOfSeveralParts(scale, pairs, ({ subsidiaries: of, entity }) => of.join() === entity)
	return new Set(
		[...items].flatMap((item) => {
			const bare = item.replace(/^\w+:/, '')
			if (!item.startsWith('salesforce:')) return [bare]
			const [id, ...rest] = bare.split(':') as [string, ...string[]]
			return [bare, [hubspotId(id), ...rest].join(':')]
		}),
	)
}

/** A customer that both have is counted as one: it goes by HubSpot's id here, whichever of the two the models take. */
const ofOneCustomer = (amounts: Amounts): Amounts =>
	new Map(
		[...amounts].map(([key, amount]) => [
			key.replaceAll('crm_emea:', '').replaceAll(/(?<=\|)001\w{15}(?=\|)/g, (account) => hubspotId(account)),
			amount,
		]),
	)

const without = (amounts: Amounts, items: ReadonlySet<string>, keep: (key: string) => boolean): Amounts =>
	new Map([...amounts].filter(([key]) => keep(key) && !items.has(key.split('|')[1]!.replace('crm_emea:', ''))))

test('a group with two CRMs has the breaks of each', { timeout: 120_000 }, async () => {
	const ofPair = (pair: Pair) => [...recordVersions({ scale, pair })]
	const [first, second] = [ofPair(parent), ofPair(subsidiaries)]
	const records = recordsOfTheParent()
	const customers = customersOfTheParent(first)
	const isOfParent = (id: string) => records.has(id) || customers.has(id)
	const hubspotDeals = new Set([...records].filter((id) => id.startsWith('006')).map(hubspotId))
	const part = (versions: RecordVersion[], system: string, isOurs: (owner: string) => boolean) =>
		versions.filter((one) => {
			if (one.system !== system) return false
			const owner = ownerOf(one)
			return owner === null || isOurs(owner)
		})
	const isSetup = (one: RecordVersion) => ownerOf(one) === null
	const salesforce = await startSandboxes({
		pair: parent,
		versions: [
			...part(first, 'salesforce', isOfParent),
			...part(first, 'netsuite', isOfParent),
			...part(second, 'netsuite', (owner) => !isOfParent(owner)).filter((one) => !isSetup(one)),
		],
		now: companyStart,
	})
	closing.push(() => salesforce.close())
	const hubspot = await startSandboxes({
		pair: subsidiaries,
		versions: [
			...part(second, 'hubspot', (owner) => !hubspotDeals.has(owner)),
			...second.filter(({ system }) => system === 'netsuite').filter(isSetup),
		],
		now: companyStart,
	})
	closing.push(() => hubspot.close())
	const both: Sandboxes = {
		...salesforce,
		connections: () => [
			...salesforce.connections(),
			...hubspot
				.connections()
				.filter(({ source }) => source === 'hubspot')
				.map((one) => ({ ...one, name: 'crm_emea' })),
		],
	}
	const project = projectOn(both)
	closing.push(project.remove)
	const { extracted } = await project.run()
	expect(extracted).toMatchObject({ failed: [], held: [], totals: { quarantined: 0 } })
	const { file } = currentGeneration(project.config().project.published)!
	const { breaks } = await foundFigures(file, parent)
	const truths = [parent, subsidiaries].map((pair) => truthFigures({ scale, pair }, companyStart).breaks)
	const mixed = mixedItems()
	const expected = new Map([...without(truths[0]!, mixed, isUs), ...without(truths[1]!, mixed, (key) => !isUs(key))])
	expect(expected.size).toBeGreaterThan(400)
	expect(differences(ofOneCustomer(expected), ofOneCustomer(without(breaks, mixed, () => true)))).toEqual([])

	const database = await openDatabase(file, { readOnly: true })
	const texts = async (sql: string) => (await database.all<{ text: string }>(sql)).map(({ text }) => text)
	expect(await texts('select distinct kind as text from marts.exceptions')).not.toContain('two_candidates')
	// What both have is one customer, and says so.
	const shared = await texts(`select evidence as text from marts.customer_links where evidence like '%of another CRM%'`)
	expect(shared.length).toBeGreaterThan(50)
	expect(shared[0]).toMatch(/^the same customer as crm:\w+ of another CRM: (erp:|tax number )\w+$/)
	await database.close()
	const { reasons } = await statusDocument(project.config())
	expect(reasons.filter(({ blocks }) => blocks)).toEqual([])
})
