import { positionOf } from '../../company/block.ts'
import { DAY, lastMoment } from '../../company/calendar.ts'
import { legalEntities } from '../../company/entities.ts'
import { accountId, salesforceId } from '../../company/identifiers.ts'
import { places } from '../../company/names.ts'
import { type Account, accountOf } from '../../company/parties.ts'
import { people } from '../../company/people.ts'
import { random } from '../../company/random.ts'
import type { Setting } from '../../company/setting.ts'
import { type Emit, tracker, type Values } from '../emit.ts'
import { hubspotId } from './identifiers.ts'
import { millisecondStamp, withMilliseconds } from './stamps.ts'

/** A company with its changes, and its contacts. A company that was merged is gone without a trace of its own. */
export function emitCompany(emit: Emit, setting: Setting, account: Account): void {
	const choices = random(setting.seed, 'account-life', account.index)
	const events: [number, Values | null][] = account.erpReferences
		.slice(1)
		.map(({ from, text }): [number, Values] => [from, { erp_id: text }])
	if (choices.chance(0.04)) {
		const moved = Date.UTC(2025, 6, 1) + choices.between(0, 480) * DAY + choices.between(0, 1200) * 60_000
		// A person who empties a field leaves an empty text.
		if (moved > account.createdAt + 3 * DAY)
			events.push([moved, { address: `${account.address.street}, 2. OG "Süd"`, phone: '' }])
	}
	if (account.merged) events.push([account.merged.at, null])
	const absorbed = absorbedBy(setting, account)
	if (absorbed?.merged) events.push([absorbed.merged.at, { hs_merged_object_ids: hubspotId(absorbed.id) }])
	const companies = tracker(withMilliseconds(emit, account.index, ['hs_lastmodifieddate']), 'hubspot', 'companies', [
		'hs_lastmodifieddate',
	])
	const id = hubspotId(account.id)
	let values = firstValues(account)
	companies.write(id, account.createdAt, account.createdAt, values)
	let last = account.createdAt
	for (const [at, change] of events.sort(([one], [other]) => one - other)) {
		if (at >= lastMoment) continue
		last = Math.max(at, last + 60_000)
		if (!change) {
			companies.remove(last, id)
			break
		}
		values = { ...values, ...change }
		companies.write(id, last, last, values)
	}
	emitContacts(emit, setting, account, choices.between(0, 2))
}

/** The company's own second record of the same customer, if it was merged into it one day. */
function absorbedBy(setting: Setting, account: Account): Account | null {
	const index = account.index + 3
	if (index >= setting.accountCount || positionOf(index) !== 'duplicate') return null
	const duplicate = accountOf(setting, index)
	return duplicate.merged?.into === account.index ? duplicate : null
}

function firstValues(account: Account): Values {
	const isProspect = positionOf(account.index) === 'prospect'
	const activity = account.createdAt + ((account.index * 7919) % 900) * DAY
	return {
		hs_object_id: hubspotId(account.id),
		name: account.name,
		domain: account.domain,
		website: `https://www.${account.domain}`,
		phone: account.index % 5 === 0 ? null : `+1 555 ${String(100_000 + account.index)}`,
		address: account.address.street,
		city: account.address.city,
		state: account.address.state,
		zip: account.address.postalCode,
		country: countryNames.of(account.country) ?? account.country,
		hs_country_code: account.country,
		type: isProspect ? 'PROSPECT' : 'OTHER',
		lifecyclestage: isProspect ? 'opportunity' : 'customer',
		hubspot_owner_id: hubspotId(people[account.owner]!.crmId),
		hs_parent_company_id: account.parent === null ? null : hubspotId(accountId(account.parent)),
		hs_merged_object_ids: null,
		notes_last_updated:
			account.index % 11 === 6 ? null : millisecondStamp(Math.min(activity, Date.UTC(2026, 10, 3)) + 37),
		createdate: millisecondStamp(account.createdAt),
		hs_lastmodifieddate: null,
		currency: account.currency,
		account_number: account.number,
		erp_id: account.erpReferences[0]?.text ?? null,
		tax_number: account.index % 9 === 5 && account.link !== 'tax' ? '' : account.taxNumber,
		customer_segment: account.segment,
		legal_entity: legalEntities[account.entity].picklist,
		payment_terms: account.terms,
		archived: false,
	}
}

const countryNames = new Intl.DisplayNames(['en'], { type: 'region' })

/** Contacts stay with the company that their own was merged into. */
function emitContacts(emit: Emit, setting: Setting, account: Account, count: number): void {
	for (let at = 0; at < count; at++) {
		const choices = random('contact', account.index, at)
		const place = places[account.country]!
		const id = hubspotId(salesforceId('Contact', 800_000 + account.index * 3 + at))
		const from = account.createdAt + (at + 1) * 3_600_000
		const contacts = tracker(withMilliseconds(emit, account.index + at, ['lastmodifieddate']), 'hubspot', 'contacts', [
			'lastmodifieddate',
		])
		const values: Values = {
			hs_object_id: id,
			firstname: choices.pick(place.first),
			lastname: choices.pick(place.last),
			email: `contact${at}@${account.domain}`,
			jobtitle: choices.pick(['Head of Procurement', 'Laboratory Manager', 'CFO', 'Plant Engineer', '', null]),
			associatedcompanyid: hubspotId(account.id),
			createdate: millisecondStamp(from),
			lastmodifieddate: null,
			archived: false,
		}
		contacts.write(id, from, from, values)
		const { merged } = account
		if (merged && merged.at > from && merged.at < lastMoment)
			contacts.write(id, merged.at, merged.at, {
				...values,
				associatedcompanyid: hubspotId(accountOf(setting, merged.into).id),
			})
	}
}
