import type { Account, ErpCustomer } from './parties.ts'

/** A postal code and a country (ISO 3166 alpha-2), as `10115`, `DE`. */
export type Place = { postalCode: string; country: string }

/** Has the customer a store of its own, to which invoices go and orders don't? */
export function hasStore({ account }: ErpCustomer): boolean {
	return account % 29 === 4
}

/** Where that store is. */
export function storeOf({ address, country }: Account): Place {
	return { postalCode: `${address.postalCode}9`, country }
}

/** Where an order or an invoice of a customer of the account is delivered: at its address, unless it has a store. */
export function deliveredTo(account: Account, customer: ErpCustomer, document: 'order' | 'invoice'): Place {
	if (document === 'invoice' && hasStore(customer)) return storeOf(account)
	return { postalCode: account.address.postalCode, country: account.country }
}
