import { readdirSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { placesOfCheck } from '../../reports/places.ts'
import { loadReports, ownReports } from '../../reports/registry.ts'
import { checksOfCode, placeOfColumn, relations } from '../../reports/related.ts'
import { allSystems } from '../../reports/systems.ts'

test('every relation names a check and reports that there are', () => {
	const checks = readdirSync(path.join(import.meta.dirname, '../../models/checks')).map((name) => path.parse(name).name)
	expect(Object.keys(relations).filter((name) => !checks.includes(name))).toEqual([])
	const reports = ownReports.map((report) => report.name)
	expect(
		Object.values(relations)
			.flatMap((one) => one.reports ?? [])
			.filter((name) => !reports.includes(name)),
	).toEqual([])
})

test('a check leads to its breaks, its reports, its stream or its model, and a code to its checks', async () => {
	const reports = await loadReports()
	const hrefs = (check: string) => placesOfCheck(check, reports, allSystems).map((place) => place.href)
	expect(hrefs('unexplained_is_below_materiality')).toEqual(['/breaks?code=unexplained'])
	expect(hrefs('shared_fields_agree')).toEqual(['/reports/field-drift'])
	expect(hrefs('error_rate.crm.accounts')).toEqual(['/runs?connection=crm&stream=accounts#quarantine'])
	expect(hrefs('marts.breaks.key')).toEqual(['/models/marts.breaks'])
	expect(checksOfCode('rounding', allSystems)).toEqual(['reporting_amounts_add_up', 'rounding_is_small'])
	expect(placeOfColumn('break_id', 'price.2025-05.crm:1')).toBe('/break/price.2025-05.crm:1')
	expect(placeOfColumn('amount', '1')).toBeUndefined()
})
