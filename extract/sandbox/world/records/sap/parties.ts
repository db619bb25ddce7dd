import { lastMoment, stampOf } from '../../company/calendar.ts'
import type { Account, ErpCustomer } from '../../company/parties.ts'
import type { Emit } from '../emit.ts'
import { dayV2, type Json, listV2, sapBook, timeV2 } from './book.ts'
import { companyCodes, partnerNumber } from './identifiers.ts'

/** The customers of an account: business partners, each with its addresses, tax numbers, company codes and sales areas. */
export function emitCustomers(emit: Emit, account: Account): void {
	for (const customer of account.customers) {
		const book = sapBook(emit, 'A_BusinessPartner')
		const number = partnerNumber(customer.id)
		const versions =
			customer.crmReferences.length > 0 ? customer.crmReferences : [{ from: customer.createdAt, text: null }]
		versions.forEach(({ from, text }, at) => {
			if (from >= lastMoment) return
			const created = stampOf(versions[0]!.from).slice(0, 10)
			// A partner that was never changed has no date of a last change.
			const changed = at === 0 ? null : from
			const columns = {
				BusinessPartner: number,
				Customer: number,
				CreationDate: created,
				LastChangeDate: changed === null ? null : stampOf(changed).slice(0, 10),
				LastChangeTime: changed === null ? null : stampOf(changed).slice(11, 19),
			}
			const stamps = {
				CreationDate: dayV2(created),
				CreationTime: timeV2(versions[0]!.from),
				LastChangeDate: changed ? dayV2(stampOf(changed).slice(0, 10)) : null,
				LastChangeTime: changed ? timeV2(changed) : 'PT00H00M00S',
			}
			book.write(number, from, from, {
				columns,
				body: { ...partnerBody(account, customer), ...stamps, YY1_CRMAccount_bus: text ?? '' },
			})
		})
	}
}

function partnerBody(account: Account, customer: ErpCustomer): { [member: string]: Json } {
	const number = partnerNumber(customer.id)
	const { street, city, state, postalCode } = account.address
	return {
		BusinessPartner: number,
		Customer: number,
		Supplier: '',
		BusinessPartnerCategory: '2',
		BusinessPartnerFullName: customer.name,
		BusinessPartnerIsBlocked: false,
		IsMarkedForArchiving: false,
		BusinessPartnerGrouping: 'BP02',
		SearchTerm1: customer.number,
		to_BusinessPartnerAddress: listV2([
			{
				BusinessPartner: number,
				AddressID: String(Number(number) * 2),
				StreetName: street,
				HouseNumber: '',
				CityName: city,
				Region: state ?? '',
				PostalCode: postalCode,
				Country: account.country,
			},
		]),
		to_BusinessPartnerTax: listV2(
			customer.taxNumber === null
				? []
				: [
						{
							BusinessPartner: number,
							BPTaxType: `${account.country}0`,
							BPTaxNumber: customer.taxNumber,
							BPTaxLongNumber: '',
						},
					],
		),
		to_Customer: {
			Customer: number,
			CustomerName: customer.name,
			CustomerAccountGroup: customer.role === 'bill_to' ? '0004' : '0001',
			CustomerClassification: '',
			OrderIsBlockedForCustomer: '',
			DeletionIndicator: false,
			to_CustomerCompany: listV2(
				customer.subsidiaries.map((code) => ({
					Customer: number,
					CompanyCode: companyCodes[code],
					PaymentTerms: 'NT30',
					DeletionIndicator: false,
				})),
			),
			to_CustomerSalesArea: listV2(
				customer.subsidiaries.map((code) => ({
					Customer: number,
					SalesOrganization: companyCodes[code],
					DistributionChannel: '10',
					Division: '00',
					Currency: customer.currency,
					ExchangeRateType: '',
					CustomerPaymentTerms: account.terms.replace('Net ', 'NT'),
					CustomerGroup: '01',
					DeletionIndicator: false,
				})),
			),
		},
	}
}
