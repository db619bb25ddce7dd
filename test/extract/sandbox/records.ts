import type { RecordVersion } from '../../../extract/sandbox/world/world.ts'

type Values = Record<string, string | boolean | null>

/** A moment of November 2026, `4 09:00` style, in epoch milliseconds, UTC. */
export function november(day: number, time = '00:00'): number {
	return Date.parse(`2026-11-${String(day).padStart(2, '0')}T${time}:00Z`)
}

/** A Salesforce id in its 18-character form: the prefix, twelve digits, and a checksum (all zeros have `AAA`). */
export function recordId(prefix: string, number: number): string {
	const checksum = { '001': 'AAA', '003': 'AAA', '006': 'AAA', '005': 'AAA', '01L': 'EAA' }[prefix]
	return `${prefix}${String(number).padStart(12, '0')}${checksum}`
}

/** One version of an opportunity; what isn't given has a plain value. */
export function opportunity(number: number, values: Values = {}, from = november(1)): RecordVersion {
	const id = recordId('006', number)
	return {
		system: 'salesforce',
		object: 'Opportunity',
		id,
		from,
		values: {
			Id: id,
			Name: `Deal ${number}`,
			AccountId: recordId('001', 1),
			StageName: 'Closed Won',
			Amount: '100.00',
			CurrencyIsoCode: 'USD',
			CloseDate: '2026-10-31',
			IsWon: true,
			CreatedDate: '2026-10-01T00:00:00Z',
			SystemModstamp: '2026-11-01T00:00:00Z',
			IsDeleted: false,
			...values,
		},
	}
}

/** One version of a NetSuite row. */
export function row(object: string, id: string, values: Values | null, from = november(1)): RecordVersion {
	return { system: 'netsuite', object, id, from, values }
}

/** One version of a NetSuite transaction; what isn't given has a plain value. */
export function transaction(number: number, values: Values = {}, from = november(1)): RecordVersion {
	const id = String(number)
	return row(
		'transaction',
		id,
		{
			id,
			tranid: `SO${number}`,
			type: 'SalesOrd',
			status: 'B',
			posting: false,
			trandate: '2026-10-31',
			lastmodifieddate: '2026-11-01T00:00:00Z',
			currency: '1',
			foreigntotal: '100.00',
			...values,
		},
		from,
	)
}
