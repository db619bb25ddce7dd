import { Temporal } from 'temporal-polyfill'
import type { DeletesReading, Stream } from '../../source.ts'
import { deletedStatement, suiteqlRequest } from './suiteql.ts'

const transactionTypes = [
	'salesorder',
	'invoice',
	'creditmemo',
	'customerpayment',
	'journalentry',
	'intercompanyjournalentry',
	'advintercompanyjournalentry',
	'statisticaljournalentry',
	'periodendjournal',
	'cashsale',
	'cashrefund',
	'statementcharge',
	'customerdeposit',
	'depositapplication',
	'customerrefund',
	'returnauthorization',
	'deposit',
	'check',
	'vendorbill',
	'vendorcredit',
	'vendorpayment',
	'expensereport',
	'creditcardcharge',
	'creditcardrefund',
	'inventoryadjustment',
]

/** The script ids under which `deletedrecord` tells of a table's records. Tables that are read whole need none. */
const types: Record<string, string[]> = {
	customer: ['customer'],
	contact: ['contact'],
	transaction: transactionTypes,
	transactionline: transactionTypes,
	transactionaccountingline: transactionTypes,
	nexttransactionlinelink: transactionTypes,
	item: [
		'item',
		'inventoryitem',
		'noninventoryitem',
		'noninventoryresaleitem',
		'noninventorysaleitem',
		'serviceitem',
		'servicesaleitem',
		'serviceresaleitem',
		'assemblyitem',
		'kititem',
		'itemgroup',
		'discountitem',
		'markupitem',
		'subtotalitem',
		'descriptionitem',
		'paymentitem',
		'otherchargesaleitem',
		'otherchargeresaleitem',
		'downloaditem',
		'giftcertificateitem',
		'lotnumberedinventoryitem',
		'lotnumberedassemblyitem',
		'serializedinventoryitem',
		'serializedassemblyitem',
	],
	revenueelement: ['revenueelement'],
	revenueplan: ['revenueplan'],
}

/** The deleted records of a table since the day of a moment; null where NetSuite tells of none. Needs the Deleted Records permission. */
export function netsuiteDeletes(stream: Stream, since: number, zone: string): DeletesReading | null {
	const scripts = types[stream.object]
	if (!scripts) return null
	const day = Temporal.Instant.fromEpochMilliseconds(since).toZonedDateTimeISO(zone).startOfDay().epochMilliseconds
	const request = (after: { recordid: string; recordtypeid: string } | null) =>
		suiteqlRequest(deletedStatement(scripts, day, zone, after), 1000)
	return {
		first: request(null),
		records: 'items',
		ignore: ['links'],
		pageSize: 1000,
		next: ({ envelope, lastRecord }) => {
			if (!(envelope as { hasMore?: boolean }).hasMore || !lastRecord) return null
			return request({ recordid: String(lastRecord['recordid']), recordtypeid: String(lastRecord['recordtypeid']) })
		},
		permission: 'Deleted Records',
		read: ({ recordid, deleteddate }) => ({ key: String(recordid), at: utcText(String(deleteddate), zone) }),
	}
}

/** A stamp in the account's zone as it lands: UTC. Of the repeated hour in autumn the second is meant, as when records are loaded. */
function utcText(local: string, zone: string): string {
	const moment = Temporal.PlainDateTime.from(local.replace(' ', 'T')).toZonedDateTime(zone, { disambiguation: 'later' })
	return moment.toInstant().toString().slice(0, 19).replace('T', ' ')
}
