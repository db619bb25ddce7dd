import type { DeletesReading, Query } from '../../source.ts'
import type { QuickbooksOptions } from './quickbooks.ts'
import { companyRequest, momentText } from './statement.ts'
import { entities } from './streams.ts'

const day = 86_400_000

/** `cdc` looks back 30 days; a day less, because a run that was broken off asks again when it goes on. */
const longest = 29 * day

/** Deletions are stamped before they are committed, like any change. */
const overlap = 330_000

/** An answer has this many objects at most, changed ones among them, and there is no second page: then something may be missing. */
const most = 1000

/**
 * The records of one entity that `cdc` calls deleted since a moment; one entity in a request, so that the thousand objects are all its own.
 * Lists have none: their records are made inactive. Where the answer is full, or the moment too long ago, the keys of all must be read.
 */
export function quickbooksDeletes(query: Query<QuickbooksOptions>, since: number): DeletesReading | null {
	const { object } = query.stream
	if (!entities[object]?.canVanish) return null
	const start = Math.max(since - overlap, query.window.until - longest)
	let seen: number | null = null
	return {
		first: companyRequest(query.options, 'cdc', { entities: object, changedSince: momentText(start) }),
		records: `CDCResponse.0.QueryResponse.0.${object}`,
		mayLackList: true,
		// Of the changed ones, which come whole, nothing is wanted.
		ignore: ['Line', 'LinkedTxn', 'CustomField', 'BillAddr', 'ShipAddr', 'TxnTaxDetail', 'CustomerMemo'],
		next: ({ rows }) => {
			seen = rows
			return null
		},
		read: ({ Id, status, MetaData }) => {
			if (status !== 'Deleted') return null
			const at = Date.parse((MetaData as { LastUpdatedTime?: string } | undefined)?.LastUpdatedTime ?? '')
			// Without a stamp the deletion is as new as the question.
			return { key: String(Id), at: utcText(Number.isNaN(at) ? query.window.until : at) }
		},
		// A moment that lies too far back: of a run that went on days later.
		isTooLong: (code) => code === '2010',
		covered: (envelope) => ({
			isComplete: start <= since && (seen ?? countOf(envelope)) < most,
			until: null,
		}),
	}
}

/** As a stamp lands: UTC, to the second. */
function utcText(at: number): string {
	return new Date(at).toISOString().slice(0, 19).replace('T', ' ')
}

/** What the answer says of itself, after a run that was broken off behind it; full, where it says nothing. */
function countOf(envelope: unknown): number {
	const answer = (envelope as { CDCResponse?: { QueryResponse?: Record<string, string>[] }[] } | null)?.CDCResponse?.[0]
		?.QueryResponse?.[0]
	if (!answer) return most
	return Object.keys(answer).length === 0 ? 0 : Number(answer['maxResults'] ?? most)
}
