import { positionOf } from '../../company/block.ts'
import { DAY, dateOf, lastMoment, stampOf } from '../../company/calendar.ts'
import { legalEntities } from '../../company/entities.ts'
import { accountId, salesforceId } from '../../company/identifiers.ts'
import { places } from '../../company/names.ts'
import type { Account } from '../../company/parties.ts'
import { integrationUser, people } from '../../company/people.ts'
import { random } from '../../company/random.ts'
import { type Emit, emitOnce, tracker, type Values } from '../emit.ts'

/** An account with its changes: the ERP's id filled in, a move, a merge; and its contacts. */
export function emitAccount(emit: Emit, seed: number, account: Account): void {
	const choices = random(seed, 'account-life', account.index)
	const events: [number, Values][] = []
	for (const { from, text } of account.erpReferences.slice(1))
		events.push([from, { ERP_Id__c: text, LastModifiedById: integrationUser }])
	if (choices.chance(0.04)) {
		const moved = Date.UTC(2025, 6, 1) + choices.between(0, 480) * DAY + choices.between(0, 1200) * 60_000
		if (moved > account.createdAt + 3 * DAY)
			events.push([moved, { BillingStreet: `${account.address.street}, 2. OG "Süd"`, Phone: phone(account, 7) }])
	}
	if (account.merged)
		events.push([account.merged.at, { IsDeleted: true, MasterRecordId: accountId(account.merged.into) }])
	const accounts = tracker(emit, 'salesforce', 'Account', ['LastModifiedDate', 'SystemModstamp'])
	let values = firstValues(account)
	accounts.write(account.id, account.createdAt, account.createdAt, values)
	let last = account.createdAt
	for (const [at, change] of events.sort(([one], [other]) => one - other)) {
		if (at >= lastMoment) continue
		last = Math.max(at, last + 60_000)
		values = { ...values, ...change }
		accounts.write(account.id, last, last, values)
		if (change.IsDeleted) break
	}
	emitContacts(emit, account, choices.between(0, 2))
}

function firstValues(account: Account): Values {
	const owner = people[account.owner]!.crmId
	const activity = account.createdAt + ((account.index * 7919) % 900) * DAY
	return {
		Id: account.id,
		Name: account.name,
		ParentId: account.parent === null ? null : accountId(account.parent),
		MasterRecordId: null,
		AccountNumber: account.number,
		Type: positionOf(account.index) === 'prospect' ? 'Prospect' : 'Customer',
		Website: `https://www.${account.domain}`,
		Phone: phone(account, 3),
		BillingStreet: account.address.street,
		BillingCity: account.address.city,
		BillingState: account.address.state,
		BillingPostalCode: account.address.postalCode,
		BillingCountry: countryNames.of(account.country) ?? account.country,
		BillingCountryCode: account.country,
		// Most are delivered where they are billed; some say nothing, a few have moved their stores and told Sales alone.
		ShippingPostalCode:
			account.index % 6 === 4
				? null
				: account.index % 31 === 7
					? `${account.address.postalCode}7`
					: account.address.postalCode,
		ShippingCountry: account.index % 6 === 4 ? null : (countryNames.of(account.country) ?? account.country),
		ShippingCountryCode: account.index % 6 === 4 ? null : account.country,
		CurrencyIsoCode: account.currency,
		OwnerId: owner,
		LastActivityDate: account.index % 11 === 6 ? null : dateOf(Math.min(activity, Date.UTC(2026, 10, 3))),
		CreatedDate: stampOf(account.createdAt),
		LastModifiedDate: null,
		LastModifiedById: owner,
		SystemModstamp: null,
		IsDeleted: false,
		ERP_Id__c: account.erpReferences[0]?.text ?? null,
		Tax_Number__c: account.index % 9 === 5 && account.link !== 'tax' ? null : account.taxNumber,
		Segment__c: account.segment,
		Legal_Entity__c: legalEntities[account.entity].picklist,
		Payment_Terms__c: account.terms,
	}
}

/** What the picklist of countries shows for its codes. */
const countryNames = new Intl.DisplayNames(['en'], { type: 'region' })

function emitContacts(emit: Emit, account: Account, count: number): void {
	for (let at = 0; at < count; at++) {
		const choices = random('contact', account.index, at)
		const place = places[account.country]!
		const id = salesforceId('Contact', 800_000 + account.index * 3 + at)
		const from = account.createdAt + (at + 1) * 3_600_000
		emitOnce(emit, 'salesforce', 'Contact', id, from, {
			Id: id,
			AccountId: account.id,
			FirstName: choices.pick(place.first),
			LastName: choices.pick(place.last),
			Email: `contact${at + 1}@${account.domain}`,
			Title: choices.pick([
				'Head of Purchasing',
				'Laboratory Manager',
				'CFO',
				'Plant Engineer',
				'Accounts Payable',
				null,
			]),
			CreatedDate: stampOf(from),
			SystemModstamp: stampOf(from),
			IsDeleted: false,
		})
	}
}

function phone(account: Account, salt: number): string {
	const codes: Record<string, string> = { US: '+1', DE: '+49', GB: '+44', JP: '+81', KW: '+965', IT: '+39', FR: '+33' }
	return `${codes[account.country]} 555 ${String(((account.index + 1) * 7919 * salt) % 1_000_000).padStart(6, '0')}`
}
