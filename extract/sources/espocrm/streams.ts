import { columns, snakeCase } from '../../columns.ts'
import type { Stream } from '../../source.ts'

const day = 1440
const freshness = { warn: 4 * 60, error: day }
/**
 * An import that is silent, as the form for imports proposes, and a link that is set from the other record's panel leave `modifiedAt` where
 * it was (EspoCRM 8.0 to 10.0: client/src/views/import/step1.js, Core/Repositories/Database.php, ORM/Mapper/BaseMapper.php).
 */
const unstamped = { whole: day }
const cursor = { column: 'modified_at', heldBack: 60, overlap: 60 }

/** What EspoCRM's core has. Products, lines and documents are those of a paid pack, and are not read. */
export const espocrmStreams: Stream[] = [
	{
		name: 'accounts',
		object: 'Account',
		key: ['id'],
		cursor,
		sweep: day,
		...unstamped,
		freshness,
		columns:
			list(`id name type website emailAddress phoneNumber billingAddressStreet billingAddressCity billingAddressState
			billingAddressPostalCode billingAddressCountry assignedUserId createdAt:datetime modifiedAt:datetime
			*erp_id=cErpCustomerId *tax_number=cTaxNumber *segment=cSegment *legal_entity=cLegalEntity
			*payment_terms=cPaymentTerms *?currency=cCurrency *account_number=cAccountNumber`),
	},
	{
		name: 'contacts',
		object: 'Contact',
		key: ['id'],
		cursor,
		sweep: day,
		freshness,
		priority: 3,
		columns: list('id firstName lastName emailAddress title accountId createdAt:datetime modifiedAt:datetime'),
	},
	{
		name: 'opportunities',
		object: 'Opportunity',
		key: ['id'],
		cursor,
		sweep: day,
		...unstamped,
		freshness,
		priority: 1,
		money: { amount: 'amount', currency: 'amount_currency' },
		columns:
			list(`id name accountId stage probability:integer amount:amount amountCurrency:currency closeDate:date assignedUserId
			createdAt:datetime modifiedAt:datetime modifiedById *erp_order_number=cErpOrderId *legal_entity=cLegalEntity
			*channel=cSalesChannel *type=cType *?booked_amount=cBookedAmount:amount *?booked_currency=cBookedAmountCurrency:currency
			*?booked_on=cBookedOn:date`),
	},
	{
		name: 'currency_rates',
		object: 'CurrencyRecordRate',
		key: ['id'],
		cursor: null,
		freshness,
		// A site with one currency has none.
		mayBeEmpty: true,
		columns: {
			...list('id recordName baseCode date:date rate:rate'),
			rate_inverse: { field: 'rate', type: 'rate', inverseOf: 'rate' },
		},
	},
	{
		name: 'users',
		object: 'User',
		key: ['id'],
		cursor: null,
		freshness,
		priority: 3,
		columns: list('id name userName emailAddress isActive:boolean type'),
	},
]

function list(words: string) {
	return columns(words, snakeCase)
}
