import { lastMoment } from '../../company/calendar.ts'
import type { EntityCode } from '../../company/entities.ts'
import { accountId } from '../../company/identifiers.ts'
import { places } from '../../company/names.ts'
import type { Account, ErpCustomer } from '../../company/parties.ts'
import { random } from '../../company/random.ts'
import { type Emit, tracker } from '../emit.ts'
import { recordId, stored } from './documents.ts'
import { customerIn } from './identifiers.ts'
import { type Json, reference } from './json.ts'
import { billToType, termId } from './setup.ts'

/** An ERP customer in its own company. */
export function emitCustomer(emit: Emit, account: Account, customer: ErpCustomer): void {
	const { crmReferences, createdAt } = customer
	const references = crmReferences.length > 0 ? crmReferences : [{ from: createdAt, text: null }]
	write(emit, customer.subsidiaries[0]!, account, customer, references)
}

/**
 * The same in another company, made when a document was: it bears the id of the account to which the customer is linked, if it is, and
 * neither number nor tax number. It may be written again: nothing changes by it.
 */
export function emitCopy(emit: Emit, account: Account, customer: ErpCustomer, entity: EntityCode): void {
	const references = customer.links.map(({ from, account: linked }) => ({
		from: Math.max(from, customer.createdAt),
		text: linked === null ? null : accountId(linked),
	}))
	write(emit, entity, account, customer, references)
}

function write(
	emit: Emit,
	entity: EntityCode,
	account: Account,
	customer: ErpCustomer,
	references: { from: number; text: string | null }[],
): void {
	const customers = tracker(emit, 'quickbooks', 'Customer', ['updated'])
	const body = customerBody(account, customer, entity)
	const { createdAt } = customer
	for (const { from, text } of references) {
		if (from >= lastMoment) continue
		customers.write(recordId(entity, body.Id), from, from, stored(entity, body, { createdAt, reference: text }))
	}
}

function customerBody(
	account: Account,
	customer: ErpCustomer,
	entity: EntityCode,
): { Id: string; [member: string]: Json | undefined } {
	const isCopy = entity !== customer.subsidiaries[0]
	const { name, number, currency, role } = customer
	// Every name of a company's lists is there once, and has no colon.
	const shown = `${name.replaceAll(':', ' ')} (${number})`
	return {
		Id: customerIn(customer, entity),
		DisplayName: shown,
		FullyQualifiedName: shown,
		PrintOnCheckName: name,
		CompanyName: name,
		Suffix: isCopy ? undefined : number,
		ResaleNum: isCopy ? undefined : (customer.taxNumber ?? undefined),
		Active: true,
		Job: false,
		BillWithParent: false,
		Taxable: entity !== 'US',
		CurrencyRef: reference(currency),
		PrimaryEmailAddr: { Address: `ap@${account.domain}` },
		WebAddr: { URI: `https://www.${account.domain}` },
		BillAddr: address(account),
		SalesTermRef: reference(termId(account.terms)),
		CustomerTypeRef: role === 'bill_to' ? reference(billToType) : undefined,
		...(account.index % 3 === 0 && person(account)),
	}
}

/** People write countries as they like. */
function address({ address: place, country, index }: Account): Json {
	const english = new Intl.DisplayNames(['en'], { type: 'region' }).of(country) ?? country
	return {
		Line1: place.street,
		City: place.city,
		CountrySubDivisionCode: place.state ?? undefined,
		PostalCode: place.postalCode,
		Country: index % 5 === 0 ? country : index % 11 === 0 ? english.toUpperCase() : english,
	}
}

function person({ index, country }: Account): { GivenName: string; FamilyName: string } {
	const choices = random('erp-contact', index)
	const place = places[country]!
	return { GivenName: choices.pick(place.first), FamilyName: choices.pick(place.last) }
}
