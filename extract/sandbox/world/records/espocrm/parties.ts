import { positionOf } from '../../company/block.ts'
import { DAY, lastMoment, stampOf } from '../../company/calendar.ts'
import { legalEntities } from '../../company/entities.ts'
import { accountId, salesforceId } from '../../company/identifiers.ts'
import { places } from '../../company/names.ts'
import type { Account } from '../../company/parties.ts'
import { people } from '../../company/people.ts'
import { random } from '../../company/random.ts'
import type { Setting } from '../../company/setting.ts'
import { type Emit, tracker, type Values } from '../emit.ts'
import { espocrmId } from './identifiers.ts'

/** An account with its changes, and its contacts. One that was merged is gone without a trace. */
export function emitAccount(emit: Emit, setting: Setting, account: Account): void {
	const choices = random(setting.seed, 'account-life', account.index)
	const events: [number, Values | null][] = account.erpReferences
		.slice(1)
		.map(({ from, text }): [number, Values] => [from, { cErpCustomerId: text }])
	if (choices.chance(0.04)) {
		const moved = Date.UTC(2025, 6, 1) + choices.between(0, 480) * DAY + choices.between(0, 1200) * 60_000
		if (moved > account.createdAt + 3 * DAY)
			events.push([moved, { billingAddressStreet: `${account.address.street}\n2. OG "Süd"`, phoneNumber: null }])
	}
	if (account.merged) events.push([account.merged.at, null])
	const accounts = tracker(emit, 'espocrm', 'Account', ['modifiedAt'])
	const id = espocrmId(account.id)
	let values = firstValues(account)
	accounts.write(id, account.createdAt, account.createdAt, values)
	let last = account.createdAt
	for (const [at, change] of events.sort(([one], [other]) => one - other)) {
		if (at >= lastMoment) continue
		last = Math.max(at, last + 60_000)
		if (!change) {
			accounts.remove(last, id)
			break
		}
		values = { ...values, ...change }
		accounts.write(id, last, last, values)
	}
	emitContacts(emit, account, choices.between(0, 2))
}

function firstValues(account: Account): Values {
	return {
		id: espocrmId(account.id),
		name: account.name,
		type: positionOf(account.index) === 'prospect' ? 'Prospect' : 'Customer',
		website: `https://www.${account.domain}`,
		emailAddress: `office@${account.domain}`,
		phoneNumber: account.index % 5 === 0 ? null : `+1 555 ${String(100_000 + account.index)}`,
		billingAddressStreet: account.address.street,
		billingAddressCity: account.address.city,
		billingAddressState: account.address.state,
		billingAddressPostalCode: account.address.postalCode,
		// Free text: people write the country's name, or its code.
		billingAddressCountry: account.index % 7 === 2 ? account.country : (countryNames.of(account.country) ?? null),
		assignedUserId: espocrmId(people[account.owner]!.crmId),
		createdAt: stampOf(account.createdAt),
		modifiedAt: null,
		cErpCustomerId: account.erpReferences[0]?.text ?? null,
		cTaxNumber: account.index % 9 === 5 && account.link !== 'tax' ? null : account.taxNumber,
		cSegment: account.segment,
		cLegalEntity: legalEntities[account.entity].picklist,
		cPaymentTerms: account.terms,
		cCurrency: account.currency,
		cAccountNumber: account.number,
	}
}

const countryNames = new Intl.DisplayNames(['en'], { type: 'region' })

/** Contacts move to the account that theirs was merged into; their stamp stays. */
function emitContacts(emit: Emit, account: Account, count: number): void {
	for (let at = 0; at < count; at++) {
		const choices = random('contact', account.index, at)
		const place = places[account.country]!
		const id = espocrmId(salesforceId('Contact', 800_000 + account.index * 3 + at))
		const from = account.createdAt + (at + 1) * 3_600_000
		const values = {
			id,
			firstName: choices.pick(place.first),
			lastName: choices.pick(place.last),
			emailAddress: `contact${at + 1}@${account.domain}`,
			title: choices.pick(['Head of Purchasing', 'CFO', 'Accounts Payable', null]),
			accountId: espocrmId(account.id),
			createdAt: stampOf(from),
			modifiedAt: stampOf(from),
		}
		emit({ system: 'espocrm', object: 'Contact', id, from, values })
		const { merged } = account
		if (merged && merged.at > from && merged.at < lastMoment) {
			const moved = { ...values, accountId: espocrmId(accountId(merged.into)) }
			emit({ system: 'espocrm', object: 'Contact', id, from: merged.at, values: moved })
		}
	}
}
