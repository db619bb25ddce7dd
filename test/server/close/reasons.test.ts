import { expect, test } from 'vitest'
import type { Basis } from '../../../server/close/content.ts'
import { type Findings, signingReasons } from '../../../server/close/reasons.ts'

const scope = {
	paper: '2026-10',
	periodId: '2026-10',
	startDate: '2026-10-01',
	endDate: '2026-10-31',
	isComplete: true,
	entity: null,
}

/** What is said against signing October on account of one stream. */
function reasonOf(stream: Omit<Basis['freshness'][number], 'stream'>, isComplete = true) {
	const findings = {
		scope: { ...scope, isComplete },
		scopes: [],
		step: 'prepared',
		content: { checks: [] },
		basis: { certificates: [], freshness: [{ stream: 'erp.invoices', ...stream }] },
		materiality: [],
		cellsWithoutRate: 0,
		lives: new Map(),
		changes: 0,
		otherContent: null,
		config: { close: { per_entity: false }, currencies: {} },
	} as unknown as Findings
	const found = signingReasons(findings).filter(({ kind }) => kind === 'freshness')
	return found.map(({ blocks, text }) => ({ blocks, text }))
}

test('a stream that was never read blocks signing, unless no mart stands on it', () => {
	const unread = { status: 'not run', watermark: null, outcome: 'denied', problem: 'No access.' }
	const text = 'erp.invoices was never read (denied: No access.)'
	expect(reasonOf({ ...unread, is_read: true })).toEqual([{ blocks: true, text }])
	expect(reasonOf({ ...unread, is_read: false })).toEqual([{ blocks: false, text }])
	// A generation of an earlier release does not say.
	expect(reasonOf({ status: 'not run', watermark: null })).toMatchObject([{ blocks: true }])
})

test('a stream that was last read before the period ended blocks; one that is late since then is shown', () => {
	expect(reasonOf({ status: 'fail', watermark: '2026-10-31 23:10:00' })).toEqual([
		{ blocks: true, text: 'erp.invoices was last read up to 2026-10-31 23:10:00 UTC, before 2026-10 ended (fail)' },
	])
	expect(reasonOf({ status: 'fail', watermark: '2026-11-01 00:10:00' })).toEqual([
		{ blocks: false, text: 'erp.invoices was last read up to 2026-11-01 00:10:00 UTC (fail)' },
	])
})

test('a stream that is young and was not read in its newest run is shown; one that was read is not', () => {
	const young = { status: 'pass', watermark: '2026-11-04 09:00:00' }
	expect(reasonOf({ ...young, outcome: 'failed', problem: 'HTTP 500' })).toMatchObject([
		{ blocks: false, text: expect.stringContaining('(failed: HTTP 500)') },
	])
	expect(reasonOf(young)).toEqual([])
})

test('of a period that has not ended that is said once, not by each stream', () => {
	expect(reasonOf({ status: 'fail', watermark: '2026-10-20 09:00:00' }, false)).toMatchObject([{ blocks: false }])
})
