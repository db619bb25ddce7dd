import { lastMoment } from '../../company/calendar.ts'
import type { EntityCode } from '../../company/entities.ts'
import { accountId } from '../../company/identifiers.ts'
import { places } from '../../company/names.ts'
import { type Account, accountOf, type ErpCustomer } from '../../company/parties.ts'
import { random } from '../../company/random.ts'
import type { Setting } from '../../company/setting.ts'
import { type Emit, tracker } from '../emit.ts'
import { stored } from './documents.ts'
import { contactId, contactIn, uuid } from './identifiers.ts'
import { digits, type Json } from './json.ts'

/** The contact of an ERP customer in its own organisation. */
export function emitContact(emit: Emit, setting: Setting, customer: ErpCustomer): void {
	const { crmReferences, createdAt } = customer
	const references = crmReferences.length > 0 ? crmReferences : [{ from: createdAt, text: null }]
	write(emit, customer.subsidiaries[0]!, body(setting, contactId(customer.id), customer, false), references)
}

/**
 * The same in another organisation, made when a document was: it bears the id of the account to which the customer is linked, if it is,
 * and neither number nor tax number. It may be written again: nothing changes by it.
 */
export function emitCopy(emit: Emit, setting: Setting, customer: ErpCustomer, entity: EntityCode): void {
	const references = customer.links.map(({ from, account: linked }) => ({
		from: Math.max(from, customer.createdAt),
		text: linked === null ? null : accountId(linked),
	}))
	write(emit, entity, body(setting, contactIn(customer, entity), customer, true), references)
}

function write(
	emit: Emit,
	entity: EntityCode,
	contact: { [member: string]: Json | undefined },
	references: { from: number; text: string | null }[],
): void {
	const contacts = tracker(emit, 'xero', 'Contacts', ['updated'])
	const id = contact['ContactID'] as string
	for (const { from, text: reference } of references) {
		if (from < lastMoment) contacts.write(id, from, from, stored(entity, contact, { status: 'ACTIVE', reference }))
	}
}

function body(
	setting: Setting,
	id: string,
	customer: ErpCustomer,
	isCopy: boolean,
): { [member: string]: Json | undefined } {
	const account = accountOf(setting, customer.account)
	const days = /\d+/.exec(account.terms)?.[0] ?? '30'
	return {
		ContactID: id,
		AccountNumber: isCopy ? undefined : customer.number,
		ContactStatus: 'ACTIVE',
		Name: customer.name,
		EmailAddress: `ap@${account.domain}`,
		TaxNumber: isCopy ? undefined : (customer.taxNumber ?? undefined),
		Addresses: addresses(account),
		Phones: ['DEFAULT', 'DDI', 'FAX', 'MOBILE'].map((PhoneType) => ({
			PhoneType,
			PhoneNumber: '',
			PhoneAreaCode: '',
			PhoneCountryCode: '',
		})),
		IsSupplier: false,
		IsCustomer: true,
		DefaultCurrency: setting.currencies.length > 1 ? customer.currency : undefined,
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
