import { lastMoment, stampOf } from '../../company/calendar.ts'
import { currencyIds, legalEntities } from '../../company/entities.ts'
import { places } from '../../company/names.ts'
import type { Account, ErpCustomer } from '../../company/parties.ts'
import { people } from '../../company/people.ts'
import { random } from '../../company/random.ts'
import { type Emit, emitOnce, tracker, type Values } from '../emit.ts'

/** The ERP customers of an account, with their places, addresses and contacts. */
export function emitCustomers(emit: Emit, account: Account): void {
	for (const customer of account.customers) {
		const customers = tracker(emit, 'netsuite', 'customer', ['lastmodifieddate'])
		for (const { from, text } of customer.crmReferences) {
			if (from < lastMoment) customers.write(customer.id, from, from, customerValues(account, customer, text))
		}
		if (customer.crmReferences.length === 0)
			customers.write(customer.id, customer.createdAt, customer.createdAt, customerValues(account, customer, null))
		customer.subsidiaries.forEach((code, at) => {
			const id = String(Number(customer.id) * 10 + at)
			emitOnce(emit, 'netsuite', 'customersubsidiaryrelationship', id, customer.createdAt, {
				id,
				entity: customer.id,
				subsidiary: legalEntities[code].subsidiary,
				isprimarysub: at === 0,
			})
		})
		emitAddress(emit, account, customer)
		if (account.index % 3 === 0) emitContact(emit, account, customer)
	}
}

function customerValues(account: Account, customer: ErpCustomer, reference: string | null): Values {
	return {
		id: customer.id,
		entityid: customer.number,
		companyname: customer.name,
		altname: customer.name,
		externalid: account.index % 4 === 0 ? `SF-${account.number}` : null,
		email: `ap@${account.domain}`,
		phone: null,
		url: `https://www.${account.domain}`,
		currency: currencyIds[customer.currency]!,
		creditlimit: account.index % 5 === 0 ? null : `${((account.index % 37) + 2) * 5000}.00`,
		terms: account.terms,
		parent: null,
		salesrep: people[account.owner]!.erpId,
		isinactive: false,
		isperson: false,
		searchstage: 'CUSTOMER',
		vatregnumber: customer.taxNumber,
		defaultbillingaddress: addressKey(customer),
		datecreated: stampOf(customer.createdAt),
		lastmodifieddate: null,
		custentity_crm_id: reference,
		custentity_party_role: customer.role,
		custentity_segment: account.index % 23 === 0 ? 'SMB' : account.segment,
	}
}

function emitAddress(emit: Emit, account: Account, customer: ErpCustomer): void {
	const { street, city, state, postalCode } = account.address
	const nkey = addressKey(customer)
	emitOnce(emit, 'netsuite', 'customeraddressbookentityaddress', nkey, customer.createdAt, {
		nkey,
		addressee: customer.name,
		addr1: street,
		city,
		state,
		zip: postalCode,
		country: account.country,
	})
}

function emitContact(emit: Emit, account: Account, customer: ErpCustomer): void {
	const choices = random('erp-contact', account.index)
	const place = places[account.country]!
	const id = String(Number(customer.id) + 900_000_000)
	const stamp = stampOf(customer.createdAt)
	emitOnce(emit, 'netsuite', 'contact', id, customer.createdAt, {
		id,
		firstname: choices.pick(place.first),
		lastname: choices.pick(place.last),
		email: `contact1@${account.domain}`,
		title: 'Accounts Payable',
		company: customer.id,
		isinactive: false,
		datecreated: stamp,
		lastmodifieddate: stamp,
	})
}

function addressKey(customer: ErpCustomer): string {
	return String(Number(customer.id) + 500_000_000)
}
