import { positionOf } from '../company/block.ts'
import { DAY, dateAfter, isWeekend, moment, monthOf } from '../company/calendar.ts'
import { type Currency, type EntityCode, legalEntities } from '../company/entities.ts'
import { type Account, accountOf, isCustomer, survivorOf } from '../company/parties.ts'
import { blockSize } from '../company/setting.ts'
import type { Teller } from './teller.ts'

/** A few accounts buy much, most buy little; prospects buy nothing. */
export function pickAccount(teller: Teller, closeDate: string, isWon: boolean): Account {
	const { choices, setting } = teller
	const blocks = setting.accountCount / blockSize
	for (let attempt = 0; ; attempt++) {
		const index = Math.floor(choices.next() ** 1.5 * blocks) * blockSize + choices.between(0, blockSize - 1)
		if (isWon !== isCustomer(setting, index) && (isWon || choices.chance(0.5))) continue
		const account = accountOf(setting, index)
		if (account.createdAt > moment(closeDate) - 130 * DAY && attempt < 200) continue
		if (account.merged && account.merged.at <= moment(closeDate) - 112 * DAY)
			return survivorOf(setting, account, moment(closeDate))
		return account
	}
}

/** The legal entity that sells to an account, and the currency in which it does. */
export function seller(teller: Teller, account: Account): [EntityCode, Currency] {
	if (positionOf(account.index) === 'two_entities' && account.customers[1] && teller.choices.chance(0.35)) {
		const entity = account.customers[1].subsidiaries[0]!
		return [entity, legalEntities[entity].currency]
	}
	return [account.entity, account.currency]
}

/** That date, or the working day before it; after it, where that one is of another month. */
export function backToWorkday(date: string): string {
	if (!isWeekend(date)) return date
	const before = dateAfter(date, -1)
	return backToWorkday(monthOf(before) === monthOf(date) ? before : dateAfter(date, 2))
}
