import { chance } from '../chance.ts'
import { type CompanyClock, momentText } from '../clock.ts'
import { countRows, keepResults } from '../kept-results.ts'
import type { Store } from '../store.ts'
import type { VendorAnswer } from '../vendor-server.ts'
import type { Visibility } from '../visibility.ts'
import { addTimeFunctions, createAccountTime } from './account-time.ts'
import { NetsuiteRefusal, queryRefusal } from './refusal.ts'
import { parseSuiteql } from './suiteql-parser.ts'
import { mostRows, planSuiteql, type SuiteqlPlan } from './suiteql-plan.ts'
import { systemNoteTable } from './system-notes.ts'
import { type NetsuiteColumn, type NetsuiteTable, netsuiteEventColumn } from './tables.ts'

/** The SuiteQL resource, and what the role sees. */
export type SuiteqlResource = {
	/** Answers one page; `self` is the resource's address without its parameters. */
	query(text: string, page: { limit: number; offset: number }, self: string): VendorAnswer
	/** The table as the role sees it now. Throws NetsuiteRefusal if it does not exist or may not be seen. */
	tableOf(name: string): NetsuiteTable
	/** Local time in the account's zone of a UTC text. */
	toLocal(utc: string): string
}

export type SuiteqlOptions = { timeZone: string; uncoveredDeletes: string; seed: number }

/** Serves SuiteQL over the store, as of the company's clock. */
export function createSuiteql(
	store: Store,
	tables: NetsuiteTable[],
	clock: CompanyClock,
	visibility: Visibility,
	options: SuiteqlOptions,
): SuiteqlResource {
	const time = createAccountTime(options.timeZone)
	addTimeFunctions(store.database, time)
	store.database.function('like_exactly', { deterministic: true }, (value, pattern) =>
		value === null || pattern === null ? null : Number(likePattern(String(pattern)).test(String(value))),
	)
	const results = keepResults(store.database)
	const queries = new Map<string, Known>()
	const tableOf = (name: string): NetsuiteTable => {
		const table = tables.find((each) => each.name === name.toLowerCase())
		if (!table) throw queryRefusal(`Search error occurred: Record '${name}' was not found.`)
		// Without the permission for system notes a role finds none: its own are the only ones that it may see.
		const isOpen = table.name === systemNoteTable || visibility.seesObject('netsuite', table.name)
		if (!isOpen) throw noPermission(table)
		return { ...table, columns: table.columns.flatMap((column) => columnNow(table, column)) }
	}
	const columnNow = (table: NetsuiteTable, column: NetsuiteColumn): NetsuiteColumn[] => {
		const now = visibility.fieldNow('netsuite', table.name, column.name)
		if (now === 'hidden') return []
		return [now === 'declared' ? column : netsuiteEventColumn({ ...now, field: column.recordName })]
	}
	const know = (text: string): Known => {
		const now = clock.now()
		const plan = planSuiteql(parseSuiteql(text), {
			tableOf,
			now,
			nowText: momentText(now),
			time,
			seesNotes: visibility.seesObject('netsuite', systemNoteTable),
			uncoveredDeletes: options.uncoveredDeletes,
		})
		// The plan tells two queries of one text apart, when the clock or what the role sees has changed between them.
		const name = JSON.stringify([plan.sql, plan.parameters, store.changes()])
		const known = queries.get(name) ?? {
			name,
			plan,
			total: countRows(store.database, plan.countSql, plan.parameters),
			hasTies: null,
		}
		queries.delete(name)
		queries.set(name, known)
		if (queries.size > mostKnown) queries.delete(queries.keys().next().value as string)
		return known
	}
	return {
		tableOf,
		toLocal: time.toLocal,
		query: (text, { limit, offset }, self) => {
			const known = know(text)
			const total = Math.min(known.total, mostRows)
			const read = (from: number, rows: number) =>
				results.open(known.name, known.plan.sql, known.plan.parameters).read(from, rows).map(String)
			const rows = offset >= total ? [] : read(offset, Math.min(limit, total - offset))
			if (offset > 0 && rows.length > 0) disturb(rows, known, offset, () => read(offset - 1, 1))
			return { status: 200, headers: contentType, body: pageJson(rows, { total, limit, offset }, self) }
		},
	}

	/** Oracle: without a unique order pages repeat rows and miss others. One row of the page gives way to the last of the page before. */
	function disturb(rows: string[], known: Known, offset: number, readBefore: () => string[]): void {
		const { plan } = known
		known.hasTies ??= plan.tiesSql !== null && countRows(store.database, plan.tiesSql, plan.parameters) > 0
		if (!known.hasTies) return
		const [before] = readBefore()
		if (before !== undefined) rows[Math.floor(chance(options.seed, 'unordered', offset) * rows.length)] = before
	}
}

type Known = { name: string; plan: SuiteqlPlan; total: number; hasTies: boolean | null }

const mostKnown = 200

const contentType = { 'content-type': 'application/vnd.oracle.resource+json; type=collection' }

function pageJson(
	rows: string[],
	{ total, limit, offset }: { total: number; limit: number; offset: number },
	self: string,
): string {
	const hasMore = offset + rows.length < total
	const last = Math.max(0, Math.floor((total - 1) / limit) * limit)
	const link = (rel: string, at: number) => ({ rel, href: `${self}?limit=${limit}&offset=${at}` })
	const before = offset > 0 ? [link('first', 0), link('previous', Math.max(0, offset - limit))] : []
	const after = hasMore ? [link('next', offset + limit), link('last', last)] : []
	const links = JSON.stringify([...after, ...before, link('self', offset)])
	return `{"links":${links},"count":${rows.length},"hasMore":${hasMore},"items":[${rows.join(',')}],"offset":${offset},"totalResults":${total}}`
}

function noPermission(table: NetsuiteTable): NetsuiteRefusal {
	const detail = `Permission Violation: You need the '${table.permission}' permission to access this page. Please contact your account administrator.`
	return new NetsuiteRefusal(403, 'INSUFFICIENT_PERMISSION', detail)
}

function likePattern(pattern: string): RegExp {
	const escaped = pattern
		.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
		.replaceAll('%', '.*')
		.replaceAll('_', '.')
	return new RegExp(`^${escaped}$`, 's')
}
