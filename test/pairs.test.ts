import { afterEach, expect, test } from 'vitest'
import { offered } from '../extract/sandbox/systems.ts'
import { partsOf, shortText } from '../extract/sandbox/world/company/exact.ts'
import { firstKuwaitiRate } from '../extract/sandbox/world/company/rates.ts'
import { crmSystems, erpSystems, type Pair, usualPair } from '../extract/sandbox/world/systems.ts'
import { currentGeneration } from '../models/generation.ts'
import { openDatabase } from '../models/warehouse.ts'
import { emptyColumns } from './empty-columns.ts'
import { offeredSystems } from './extract/chosen-systems.ts'
import { recordLinks } from './record-links.ts'
import { type SampleProject, startSampleProject } from './sample-project.ts'
import { isThorough } from './thorough.ts'
import { type Amounts, differences, foundFigures, scores, scoreTable, truthFigures } from './truth-comparison.ts'

// The usual pair is tested by the road; here the one that shows least. TIEOUT_TESTS=all takes each system beside the usual partner,
// TIEOUT_PAIRS=all every pair, TIEOUT_PAIRS=hubspot+xero,espocrm+sap these.
const scale = Number(process.env['TIEOUT_PAIR_SCALE'] ?? 0.03)
const moment = Date.UTC(2026, 10, 4, 9)
let project: SampleProject | undefined
afterEach(async () => {
	await project?.close()
	project = undefined
})

/** What each system adds up itself, all of which must tie. */
const systemsTotals: Record<string, string[]> = {
	salesforce: ['bookings per entity ties'],
	netsuite: ['receivables per entity ties', 'revenue per entity ties'],
	erpnext: ['revenue per entity ties'],
	quickbooks: ['receivables per entity ties', 'revenue per entity ties'],
	sap: ['revenue per entity ties'],
	sap_v2: ['revenue per entity ties'],
	oracle: ['revenue per entity ties'],
	xero: ['revenue per entity ties'],
}

/** Measures and states of the comparison with the systems' own reports. A deal of before the CRM's first rate of its currency has none. */
async function tieOuts(file: string): Promise<string[]> {
	const database = await openDatabase(file, { readOnly: true })
	try {
		const found = await database.all<{ line: string }>(
			`select distinct measure || case when legal_entity = '*' then '' else ' per entity' end || ' ' || state as line from marts.tie_out
			where not (state = 'no rate' and measure = 'bookings' and of_currency = 'KWD' and period_id < '${firstKuwaitiRate}') order by all`,
		)
		return found.map(({ line }) => line)
	} finally {
		await database.close()
	}
}

function pairs(): Pair[] {
	const all = offered(crmSystems).flatMap((crm) => offered(erpSystems).map((erp) => ({ crm, erp })))
	const asked = process.env['TIEOUT_PAIRS']
	if (asked === 'all') return all
	if (asked) return all.filter(({ crm, erp }) => asked.split(',').includes(`${crm}+${erp}`))
	if (isThorough) return all.filter(({ crm, erp }) => (crm === usualPair.crm) !== (erp === usualPair.erp))
	// The truth of the usual pair is the road's (test/road.test.ts).
	return []
}

test.runIf(isThorough && !process.env['TIEOUT_PAIRS'])(
	'every system that has a sandbox stands beside a partner',
	() => {
		const all = pairs().flatMap(({ crm, erp }) => [crm, erp])
		const alone = offeredSystems.filter((one) => !all.includes(one))
		expect(alone.filter((one) => one !== usualPair.crm && one !== usualPair.erp)).toEqual([])
	},
)

/**
 * Each pair, also as a company of one legal entity and currency has its systems; that of SAP also where revenue recognition has no entry
 * view, and revenue is read from the universal journal.
 */
const companies = pairs().flatMap((pair) => {
	const name = `${pair.crm} and ${pair.erp}`
	const usual = { pair, name, hasNoEntryView: false, isOneEntity: false }
	const small = { ...usual, name: `${name}, of one legal entity`, isOneEntity: true }
	const universal = { ...usual, name: `${name}, by the universal journal`, hasNoEntryView: true }
	return [usual, small, ...(pair.erp === 'sap' ? [universal] : [])]
})

/** What recognition takes back of an invoice names no billing document in the universal journal: it stands beside it, not in it. */
function withTheirInvoices(found: Amounts): Amounts {
	const joined = new Map<string, bigint>()
	for (const [key, amount] of found) {
		const own = key.replace(/^(\w+\|)7(\d{7}\|)/, (_, code, rest) => `${code}9${rest}`)
		joined.set(own, (joined.get(own) ?? 0n) + partsOf(amount, 4))
	}
	// What is taken back in the invoice's own month comes to nothing with it.
	return new Map([...joined].filter(([, parts]) => parts !== 0n).map(([key, parts]) => [key, shortText(parts, 4)]))
}

test.each(companies)(
	'$name: every break of the truth is found, and no other',
	{ timeout: 120_000 * Math.max(1, 10 * scale) },
	async ({ pair, hasNoEntryView, isOneEntity }) => {
		project = await startSampleProject({ pair, scale, now: moment, hasNoEntryView, isOneEntity })
		const { extracted, checks } = await project.run()
		expect(extracted).toMatchObject({ failed: [], held: [], totals: { quarantined: 0 } })
		const figures = await foundFigures(currentGeneration(project.config().project.published)!.file, pair)
		const found = hasNoEntryView ? { ...figures, breaks: withTheirInvoices(figures.breaks) } : figures
		const truth = truthFigures({ scale, pair, isOneEntity }, moment)
		if (process.env['TIEOUT_PAIRS']) console.log(scoreTable(scores(truth.breaks, found.breaks)))
		expect(differences(truth.breaks, found.breaks)).toEqual([])
		expect(differences(truth.cells, found.cells)).toEqual([])
		expect(truth.breaks.size).toBeGreaterThan(100)
		const { wrong, kinds } = await recordLinks(project.folder, project.sandboxes.connections())
		expect(wrong).toEqual([])
		expect(kinds).toEqual(expect.arrayContaining(['invoice', 'opportunity']))
		expect(await emptyColumns(currentGeneration(project.config().project.published)!.file)).toEqual([])
		// Deals that have no field for their legal entity are not added up by it.
		const ofCrm = (systemsTotals[pair.crm] ?? []).map((line) => (isOneEntity ? line.replace(' per entity', '') : line))
		expect(await tieOuts(currentGeneration(project.config().project.published)!.file)).toEqual(
			[...ofCrm, ...(systemsTotals[pair.erp] ?? [])].sort(),
		)
		expect(checks!.find(({ name }) => name === 'documents_add_up')?.status).toBe('pass')
		const unasked = checks!.filter((check) => check.status === 'not run' && !check.name.startsWith('intermediate.'))
		// Where neither system adds up itself, totals come in a file (docs/tie-out.md), and the sample company has none.
		const withoutTotals = ['marts.tie_out.key', 'totals_tie_to_the_systems_reports']
		// Neither system says over which time a line is earned.
		withoutTotals.push('marts.computed_revenue.key', 'revenue_follows_its_rule')
		// The systems name each other: no customer is left that fits another (test/no-ids.test.ts has them).
		withoutTotals.push('marts.customer_candidates.key')
		// One currency has no rates that could differ.
		if (isOneEntity) withoutTotals.push('rates_of_several_systems_agree', 'crm_and_erp_rates_agree')
		expect(unasked.map(({ name }) => name).filter((name) => !withoutTotals.includes(name))).toEqual([])
	},
)
