import { lastMoment } from '../../company/calendar.ts'
import type { EntityCode } from '../../company/entities.ts'
import { places } from '../../company/names.ts'
import type { Account, ErpCustomer } from '../../company/parties.ts'
import { random } from '../../company/random.ts'
import { type Emit, tracker } from '../emit.ts'
import { stored } from './documents.ts'
import { contactId, uuid } from './identifiers.ts'
import type { Json } from './json.ts'
import { digits } from './json.ts'

/** The contact of each ERP customer in one organisation. The same contact may be written again: nothing changes by it. */
export function emitContact(emit: Emit, account: Account, customer: ErpCustomer, entity: EntityCode): void {
	const contacts = tracker(emit, 'xero', 'Contacts', ['updated'])
	const id = contactId(customer, entity)
	const references =
		customer.crmReferences.length > 0 ? customer.crmReferences : [{ from: customer.createdAt, text: null }]
	for (const { from, text } of references) {
		if (from < lastMoment)
			contacts.write(id, from, from, stored(entity, body(id, account, customer), { status: 'ACTIVE', reference: text }))
	}
}

function body(id: string, account: Account, customer: ErpCustomer): { [member: string]: Json | undefined } {
	const days = /\d+/.exec(account.terms)?.[0] ?? '30'
	return {
		ContactID: id,
		AccountNumber: customer.number,
		ContactStatus: 'ACTIVE',
		Name: customer.name,
		EmailAddress: `ap@${account.domain}`,
		TaxNumber: customer.taxNumber ?? undefined,
		Addresses: addresses(account),
		Phones: ['DEFAULT', 'DDI', 'FAX', 'MOBILE'].map((PhoneType) => ({
			PhoneType,
			PhoneNumber: '',
			PhoneAreaCode: '',
			PhoneCountryCode: '',
		})),
		IsSupplier: false,
		IsCustomer: true,
		DefaultCurrency: customer.currency,
		Website: `https://www.${account.domain}`,
		PaymentTerms: { Sales: { Day: digits(BigInt(days), 0), Type: 'DAYSAFTERBILLDATE' } },
		ContactGroups:
			customer.role === 'bill_to' ? [{ ContactGroupID: uuid('group bill-to'), Name: 'Bill-to', Status: 'ACTIVE' }] : [],
		ContactPersons: account.index % 3 === 0 ? [person(account)] : [],
		HasAttachments: false,
		HasValidationErrors: false,
	}
}

/** The street in STREET, the address of invoices in POBOX; people write countries as they like. */
function addresses({ address, country, index }: Account): Json {
	const english = new Intl.DisplayNames(['en'], { type: 'region' }).of(country) ?? country
	const written = index % 5 === 0 ? country : index % 11 === 0 ? english.toUpperCase() : english
	const place = {
		AddressLine1: address.street,
		City: address.city,
		Region: address.state ?? '',
		PostalCode: address.postalCode,
		Country: written,
	}
	return [
		{ AddressType: 'STREET', ...place },
		{ AddressType: 'POBOX', ...place },
	]
}

function person({ index, country, domain }: Account): Json {
	const choices = random('erp-contact', index)
	const place = places[country]!
	return {
		FirstName: choices.pick(place.first),
		LastName: choices.pick(place.last),
		EmailAddress: `contact1@${domain}`,
		IncludeInEmails: true,
	}
}
