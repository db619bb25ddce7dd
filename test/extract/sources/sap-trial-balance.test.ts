import { expect, test } from 'vitest'
import { guardedUrl } from '../../../extract/guard.ts'
import type { Page, Query, SourceRequest } from '../../../extract/source.ts'
import { type SapOptions, sap } from '../../../extract/sources/sap/sap.ts'
import { trialBalanceReading } from '../../../extract/sources/sap/trial-balance.ts'

const options = {
	url: 'https://sap.acme.example',
	income_accounts: '41000000-41999999, 44000000',
	ledger: '0L',
	sap_client: '100',
} as SapOptions
const reading = trialBalanceReading({
	window: { since: null, until: Date.UTC(2026, 10, 4) },
	options,
} as unknown as Query<SapOptions>)
const service = '/sap/opu/odata/sap/C_TRIALBALANCE_CDS'
const spanOf = (request: SourceRequest | null) => request && [...request.path.matchAll(/\d{4}-\d\d-\d\d/g)].join()

test('a year with figures is asked for month by month, one without ends the search', () => {
	const asked: (string | null)[] = []
	let request: SourceRequest | null = reading.first
	// Next year is empty, this one is not, the one before is.
	while (request !== null) {
		asked.push(spanOf(request))
		request = reading.next({ rows: /=datetime'2026/.test(request.path) ? 3 : 0 } as Page, request)
	}
	expect(asked).toEqual([
		'2027-01-01,2027-12-31',
		'2026-01-01,2026-12-31',
		...['12-01,2026-12-31', '11-01,2026-11-30', '10-01,2026-10-31'].map((span) => `2026-${span}`),
		...['09-01,2026-09-30', '08-01,2026-08-31', '07-01,2026-07-31'].map((span) => `2026-${span}`),
		...['06-01,2026-06-30', '05-01,2026-05-31', '04-01,2026-04-30'].map((span) => `2026-${span}`),
		...['03-01,2026-03-31', '02-01,2026-02-28', '01-01,2026-01-31'].map((span) => `2026-${span}`),
		'2025-01-01,2025-12-31',
	])
	expect(reading.first.query).toMatchObject({
		$filter:
			"Ledger eq '0L' and CompanyCode ge '0000' and ((GLAccount ge '41000000' and GLAccount le '41999999') or GLAccount eq '44000000')",
		'sap-client': '100',
	})
})

test('only the query between two dates may be asked, with nothing but its own parameters', () => {
	const guarded = (request: SourceRequest) => guardedUrl(request, options.url, [options.url], sap.allow)
	expect(decodeURIComponent(guarded(reading.first).pathname)).toBe(reading.first.path)
	const refused = (path: string, query = {}) =>
		expect(() => guarded({ method: 'GET', path, query })).toThrow(expect.objectContaining({ kind: 'refused' }))
	refused(`${service}/C_TRIALBALANCE/Results`)
	refused(`${service}/C_OTHER(P_FromPostingDate=datetime'2026-01-01T00:00:00')/Results`)
	refused(reading.first.path, { $batch: 'x' })
	expect(() => guarded({ ...reading.first, method: 'POST' })).toThrow(expect.objectContaining({ kind: 'refused' }))
})

test('each line bears the span that was asked for; an answer that is cut off or lacks a balance is not taken', () => {
	const line = {
		CompanyCode: '1710',
		GLAccount: '41000000',
		CompanyCodeCurrency: 'USD',
		StartingBalanceAmtInCoCodeCrcy: '-100.000',
		EndingBalanceAmtInCoCodeCrcy: ' -90071992547409.930 ',
	}
	const lines = (d: object) => reading.lines!({ d }, reading.first)
	expect(lines({ results: [line] })).toEqual([
		{
			FromDate: '2027-01-01',
			ToDate: '2027-12-31',
			CompanyCode: '1710',
			GLAccount: '41000000',
			CompanyCodeCurrency: 'USD',
			StartingBalance: '-100.000',
			EndingBalance: '-90071992547409.930',
		},
	])
	expect(() => lines({ results: [line], __next: 'x' })).toThrow('the answer is cut off')
	expect(() => lines({ results: [{ ...line, EndingBalanceAmtInCoCodeCrcy: null }] })).toThrow(
		'a line has no EndingBalanceAmtInCoCodeCrcy',
	)
	expect(() => lines({})).toThrow('the answer holds no results')
})
