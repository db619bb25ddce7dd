import { expect, test } from 'vitest'
import { type Findings, trust, type UnexplainedPeriod } from '../../models/trust.ts'

const sound: Findings = {
	hasData: true,
	checks: [{ check_name: 'breaks_add_up', is_blocking: true, status: 'pass', explanation: 'They add up.' }],
	freshness: [
		{
			connection: 'netsuite',
			stream: 'transactions',
			status: 'pass',
			age_minutes: 20,
			warn_minutes: 120,
			error_minutes: 240,
		},
	],
	certificates: [{ connection: 'netsuite', stream: 'transactions', verdict: 'proved', reason: null }],
	quarantine: [{ connection: 'netsuite', stream: 'transactions', rows: 0, hasMoney: false }],
	unexplained: { currency: 'USD', periods: [] },
	materiality: '500.00',
}
const period = (period: string, amount: string, more: Partial<UnexplainedPeriod> = {}) => ({
	period,
	isComplete: true,
	amount,
	count: 1,
	countWithoutRate: 0,
	...more,
})
const unexplained = (...periods: UnexplainedPeriod[]) => ({ ...sound, unexplained: { currency: 'USD', periods } })
const withCheck = (status: string, is_blocking: boolean) => ({
	...sound,
	checks: [{ check_name: 'one', is_blocking, status, explanation: 'Said.', owner: 'ana' }],
})
const withFreshness = (status: string, age_minutes: number | null) => ({
	...sound,
	freshness: [{ ...sound.freshness[0]!, status, age_minutes, owner: 'ana' }],
})
/** With something else about its one stream. */
const withStream = (changes: Partial<Findings['freshness'][number]>) => ({
	...sound,
	freshness: [{ ...sound.freshness[0]!, ...changes }],
})
const unread = { status: 'not run', age_minutes: null, outcome: 'denied', problem: 'No access.', next_step: 'Ask.' }
const withCertificate = (verdict: string) => ({
	...sound,
	certificates: [{ connection: 'sf', stream: 'accounts', verdict, reason: 'because' }],
})
const withQuarantine = (rows: number, hasMoney: boolean) => ({
	...sound,
	quarantine: [{ connection: 'sf', stream: 'accounts', rows, hasMoney }],
})

test('nothing found is trusted', () => {
	expect(trust(sound)).toEqual({ verdict: 'trusted', reasons: [] })
	expect(trust(withCheck('not run', true)).verdict).toBe('trusted')
})

/** What speaks against trust, and the sentence that says so. */
const against: [string, Findings, string][] = [
	['a blocking check that fails', withCheck('fail', true), 'check one fails: Said. (owner ana)'],
	['a blocking check that is broken', withCheck('broken', true), 'check one is broken: Said. (owner ana)'],
	[
		'a blocking check with a status nobody knows',
		withCheck('fine', true),
		'check one has the status "fine": Said. (owner ana)',
	],
	[
		'a stream late beyond its limit',
		withFreshness('fail', 540),
		'netsuite.transactions is 9 h old, allowed 4 h (owner ana)',
	],
	[
		'a stream that failed and was never read',
		withFreshness('fail', null),
		'netsuite.transactions was never read (owner ana)',
	],
	[
		'a stream that was never read, by whatever stands on it',
		withStream({ ...unread, feeds: 'invoices, orders', is_read: true }),
		'netsuite.transactions was never read: these figures lack its invoices, orders; denied: No access.',
	],
	[
		'a stream that a release before this one calls never read',
		withStream({ status: 'not run', age_minutes: null }),
		'netsuite.transactions was never read',
	],
	['a company without any booking', { ...sound, without: ['bookings'] }, 'there are no bookings in any period'],
	['a company without any revenue', { ...sound, without: ['revenue'] }, 'there is no revenue in any period'],
	[
		'a company in which nothing links the two systems',
		{ ...sound, without: ['links'] },
		'no won deal is linked with any order or invoice, so nothing is compared: name the fields that hold the other system’s ids (tieout doctor), or link by a file of candidates (tieout export customer-candidates)',
	],
	['a certificate that is short', withCertificate('short'), 'sf.accounts is short: because'],
	['a certificate that is over', withCertificate('over'), 'sf.accounts is over: because'],
	['a certificate that moved', withCertificate('moved'), 'sf.accounts is moved: because'],
	['quarantine with money in it', withQuarantine(2, true), '2 rows of sf.accounts in quarantine, with money'],
	[
		'unexplained above materiality',
		unexplained(period('2026-10', '500.01')),
		'unexplained above materiality (500.00 USD): 2026-10 500.01 USD in 1 break',
	],
	[
		'unexplained without materiality',
		{ ...unexplained(period('2026-10', '0.01')), materiality: null },
		'unexplained above materiality (0 USD): 2026-10 0.01 USD in 1 break',
	],
	[
		'unexplained without a rate',
		unexplained(period('2026-10', '0.00', { count: 0, countWithoutRate: 1 })),
		'unexplained above materiality (500.00 USD): 2026-10 0.00 USD in 0 breaks and 1 more without a rate',
	],
	[
		'every period by itself, the worst named first',
		unexplained(period('2026-07', '600.00'), period('2026-08', '43000.05', { count: 7 }), period('2026-09', '501.00')),
		'unexplained above materiality (500.00 USD): 2026-08 43,000.05 USD in 7 breaks; 2026-07 600.00 USD in 1 break; and 1 more period',
	],
]

test.for(against)('%s is not trusted', ([, findings, text]) => {
	expect(trust(findings)).toMatchObject({ verdict: 'not trusted', reasons: [{ blocks: true, text }] })
})

const warnings: [string, Findings][] = [
	['a check that warns', withCheck('warn', true)],
	['a check that fails and does not block', withCheck('fail', false)],
	['a check that is broken and does not block', withCheck('broken', false)],
	['a stream late within its limit', withFreshness('warn', 130)],
	['a stream that was never read and that no mart stands on', withStream({ ...unread, is_read: false })],
	['a stream that could not be read in its newest run', withStream({ outcome: 'denied', problem: 'No access.' })],
	['a stream that was read and never had a record', withStream({ is_empty: true, is_read: true })],
	['a certificate that cannot be verified', withCertificate('unverifiable')],
	['quarantine without money', withQuarantine(1, false)],
	['unexplained at materiality', unexplained(period('2026-10', '500.00'))],
	['many periods, each within materiality', unexplained(period('2026-09', '400.00'), period('2026-10', '400.00'))],
	['unexplained in a period that has not ended', unexplained(period('2026-11', '9000.00', { isComplete: false }))],
]

test.for(warnings)('%s is trusted with warnings', ([, findings]) => {
	const { verdict, reasons } = trust(findings)
	expect(verdict).toBe('trusted with warnings')
	expect(reasons).toMatchObject([{ blocks: false }])
})

test('why a stream was not read stands with its age, once for the lists inside its records, and says what to do', () => {
	const late = { status: 'warn', age_minutes: 130, outcome: 'failed', problem: 'Gone.', next_step: 'Look.' }
	const { freshness } = withStream({ ...late, feeds: 'invoices' })
	const inside = { ...freshness[0]!, stream: 'lines', within: 'transactions', feeds: 'invoice lines' }
	expect(trust({ ...sound, freshness: [...freshness, inside] }).reasons).toEqual([
		{
			kind: 'freshness',
			subject: 'netsuite.transactions',
			blocks: false,
			text: 'netsuite.transactions is 2 h old, allowed 2 h (invoices); failed: Gone.',
			next: 'Look.',
		},
	])
})

test('streams without a record are one reason, and what no mart stands on is none', () => {
	const empty = (stream: string, is_read = true) => ({ ...sound.freshness[0]!, stream, is_empty: true, is_read })
	const { reasons } = trust({ ...sound, freshness: [empty('orders'), empty('contacts', false), empty('invoices')] })
	expect(reasons.map(({ text }) => text)).toEqual([
		'netsuite.orders, netsuite.invoices were read without a single record',
	])
	expect(reasons[0]!.next).toContain('streams: { orders: { may_be_empty: true } }')
})

test('no bookings and no revenue is no data, whatever else is found, and blocking reasons come first', () => {
	const both = { ...withCheck('warn', false), certificates: withCertificate('short').certificates }
	expect(trust(both).reasons.map((reason) => reason.kind)).toEqual(['certificate', 'check'])
	const { verdict, reasons } = trust({ ...both, hasData: false })
	expect(verdict).toBe('no data')
	expect(reasons.map((reason) => reason.kind)).toEqual(['data', 'certificate', 'check'])
})

test('amounts are compared exactly', () => {
	const huge = { ...unexplained(period('2026-10', '90071992547409.93')), materiality: '90071992547409.92' }
	expect(trust(huge).verdict).toBe('not trusted')
	expect(trust({ ...huge, materiality: '90071992547409.93' }).verdict).toBe('trusted with warnings')
})
