import { lastMoment } from '../../company/calendar.ts'
import { hasStore, storeOf } from '../../company/delivery.ts'
import type { EntityCode } from '../../company/entities.ts'
import { places } from '../../company/names.ts'
import type { Account, ErpCustomer } from '../../company/parties.ts'
import { people } from '../../company/people.ts'
import { random } from '../../company/random.ts'
import type { Emit, Values } from '../emit.ts'
import { countryName } from './setup.ts'
import { companyName, debtorsAccount, rowName, siteBook, writeOnce } from './site.ts'

/** The ERP customers of an account, with the companies that they trade with, addresses and contacts. */
export function emitCustomers(emit: Emit, account: Account): void {
	for (const customer of account.customers) {
		const book = siteBook(emit)
		const { number: name, createdAt } = customer
		const write = (from: number, text: string | null) =>
			book.write('Customer', name, from, from, customerValues(account, customer, text))
		for (const { from, text } of customer.crmReferences) if (from < lastMoment) write(from, text)
		if (customer.crmReferences.length === 0) write(createdAt, null)
		customer.subsidiaries.forEach((code, at) => {
			writeOnce(emit, 'Party Account', rowName('Customer', name, 'account', at), createdAt, {
				parent: name,
				parenttype: 'Customer',
				parentfield: 'accounts',
				idx: String(at + 1),
				company: companyName(code),
				account: debtorsAccount(customer.currency, code),
			})
		})
		if (account.index % 5 !== 0)
			writeOnce(emit, 'Customer Credit Limit', rowName('Customer', name, 'credit'), createdAt, {
				parent: name,
				parenttype: 'Customer',
				parentfield: 'credit_limits',
				idx: '1',
				company: companyName(customer.subsidiaries[0]!),
				credit_limit: `${((account.index % 37) + 2) * 5000}.00`,
			})
		emitAddress(emit, account, customer)
		if (hasStore(customer)) emitStore(emit, account, customer)
		if (account.index % 3 === 0) emitContact(emit, account, customer)
	}
}

function customerValues(account: Account, customer: ErpCustomer, reference: string | null): Values {
	return {
		customer_name: customer.name,
		customer_type: 'Company',
		customer_group: 'Commercial',
		territory: 'All Territories',
		tax_id: customer.taxNumber,
		default_currency: customer.currency,
		website: `https://www.${account.domain}`,
		email_id: `ap@${account.domain}`,
		mobile_no: null,
		payment_terms: account.terms,
		account_manager: people[account.owner]!.email,
		customer_primary_address: addressName(customer),
		is_internal_customer: '0',
		disabled: '0',
		crm_account_id: reference,
		party_role: customer.role,
		customer_segment: account.index % 23 === 0 ? 'SMB' : account.segment,
	}
}

function emitAddress(emit: Emit, account: Account, customer: ErpCustomer): void {
	const { street, city, state, postalCode } = account.address
	writeOnce(emit, 'Address', addressName(customer), customer.createdAt, {
		address_title: customer.name,
		address_type: 'Billing',
		address_line1: street,
		address_line2: null,
		city,
		state,
		pincode: postalCode,
		country: countryName(account.country),
		email_id: null,
		phone: null,
	})
}

/** A store of its own, to which invoices go and orders don't. */
function emitStore(emit: Emit, account: Account, customer: ErpCustomer): void {
	writeOnce(emit, 'Address', storeName(customer), customer.createdAt, {
		address_title: customer.name,
		address_type: 'Shipping',
		address_line1: 'Dock 4',
		address_line2: null,
		city: account.address.city,
		state: account.address.state,
		pincode: storeOf(account).postalCode,
		country: countryName(account.country),
		email_id: null,
		phone: null,
	})
}

/** Where an order or an invoice says that it is delivered, and its tax category: that of a domestic sale or of an export. */
export function deliveryOf(customer: ErpCustomer, entity: EntityCode, document: 'order' | 'invoice'): Values {
	const isElsewhere = document === 'invoice' && hasStore(customer)
	const isMixedUp = document === 'invoice' && customer.account % 23 === 1
	const isDomestic = (customer.subsidiaries[0] === entity) !== isMixedUp
	return {
		shipping_address_name: isElsewhere ? storeName(customer) : addressName(customer),
		tax_category: isDomestic ? 'Domestic' : 'Cross-border',
	}
}

function storeName({ number }: ErpCustomer): string {
	return `${number}-Shipping`
}

function emitContact(emit: Emit, account: Account, customer: ErpCustomer): void {
	const choices = random('erp-contact', account.index)
	const place = places[account.country]!
	const first = choices.pick(place.first)
	const last = choices.pick(place.last)
	const name = `${first} ${last}-${customer.number}`
	writeOnce(emit, 'Contact', name, customer.createdAt, {
		first_name: first,
		last_name: last,
		email_id: `contact1@${account.domain}`,
		designation: 'Accounts Payable',
	})
	writeOnce(emit, 'Dynamic Link', rowName('Contact', name, 'link'), customer.createdAt, {
		parent: name,
		parenttype: 'Contact',
		parentfield: 'links',
		idx: '1',
		link_doctype: 'Customer',
		link_name: customer.number,
	})
}

function addressName({ number }: ErpCustomer): string {
	return `${number}-Billing`
}
