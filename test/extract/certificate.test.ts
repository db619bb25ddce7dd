import { expect, test } from 'vitest'
import { type Counted, certify, withStanding } from '../../extract/certificate.ts'
import type { SourceCount } from '../../extract/source.ts'

const whole: Counted = {
	landed: 10,
	proved: 10,
	quarantined: 0,
	money: { USD: '100.00' },
	landedMoney: { USD: '100.00' },
	duplicates: 0,
	totalAtStart: null,
}

test.each<[string, SourceCount | null, Partial<Counted>, string, string | null]>([
	['all is there', { rows: 10, money: { USD: '100' } }, {}, 'proved', null],
	[
		'what the source can’t prove is said',
		{ rows: 10, reason: 'money: it adds nothing up' },
		{},
		'proved',
		'money: it adds nothing up',
	],
	['no count', null, {}, 'unverifiable', 'the source has no count'],
	[
		'a count that the source refuses',
		{ rows: null, reason: 'it counts no groups' },
		{},
		'unverifiable',
		'it counts no groups',
	],
	['the total of its pages is a count too', null, { totalAtStart: 11 }, 'short', 'short by 1 of 11 records'],
	['landed and not loaded', { rows: 10 }, { proved: 9 }, 'short', '1 of 10 landed records are not in the warehouse'],
	[
		'landed and not loaded, where nobody counts',
		null,
		{ proved: 9 },
		'short',
		'1 of 10 landed records are not in the warehouse',
	],
	['not landed', { rows: 12 }, {}, 'short', 'short by 2 of 12 records'],
	['too many', { rows: 9 }, {}, 'over', 'over by 1: the source counts 9 records'],
	[
		'more than the source knows of yet',
		{ rows: 9, isLeast: true },
		{},
		'proved',
		"1 more came than the source's index knows yet",
	],
	['fewer than the least', { rows: 11, isLeast: true }, {}, 'short', 'short by 1 of 11 records'],
	[
		'it changed meanwhile',
		{ rows: 12 },
		{ totalAtStart: 10 },
		'moved',
		'moved while reading: the source had 10 records at first and 12 at the end',
	],
	['it changed meanwhile, and all of it came', { rows: 10 }, { totalAtStart: 9 }, 'proved', null],
	['kept aside', { rows: 10 }, { proved: 8, quarantined: 2 }, 'short', '2 records are in quarantine'],
	[
		'other money than landed',
		{ rows: 10 },
		{ money: { USD: '99.99' } },
		'short',
		'USD: the landed records add up to 100.00, loaded are 99.99',
	],
	['a currency lost', { rows: 10 }, { money: {} }, 'short', 'USD: the landed records add up to 100.00, loaded are 0'],
	[
		'other money than the source has',
		{ rows: 10, money: { USD: '100.01' } },
		{},
		'short',
		"USD: the source's total is 100.01, loaded are 100.00",
	],
	[
		'a currency that the source has and we do not',
		{ rows: 10, money: { USD: '100', EUR: '1' } },
		{},
		'short',
		"EUR: the source's total is 1, loaded are 0",
	],
	[
		'records that share a key are landed twice',
		{ rows: 10 },
		{ duplicates: 1, landedMoney: { USD: '110.00' } },
		'proved',
		null,
	],
])('%s', (_, source, counted, verdict, reason) => {
	expect(certify(source, { ...whole, ...counted })).toMatchObject({ verdict, reason })
})

test('the whole stream is in it: what is live here and not there, what was never read, and what only waits', () => {
	const proved = certify({ rows: 10 }, whole)
	const of = (live: number, pending = 0) => withStanding(proved, { source: 50, live, pending })
	expect(of(50)).toEqual(proved)
	expect(of(51)).toMatchObject({
		verdict: 'over',
		reason: 'over by 1: the source has 50 records in all, 51 are live here',
	})
	expect(of(47)).toMatchObject({
		verdict: 'short',
		reason: 'short by 3: the source has 50 records in all, 47 are live here',
	})
	expect(of(47, 2)).toMatchObject({ verdict: 'short', reason: expect.stringContaining('short by 1:') })
	expect(of(47, 3)).toEqual(proved)
	const short = certify({ rows: 11 }, whole)
	expect(withStanding(short, { source: 50, live: 51, pending: 0 })).toEqual(short)
})
