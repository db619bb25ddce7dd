import { lastMoment } from '../../company/calendar.ts'
import { hasStore, storeOf } from '../../company/delivery.ts'
import type { Account, ErpCustomer } from '../../company/parties.ts'
import type { Emit } from '../emit.ts'
import { oracleBook, type Row } from './book.ts'
import { accountId, oracleId, siteNumber, storeNumber } from './identifiers.ts'

/** The ERP customers of an account: a party with its address each, and one customer account. */
export function emitCustomers(emit: Emit, account: Account): void {
	for (const customer of account.customers) {
		const { createdAt } = customer
		const party = oracleBook(emit)
		const write = (from: number, text: string | null) => party.write(from, from, partyRows(account, customer, text))
		for (const { from, text } of customer.crmReferences) if (from < lastMoment) write(from, text)
		if (customer.crmReferences.length === 0) write(createdAt, null)
		const id = accountId(customer.id)
		const values = {
			AccountId: id,
			AccountNumber: customer.number,
			CustomerId: oracleId('party', customer.id),
			CustomerName: customer.name,
			TaxRegistrationNumber: customer.taxNumber,
		}
		oracleBook(emit).write(createdAt, createdAt, [{ object: 'receivablesCustomerAccountActivities', id, values }])
	}
}

function partyRows(account: Account, customer: ErpCustomer, reference: string | null): Row[] {
	const id = oracleId('party', customer.id)
	const address = oracleId('address', customer.id)
	const { street, city, state, postalCode } = account.address
	return [
		{
			object: 'hubOrganizations',
			id,
			values: {
				PartyId: id,
				PartyNumber: `P${customer.number}`,
				OrganizationName: customer.name,
				TaxpayerIdentificationNumber: customer.taxNumber,
				EmailAddress: `ap@${account.domain}`,
				URL: `https://www.${account.domain}`,
				PartyStatus: 'A',
				OrganizationDEO_CrmAccountId_c: reference,
				OrganizationDEO_PartyRole_c: customer.role,
				OrganizationDEO_Segment_c: account.index % 23 === 0 ? 'SMB' : account.segment,
			},
		},
		{
			object: 'hubOrganizations.Address',
			id: address,
			parent: id,
			values: {
				AddressId: address,
				AddressNumber: siteNumber(customer),
				Address1: street,
				Address2: null,
				City: city,
				State: state,
				PostalCode: postalCode,
				Country: account.country,
				PrimaryFlag: true,
			},
		},
		...(hasStore(customer) ? [storeRow(account, customer)] : []),
	]
}

/** The address of a customer's store, to which invoices go. */
function storeRow(account: Account, customer: ErpCustomer): Row {
	const { postalCode, country } = storeOf(account)
	const address = oracleId('store', customer.id)
	return {
		object: 'hubOrganizations.Address',
		id: address,
		parent: oracleId('party', customer.id),
		values: {
			AddressId: address,
			AddressNumber: storeNumber(customer),
			Address1: 'Dock 4',
			Address2: null,
			City: account.address.city,
			State: account.address.state,
			PostalCode: postalCode,
			Country: country,
			PrimaryFlag: false,
		},
	}
}
