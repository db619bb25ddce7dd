import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { TieoutError } from '../models/error.ts'
import type { Client } from './client.ts'
import { scanCsv } from './csv-scan.ts'
import type { Exchange } from './http.ts'
import { valueAt } from './inspect.ts'
import { type Disk, land, partFile, realDisk } from './landing.ts'
import { release } from './memory.ts'
import { addTotals, createMoneySum, type MoneyMembers } from './money-sum.ts'
import { type LineBuffer, peekEnvelope, scanPage } from './page-scan.ts'
import { listOfLines } from './report-lines.ts'
import type { Page, Reading, SourceRequest } from './source.ts'
import type { ExtractState, LandedPart, StreamRun } from './state.ts'
import { vendorCause } from './vendor-error.ts'

/** What is read, and from where on. `again` makes the reading that starts behind a record, with smaller pages if need be. */
export type PageRun = {
	client: Client
	state: ExtractState
	run: StreamRun
	purpose: LandedPart['purpose']
	/** Vendor's field by landing name, for the last record of each part. */
	fields: Record<string, string | null>
	/** Where the money of a record stands, to add it up on the way. */
	money?: MoneyMembers | null
	reading: Reading
	again(after: Record<string, string | null> | null, pageSize: number | undefined): Reading
	/** Parts that a killed run left, of this purpose. */
	done: LandedPart[]
	/** The number of the next part. */
	nextPart: number
	folder: string
}

/** `part`: after each durable part. `page`: after each page, with the rows so far and the source's total if it tells. */
export type PageEffects = {
	now?: () => number
	disk?: Disk
	part?: (part: LandedPart) => Promise<void>
	page?: (rows: number, pages: number, total: number | null) => void
	signal?: AbortSignal
	sleep?: (milliseconds: number) => Promise<unknown>
	/** Bytes of lines after which a part is written. */
	partBytes?: number
}

/** A part is written when this much has come, or this long after its first page: no more than that is asked for again after a crash. */
const defaultPartBytes = 4 << 20
const partMilliseconds = 5_000

/** So often pages are halved that only may have been too much: a vendor that is down answers small ones no better. */
const mostSlowPages = 3

/** So often a list that moves is read from its first page again. */
const mostMoves = 5

/** What was found besides records: the envelope of the last page (of deleted records' lists, how far they go). */
export type PagesRead = { parts: LandedPart[]; total: number | null; envelope: unknown }

/**
 * Reads all pages and lands them, one durable part after the other; goes on behind the last part of a killed run. The next page is
 * asked for while this one is being written and, when its request is known from this page's envelope, before this one is scanned.
 */
export async function readPages(pages: PageRun, effects: PageEffects = {}): Promise<PagesRead> {
	const { now = Date.now, disk = realDisk, part: onPart, page: onPage, partBytes = defaultPartBytes } = effects
	const parts = [...pages.done]
	const last = parts.at(-1)
	if (last && last.resume === null) return { parts, total: totalOf(parts), envelope: last.envelope }
	let reading = pages.reading
	let request = last ? (last.resume as SourceRequest) : reading.first
	let rows = parts.reduce((sum, part) => sum + part.rows, 0)
	let pageCount = parts.reduce((sum, part) => sum + part.pages, 0)
	let total = totalOf(parts)
	let lastRecord = last?.last ?? null
	let spare: Uint8Array | null = null
	let open = newPart(spare)
	let writing: Promise<void> = Promise.resolve()
	let envelope: unknown = null
	let pageSize = reading.pageSize
	let ahead: PageAhead | null = null
	let slowPages = 0
	let moves = 0
	// What was asked for already: a page that leads back to it would go round for ever.
	const read = new Set<string>()
	const isRead = (asked: SourceRequest) => read.has(markOf(asked))

	try {
		await readOn()
	} catch (error) {
		// What came before the failure is kept: the run goes on from here. But behind a part that could not be written nothing is.
		const isWhole = await writing.then(
			() => true,
			() => false,
		)
		if (isWhole && open.rows > 0) await write(open, parts.length, request).catch(() => {})
		throw error
	} finally {
		dropAhead()
		release(open.lines.bytes)
		if (spare) release(spare)
	}
	return { parts, total, envelope }

	async function readOn() {
		for (let next: SourceRequest | null = request; next !== null; ) {
			request = next
			const page: Page | null = await fetchPage(request).catch((error) => recover(error))
			if (page === null) {
				// The place in the vendor's list is gone, or was too much at once: on behind the last record.
				reading = pages.again(lastRecord, pageSize)
				next = reading.first
				read.clear()
				continue
			}
			if (page.hasMoved) {
				next = beginAgain(request)
				continue
			}
			read.add(markOf(request))
			next = reading.next(page, request)
			envelope = page.envelope
			if (total === null && reading.total) total = reading.total(page.envelope, request)
			if (page.last) lastRecord = page.last
			rows += page.rows
			open.rows += page.rows
			open.pages++
			refuseEndless(rows, total, pages.run, request)
			onPage?.(rows, ++pageCount, total)
			const isDue = open.lines.length >= partBytes || performance.now() - open.since > partMilliseconds
			if (next === null || isDue) await startWriting(next)
		}
		await writing
	}

	/** Records have gone from the list in the meantime, and others have moved up to where nobody looks any more. */
	function beginAgain(asked: SourceRequest): SourceRequest {
		if (++moves > mostMoves)
			throw new TieoutError('vendor', 'list.moved', 'records go from the list faster than it can be read', {
				where: asked.path,
				next: 'run it again when fewer records are being deleted: its cursor stays where it was',
			})
		read.clear()
		// What comes now came before: it is none of what the source does not count.
		rows = 0
		return reading.first
	}

	/** Hands the open part over to be written; the one before it must be on the disk by then. */
	async function startWriting(resume: SourceRequest | null) {
		await writing
		const full = open
		open = newPart(spare)
		spare = null
		writing = write(full, parts.length, resume).finally(() => {
			spare = full.lines.bytes
		})
		// A failure is thrown at the next `await writing`; until then it must not count as unhandled.
		writing.catch(() => {})
	}

	async function fetchPage(asked: SourceRequest): Promise<Page> {
		const prepared = ahead
		ahead = null
		if (prepared?.key !== JSON.stringify(asked)) {
			prepared?.drop()
			return await pages.client.exchange(asked, (answer) => scan(answer, asked))
		}
		prepared.begin()
		return await prepared.page
	}

	/** Sends the next request before this page is looked through, when it is known from the page's envelope alone. */
	async function askAhead(answer: Exchange, asked: SourceRequest) {
		const next = peekNext(reading, answer, asked)
		const key = JSON.stringify(next)
		if (next === null || ahead?.key === key) return
		ahead?.drop()
		const turn = Promise.withResolvers<void>()
		const page = pages.client.exchange(next, async (more) => {
			await turn.promise
			return await scan(more, next)
		})
		// Failures are thrown when it is this page's turn; one that is never wanted fails in silence.
		page.catch(() => {})
		turn.promise.catch(() => {})
		ahead = { key, page, begin: turn.resolve, drop: () => turn.reject(new DOMException('not wanted', 'AbortError')) }
		await setImmediate()
	}

	async function scan(answer: Exchange, asked: SourceRequest): Promise<Page> {
		const { status, body, headers } = answer
		// Nothing has changed since: no page, and no fault either.
		if (status === 304) return { rows: 0, envelope: null, last: null, lastRecord: null, headers }
		await askAhead(answer, asked)
		const part = open
		const before = part.lines.length
		const money = pages.money ? createMoneySum(pages.money) : undefined
		try {
			const { fields, numberFields } = part
			const column = reading.overlap?.(asked) ?? null
			const notes = { fields, numberFields, money, passFirst: column !== null }
			const found = reading.csv
				? scanCsv(body, { ...reading.csv, ...notes }, part.lines)
				: scanPage(listOfLines(body, reading, asked), { ...reading, ...notes }, part.lines)
			if (column !== null && !isBehind(column, found)) {
				part.lines.length = before
				return { rows: 0, envelope: found.envelope, last: null, lastRecord: null, headers, hasMoved: true }
			}
			const newest = parsed(found.last)
			const page: Page = { ...found, headers, lastRecord: newest, last: declaredValues(newest, pages.fields) }
			reading.refuse?.(page)
			refuseContradiction(page, asked, reading.next(page, asked), reading.mayBeEmpty, isRead)
			if (found.isDoubtful) part.isDoubtful = true
			if (money) part.money = addTotals(part.money, money.totals())
			return page
		} catch (error) {
			part.lines.length = before
			throw error
		}
	}

	/** Does the page begin with the record that the page before it ended with? */
	function isBehind(column: string, { first }: { first?: string | null }): boolean {
		const begins = declaredValues(parsed(first ?? null), pages.fields)
		return begins !== null && lastRecord !== null && String(begins[column]) === String(lastRecord[column])
	}

	function dropAhead() {
		ahead?.drop()
		ahead = null
	}

	function recover(error: unknown): null {
		const cause = vendorCause(error)
		const isTooMuch = cause?.action === 'smaller' || (cause?.isTooSlow && slowPages++ < mostSlowPages)
		if (isTooMuch && pageSize !== undefined && pageSize > 1) {
			pageSize = Math.floor(pageSize / 2)
			return null
		}
		if (cause && reading.isExpired?.(cause.code) && request !== reading.first) return null
		throw error
	}

	async function write(part: OpenPart, index: number, resume: SourceRequest | null) {
		const { run, purpose, folder, state, nextPart } = pages
		const number = nextPart + index - pages.done.length
		const file = part.rows === 0 ? '' : partFile(run.connection, run.stream, run.runId, number, purpose)
		const landed: LandedPart = {
			runId: run.runId,
			part: number,
			purpose,
			file,
			rows: part.rows,
			bytes: part.lines.length,
			pages: part.pages,
			sha256: '',
			fields: [...part.fields],
			numberFields: [...part.numberFields],
			resume,
			last: lastRecord,
			sourceTotal: total,
			extractedAt: now(),
			envelope: resume === null ? envelope : null,
			money: pages.money ? part.money : null,
			loadedAt: null,
			isDoubtful: part.isDoubtful,
		}
		const lines = part.lines.bytes.subarray(0, part.lines.length)
		if (file !== '') landed.sha256 = await land(folder, file, lines, disk)
		await state.recordPart(landed)
		parts.push(landed)
		await onPart?.(landed)
	}
}

/** A page that was asked for before its turn: `key` is its request as text. Its records are looked at from `begin` on. */
type PageAhead = { key: string; page: Promise<Page>; begin(): void; drop(): void }

/** What follows a page of which nobody has seen the records; null when that takes them, or the envelope is not told for sure. */
function peekNext(reading: Reading, { body, headers }: Exchange, asked: SourceRequest): SourceRequest | null {
	const envelope = reading.mayBeEmpty || reading.csv || reading.lines ? undefined : peekEnvelope(body, reading.records)
	if (envelope === undefined) return null
	try {
		const next = reading.next(unseenPage(envelope, headers), asked)
		return next !== null && JSON.stringify(next) !== JSON.stringify(asked) ? next : null
	} catch {
		return null
	}
}

/** A page whose records can't be asked for: a source that needs them to know what follows throws. */
function unseenPage(envelope: unknown, headers: Page['headers']): Page {
	const unseen = (): never => {
		throw new Error('the records were not looked at yet')
	}
	const page = { envelope, headers }
	for (const name of ['rows', 'last', 'lastRecord']) Object.defineProperty(page, name, { get: unseen })
	return page as Page
}

type OpenPart = {
	lines: LineBuffer
	rows: number
	pages: number
	since: number
	fields: Set<string>
	numberFields: Set<string>
	money: Record<string, string>
	isDoubtful: boolean
}

function newPart(bytes: Uint8Array | null): OpenPart {
	const lines = { bytes: bytes ?? new Uint8Array(0), length: 0 }
	const empty = { rows: 0, pages: 0, fields: new Set<string>(), numberFields: new Set<string>(), money: {} }
	return { ...empty, lines, since: performance.now(), isDoubtful: false }
}

function totalOf(parts: LandedPart[]): number | null {
	return parts.find((part) => part.sourceTotal !== null)?.sourceTotal ?? null
}

function parsed(line: string | null): Record<string, unknown> | null {
	try {
		const record = line === null ? null : JSON.parse(line)
		return typeof record === 'object' ? record : null
	} catch {
		// The load finds it and says so.
		return null
	}
}

function declaredValues(record: Record<string, unknown> | null, fields: Record<string, string | null>) {
	return record && Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, valueAt(record, field)]))
}

/** Pages that would go on for ever, or end without being the end: asked again like a broken one. */
function refuseContradiction(
	page: Page,
	request: SourceRequest,
	next: SourceRequest | null,
	mayBeEmpty = false,
	isRead: (request: SourceRequest) => boolean,
) {
	if (next === null) return
	if (page.rows === 0 && !mayBeEmpty)
		throw new TieoutError('vendor', 'page.empty', 'an empty page came, and more were promised', { where: request.path })
	if (JSON.stringify(next) === JSON.stringify(request))
		throw new TieoutError('vendor', 'page.loop', 'the page leads to itself', { where: request.path })
	if (isRead(next))
		throw new TieoutError('vendor', 'page.loop', 'the page leads back to one that was read before', {
			where: request.path,
		})
}

/** A request as few bytes, to know it again. */
function markOf(request: SourceRequest): string {
	return createHash('sha256').update(JSON.stringify(request)).digest('base64').slice(0, 16)
}

/** Pages that go on long after the source's own count would fill the disk. */
function refuseEndless(rows: number, total: number | null, run: StreamRun, request: SourceRequest) {
	if (total === null || rows <= total * 2 + 10_000) return
	const name = `${run.connection}.${run.stream}`
	throw new TieoutError(
		'vendor',
		'page.endless',
		`${rows} records came where the source counts ${total}, and more follow`,
		{
			where: `${name} ${request.path.split('?')[0]}`,
			next: `the source's pages do not end; nothing of this run is loaded. When it is mended: tieout extract ${name} --full`,
		},
	)
}
