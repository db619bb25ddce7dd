import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { currentGeneration } from '../../../models/generation.ts'
import { openDatabase } from '../../../models/warehouse.ts'
import { type SampleProject, startSampleProject } from '../../sample-project.ts'

let project: SampleProject
afterEach(() => project?.close())

/** What an account does not show where a feature is off: fields of tables, and whole tables with the streams that read them. */
const fieldsOfFeatures = {
	transactionline: ['revenueelement', 'units'],
	item: ['saleunit', 'stockunit', 'unitstype'],
	transaction: ['approvalstatus'],
}
const tablesOfFeatures = {
	revenueelement: 'revenue_elements',
	revenueplan: 'revenue_plans',
	revenueplanplannedrevenue: 'planned_revenue',
	unitstypeuom: 'units',
}

function switchOff(streams: readonly string[]): void {
	const file = path.join(project.folder, 'tieout.yml')
	const text = readFileSync(file, 'utf8')
	const off = streams.map((name) => `      ${name}: { enabled: false }\n`).join('')
	writeFileSync(file, text.replace(/^( {4}source: netsuite\n)/m, `$1    streams:\n${off}`))
}

test('an account without revenue management, units of measure and approval routing is read without them', {
	timeout: 60_000,
}, async () => {
	project = await startSampleProject({ scale: 0.02 })
	for (const [table, fields] of Object.entries(fieldsOfFeatures))
		for (const field of fields) project.sandboxes.setHidden('netsuite', table, field, true)
	for (const table of Object.keys(tablesOfFeatures)) project.sandboxes.setHidden('netsuite', table, null, true)
	switchOff(Object.values(tablesOfFeatures))
	const { extracted, freshness } = await project.run()
	expect(extracted).toMatchObject({ failed: [], held: [], totals: { quarantined: 0 } })
	expect(freshness!.filter(({ status, outcome }) => (status !== 'pass' && status !== 'off') || outcome)).toEqual([])
	const database = await openDatabase(currentGeneration(project.config().project.published)!.file, { readOnly: true })
	const [found] = await database.all(
		`select count(*) filter (where bookings_amount <> 0) > 0 as booked, count(*) filter (where revenue_amount <> 0) > 0 as recognised,
			(select count(*) filter (where quantity is not null and unit is null) > 0 from marts.records where object = 'invoice_line') as counted
		from marts.cells`,
	)
	await database.close()
	expect(found).toEqual({ booked: true, recognised: true, counted: true })
})
