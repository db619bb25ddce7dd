import { HOUR, moment, months } from '../../company/calendar.ts'
import { rateText } from '../../company/exact.ts'
import { salesforceId } from '../../company/identifiers.ts'
import { integrationUser, people } from '../../company/people.ts'
import { homeRate } from '../../company/rates.ts'
import type { Setting } from '../../company/setting.ts'
import { before, type Emit, emitOnce } from '../emit.ts'
import { espocrmId } from './identifiers.ts'

/** Users and dated rates of the CRM, whose base currency is the dollar. */
export function emitEspocrmSetup(emit: Emit, setting: Setting): void {
	const user = (id: string, first: string, last: string, email: string, isActive: boolean) => {
		const values = { id, name: `${first} ${last}`, userName: email.split('@')[0]!, emailAddress: email, isActive }
		emitOnce(emit, 'espocrm', 'User', id, before, { ...values, type: 'regular' })
	}
	for (const { crmId, first, last, email, isActive } of people) user(espocrmId(crmId), first, last, email, isActive)
	user(espocrmId(integrationUser), 'Integration', 'User', 'integration@halvorsen.example', true)
	setting.currencies.forEach((code, place) => {
		if (code === 'USD') return
		months('2025-01', '2026-11').forEach((month, at) => {
			const rate = homeRate(code, month)
			if (rate === undefined) return
			const id = espocrmId(salesforceId('DatedConversionRate', 500 + place * 60 + at))
			const eve = moment(`${month}-01`) - 4 * HOUR
			emitOnce(emit, 'espocrm', 'CurrencyRecordRate', id, eve, {
				id,
				recordName: code,
				baseCode: 'USD',
				date: `${month}-01`,
				rate: rateText(rate),
			})
		})
	})
}
