import { TieoutError } from '../models/error.ts'
import { listOfMembers } from './member-list.ts'
import { release } from './memory.ts'
import type { MoneyRole, MoneySum } from './money-sum.ts'
import type { Members } from './source.ts'

/**
 * What a page holds beside its records: `rows` lines were appended, `envelope` is the page without the record array (numbers as
 * text), `last` the last record's line as text, null on an empty page.
 */
export type PageScan = {
	rows: number
	envelope: unknown
	last: string | null
	/** The first record's line, where `passFirst` asked for it: it is none of the rows. */
	first?: string | null
	/** A record looks as if two readers could understand it differently: each is to be looked at before it is loaded. */
	isDoubtful?: boolean
}

/** Lines waiting to be landed. `bytes` grows as needed; only the first `length` count. */
export type LineBuffer = { bytes: Uint8Array; length: number }

/**
 * Where the records are (`records`, `d.results`, `list.0.rows` in the first element of a list; empty: the page is the array), which of
 * their members (`ignore`), and of all that lies inside them (`ignoreInside`), are transport and dropped, and two sets that are added to:
 * the names of the members seen, and the paths of those that were numbers.
 */
export type ScanOptions = {
	records: string
	/** A page without records has no list: the object in which it would stand is there, and has no such member. */
	mayLackList?: boolean | undefined
	ignore?: readonly string[]
	ignoreInside?: readonly string[]
	/** A member of the record whose own members are taken for the record's. */
	unwrap?: string | undefined
	/** The page is an object whose members are the records. */
	members?: Members | undefined
	fields: Set<string>
	numberFields: Set<string>
	/** Adds up the records' money on the way. */
	money?: MoneySum | undefined
	/** The first record is told of and not taken: it was the last one of the page before. */
	passFirst?: boolean | undefined
}

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a]
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d]
const [minus, plus, dot, zero, nine, lowerE, upperE, newline, space] = [
	0x2d, 0x2b, 0x2e, 0x30, 0x39, 0x65, 0x45, 0x0a, 0x20,
]

/**
 * One pass over the bytes of a JSON page: appends each record of its array to `target` as one line of NDJSON in which every number
 * is in quotes, its digits untouched (a binary float would lose cents), and the space between tokens is gone.
 * Throws `page.truncated`, `page.no_records` and `page.not_json`, all worth asking again.
 */
export function scanPage(page: Uint8Array, options: ScanOptions, target: LineBuffer): PageScan {
	const body = options.members ? listOfMembers(page, options.members) : page
	const start = findArray(body, options.records, options.mayLackList)
	if (start === null)
		return { rows: 0, envelope: parseWhole(body), last: null, ...(options.passFirst && { first: null }) }
	reserve(target, body.length * 2 + 2)
	const records = copyRecords(body, start, options, target)
	const rest = skipSpace(body, records.end)
	const envelope = parseEnvelope(body, start, rest)
	const last = records.rows === 0 ? null : text(target.bytes, records.lastStart, target.length - 1)
	const { first } = records
	const isDoubtful = records.isDoubtful || Buffer.from(body.buffer, body.byteOffset, body.length).includes(escapedNul)
	return { rows: records.rows, envelope, last, isDoubtful, ...(options.passFirst && { first }) }
}

/**
 * The envelope as {@link scanPage} gives it, without a look at the records: the last bracket is taken for the list's end. Undefined
 * when that makes no sense; where another list comes after the records, it lacks what is between them. A guess, to be checked later.
 */
export function peekEnvelope(body: Uint8Array, records: string): unknown {
	const end = body.lastIndexOf(closeBracket)
	if (end < 0 || body.length - end > longestEnvelope) return undefined
	try {
		const start = findArray(body, records)!
		return start > longestEnvelope ? undefined : parseEnvelope(body, start, skipSpace(body, end + 1))
	} catch {
		return undefined
	}
}

/** A character that databases end a text at. */
const escapedNul = '\\u0000'

/** Levels of objects and lists in a record. What lies deeper no vendor sends; programs that call themselves for each level break on it. */
export const deepestRecord = 500

/** Numbers that lie deeper are not noted by their path. */
const deepestPath = 32

/** Bytes on either side of the records. */
const longestEnvelope = 16_384

/** Puts every number of a JSON text in quotes, digits untouched. For small texts (envelopes, descriptions). */
export function quoteNumbers(json: string): string {
	return json.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/gs, (token) => (token[0] === '"' ? token : `"${token}"`))
}

/** Makes room for `more` bytes behind what is there. */
export function reserve(target: LineBuffer, more: number): void {
	if (target.length + more <= target.bytes.length) return
	const grown = Buffer.allocUnsafeSlow(Math.max(target.length + more, target.bytes.length * 2))
	grown.set(target.bytes.subarray(0, target.length))
	release(target.bytes)
	target.bytes = grown
}

/** The offset of the record array's bracket; null when only the list itself is missing, and may be. */
function findArray(body: Uint8Array, path: string, mayLackList = false): number | null {
	let at = skipSpace(body, body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0)
	if (at >= body.length) throw broken('page.truncated', 'the page is empty')
	const names = path === '' ? [] : path.split('.')
	for (const [index, name] of names.entries()) {
		const isLast = index === names.length - 1
		const found =
			body[at] === openBracket && /^\d+$/.test(name) ? findElement(body, at, name) : findMember(body, at, name)
		if (found === null && isLast && mayLackList) return null
		if (found === null) throw broken('page.no_records', `the page has no member "${name}"`)
		at = found
	}
	if (body[at] !== openBracket) throw broken('page.no_records', `the page has no list of records at "${path || '.'}"`)
	return at
}

/** The offset of the value of member `name` of the object at `at`; null when it has none. */
function findMember(body: Uint8Array, at: number, name: string): number | null {
	if (body[at] !== openBrace) throw broken('page.no_records', `the page has no member "${name}"`)
	let next = skipSpace(body, at + 1)
	while (body[next] === quote) {
		const end = skipString(body, next)
		const isIt = text(body, next + 1, end - 1) === name
		next = skipSpace(body, end)
		if (body[next] !== colon) throw broken('page.not_json', `the page is not JSON at byte ${next}`)
		next = skipSpace(body, next + 1)
		if (isIt) return next
		next = skipSpace(body, skipValue(body, next))
		if (body[next] === comma) next = skipSpace(body, next + 1)
	}
	if (next >= body.length) throw broken('page.truncated', `the page ends at byte ${body.length}, in the middle`)
	return null
}

/** The offset of an element, by its place from 0, of the list at `at`; null when the list is shorter. */
function findElement(body: Uint8Array, at: number, place: string): number | null {
	let next = skipSpace(body, at + 1)
	for (let left = Number(place); body[next] !== closeBracket; left--) {
		if (next >= body.length) throw broken('page.truncated', `the page ends at byte ${body.length}, in the middle`)
		if (left === 0) return next
		next = skipSpace(body, skipValue(body, next))
		if (body[next] === comma) next = skipSpace(body, next + 1)
	}
	return null
}

/** What is known while the records of a page are copied. `write`: where the next byte goes in `out`. */
type Copying = {
	out: Uint8Array
	write: number
	members: ReturnType<typeof memberNotes>
	money: MoneySum | undefined
	ignored: readonly Uint8Array[]
	unwrapped: Uint8Array | null
	isDeep: boolean
}

/** Copies the elements of the array at `start`. */
function copyRecords(body: Uint8Array, start: number, options: ScanOptions, target: LineBuffer) {
	const copying: Copying = {
		out: target.bytes,
		write: target.length,
		members: memberNotes(options),
		money: options.money,
		ignored: (options.ignoreInside ?? []).map((name) => Buffer.from(name)),
		unwrapped: options.unwrap === undefined ? null : Buffer.from(options.unwrap),
		isDeep: false,
	}
	const { members } = copying
	nested.begin()
	let rows = 0
	let first: string | null = null
	let lastStart = target.length
	let at = start + 1
	for (;;) {
		while (at < body.length && (body[at]! <= space || body[at] === comma)) at++
		if (at >= body.length) throw cutShort(body, 'in the list of records')
		if (body[at] === closeBracket) break
		if (options.passFirst && first === null) {
			const end = skipValue(body, at)
			first = text(body, at, end)
			at = end
			continue
		}
		lastStart = copying.write
		members.nextRecord()
		at = copyRecord(body, at, copying)
		options.money?.endRecord()
		rows++
	}
	target.length = copying.write
	const isDoubtful = copying.isDeep || nested.isRepeated() || members.isRepeated()
	return { rows, first, lastStart, end: at + 1, isDoubtful }
}

/** Where the name of the member that is being read stands, by the depth of its object; `from` 0 in a list. */
const [keyStarts, keyEnds] = [new Int32Array(deepestRecord + 1), new Int32Array(deepestRecord + 1)]

/**
 * Copies the record at `start`, and the end of its line; answers the offset behind it. The loop that every byte of every page goes through
 * is all in it, and nothing else is: within a longer function V8 compiles it again and again, and leaves what it compiled at each record's end.
 */
function copyRecord(body: Uint8Array, start: number, copying: Copying): number {
	const { out, members, ignored, unwrapped } = copying
	const length = body.length
	let { write } = copying
	let at = start
	let depth = 0
	let isKey = false
	let isInside = false
	// What lies between `copied` and `at` is to be copied as it is.
	let copied = at
	do {
		if (at >= length) throw cutShort(body, 'in the middle of a record')
		const byte = body[at]!
		if (byte === quote) {
			const from = at++
			while (at < length && body[at] !== quote) at += body[at] === backslash ? 2 : 1
			if (at >= length) throw cutShort(body, 'in a text')
			at++
			if (isKey) {
				isKey = false
				keyStarts[depth] = from + 1
				keyEnds[depth] = at - 1
				const opened = depth === 1 && unwrapped && !isInside ? openingOf(body, from, at, unwrapped) : 0
				if (opened > 0) {
					// The wrapper's name and brace go; what is in it stands on top.
					write = copy(body, copied, from, out, write)
					at = opened
					copied = at
					isInside = isKey = true
				} else if (
					depth === 1 ? members.isTransport(body, from + 1, at - 1, isInside) : isAnyOf(body, from + 1, at - 1, ignored)
				) {
					write = copy(body, copied, from, out, write)
					at = skipSpace(body, skipValue(body, skipSpace(body, skipSpace(body, at) + 1)))
					// The member goes, and with it the comma before it; without one, the comma after it.
					if (out[write - 1] === comma) write--
					else if (body[at] === comma) at++
					isKey = out[write - 1] === openBrace
					copied = at
				} else if (depth === 1 && members.role() !== 0) {
					copying.money!.value(members.role(), body, skipSpace(body, skipSpace(body, at) + 1))
				} else if (depth > 1 && depth <= deepestPath) nested.name(body, depth, from + 1, at - 1)
			}
		} else if (byte === minus || (byte >= zero && byte <= nine)) {
			if (depth === 1) members.number()
			else if (depth <= deepestPath) members.nestedNumber(body, keyStarts, keyEnds, depth)
			write = copy(body, copied, at, out, write)
			out[write++] = quote
			let current = byte
			while (
				(current >= zero && current <= nine) ||
				current === dot ||
				current === minus ||
				current === lowerE ||
				current === upperE ||
				current === plus
			) {
				out[write++] = current
				at++
				current = at < length ? body[at]! : 0
			}
			out[write++] = quote
			copied = at
		} else if (byte <= space) {
			write = copy(body, copied, at, out, write)
			copied = ++at
		} else {
			if (byte === openBrace || byte === openBracket) {
				depth++
				if (depth > deepestRecord) copying.isDeep = true
				isKey = byte === openBrace
				if (isKey && depth > 1 && depth <= deepestPath) nested.open(depth)
				keyStarts[depth] = 0
				keyEnds[depth] = 0
			} else if (byte === closeBrace && depth === 1 && isInside) {
				isInside = isKey = false
				write = copy(body, copied, at, out, write)
				// Of an empty wrapper no comma is left.
				if (out[write - 1] === comma) write--
				at = skipSpace(body, at + 1)
				if (out[write - 1] === openBrace && body[at] === comma) {
					at++
					isKey = true
				}
				copied = at--
			} else if (byte === closeBrace || byte === closeBracket) {
				depth--
			} else if (byte === comma) {
				if (depth === 0) break
				isKey = keyStarts[depth]! > 0
			}
			at++
		}
	} while (depth > 0 || (body[at]! > space && body[at] !== comma && body[at] !== closeBracket))
	write = copy(body, copied, at, out, write)
	out[write++] = newline
	copying.write = write
	return at
}

/** The offset behind the brace of the wrapper whose name stands from `from` to `to`; 0 if it is another member, or no object. */
function openingOf(body: Uint8Array, from: number, to: number, name: Uint8Array): number {
	if (!sameBytes(body, from + 1, to - 1, name)) return 0
	const value = skipSpace(body, skipSpace(body, to) + 1)
	return body[value] === openBrace ? value + 1 : 0
}

/** Copies a stretch of bytes and answers the offset behind it. A loop beats the call for short ones. */
function copy(body: Uint8Array, from: number, to: number, out: Uint8Array, at: number): number {
	if (to - from > 64) {
		out.set(body.subarray(from, to), at)
		return at + to - from
	}
	let write = at
	for (let read = from; read < to; read++) out[write++] = body[read]!
	return write
}

/**
 * Notes the names of a record's members, and which of them are numbers. Records of a page look alike: the n-th member of one mostly
 * has the name of the n-th of the last, so its bytes are compared and nothing is decoded.
 */
function memberNotes({ ignore = [], fields, numberFields, money }: ScanOptions) {
	type Member = {
		name: Uint8Array
		text: string
		isInside: boolean
		isTransport: boolean
		isNumber: boolean
		role: MoneyRole
		/** Shared by all places of a name: the last record that had it. */
		seen: { record: number }
	}
	const known: Member[] = []
	const names = new Map<string, { record: number }>()
	let ordinal = -1
	let record = 0
	let hasRepeated = false
	return {
		nextRecord: () => {
			ordinal = -1
			record++
		},
		/** Had a record the same name twice? */
		isRepeated: () => hasRepeated,
		isTransport(body: Uint8Array, from: number, to: number, isInside: boolean): boolean {
			const member = known[++ordinal]
			if (member && member.isInside === isInside && sameBytes(body, from, to, member.name)) {
				if (member.seen.record === record) hasRepeated = true
				member.seen.record = record
				return member.isTransport
			}
			const name = text(body, from, to)
			const isTransport = !isInside && ignore.includes(name)
			const place = isInside ? `.${name}` : name
			const seen = names.get(place) ?? { record: 0 }
			if (seen.record === record) hasRepeated = true
			seen.record = record
			names.set(place, seen)
			known[ordinal] = {
				name: body.slice(from, to),
				text: name,
				isInside,
				isTransport,
				isNumber: false,
				role: money?.role(name) ?? 0,
				seen,
			}
			if (!isTransport) fields.add(name)
			return isTransport
		},
		/** What the member whose name was last looked at means to the sum of money. */
		role: (): MoneyRole => known[ordinal]!.role,
		number() {
			const member = known[ordinal]
			if (!member || member.isNumber) return
			member.isNumber = true
			numberFields.add(member.text)
		},
		nestedNumber(body: Uint8Array, starts: Int32Array, ends: Int32Array, depth: number) {
			const path: string[] = []
			for (let level = 1; level <= depth; level++)
				if (starts[level]! > 0) path.push(text(body, starts[level]!, ends[level]!))
			numberFields.add(path.join('.'))
		},
	}
}

/**
 * Notes whether an object inside a record has the same name twice. Names are only compared where a name of the same kind (by its length,
 * first and last byte) was there before, which few are. One for all pages, which are looked through one after the other: its memory
 * would be more than that of most pages.
 */
const nested = nestedNames()

function nestedNames() {
	const most = 512
	const starts = new Int32Array((deepestPath + 1) * most)
	const ends = new Int32Array((deepestPath + 1) * most)
	const counts = new Int32Array(deepestPath + 1)
	const kinds = new Int32Array((deepestPath + 1) * 2)
	let hasRepeated = false
	return {
		begin() {
			hasRepeated = false
		},
		isRepeated: () => hasRepeated,
		open(depth: number) {
			counts[depth] = 0
			kinds[depth * 2] = 0
			kinds[depth * 2 + 1] = 0
		},
		name(body: Uint8Array, depth: number, from: number, to: number) {
			const kind = (to - from) * 11 + body[from]! * 5 + body[to - 1]! * 3
			const place = depth * 2 + ((kind >> 5) & 1)
			const bit = 1 << (kind & 31)
			const count = counts[depth]!
			if ((kinds[place]! & bit) !== 0) {
				const last = depth * most + count
				for (let index = depth * most; index < last; index++)
					if (isSameName(body, from, to, starts[index]!, ends[index]!)) hasRepeated = true
			}
			kinds[place]! |= bit
			// So many names are no record; whoever has them is looked at.
			if (count === most) hasRepeated = true
			else {
				starts[depth * most + count] = from
				ends[depth * most + count] = to
				counts[depth] = count + 1
			}
		},
	}
}

function isSameName(body: Uint8Array, from: number, to: number, start: number, end: number): boolean {
	if (to - from !== end - start) return false
	for (let index = 0; index < to - from; index++) if (body[from + index] !== body[start + index]) return false
	return true
}

function isAnyOf(body: Uint8Array, from: number, to: number, names: readonly Uint8Array[]): boolean {
	for (let index = 0; index < names.length; index++) if (sameBytes(body, from, to, names[index]!)) return true
	return false
}

function sameBytes(body: Uint8Array, from: number, to: number, other: Uint8Array): boolean {
	if (to - from !== other.length) return false
	for (let index = 0; index < other.length; index++) if (body[from + index] !== other[index]) return false
	return true
}

/** The page with an empty list in place of its records, parsed. */
function parseEnvelope(body: Uint8Array, arrayStart: number, rest: number): unknown {
	return parsePage(body, `${text(body, 0, arrayStart)}[]${text(body, rest, body.length)}`)
}

/** A page that has no list of records, parsed. */
function parseWhole(body: Uint8Array): unknown {
	return parsePage(body, text(body, 0, body.length))
}

function parsePage(body: Uint8Array, page: string): unknown {
	const json = page.replace(/^\uFEFF/, '')
	try {
		return JSON.parse(quoteNumbers(json))
	} catch (cause) {
		const isCut = !/[}\]]\s*$/.test(json) || json.trimEnd().endsWith('[]')
		throw isCut
			? broken('page.truncated', `the page ends at byte ${body.length}, before its end`, cause)
			: broken('page.not_json', `the page is not JSON: ${(cause as Error).message}`, cause)
	}
}

/** The offset of the next byte that is no space. */
export function skipSpace(body: Uint8Array, from: number): number {
	let at = from
	while (at < body.length && body[at]! <= space) at++
	return at
}

/** The offset behind the string that starts at `from`. */
export function skipString(body: Uint8Array, from: number): number {
	let at = from + 1
	while (at < body.length && body[at] !== quote) at += body[at] === backslash ? 2 : 1
	if (at >= body.length) throw broken('page.truncated', `the page ends at byte ${body.length}, in a text`)
	return at + 1
}

/** The offset behind the value that starts at `from`. */
export function skipValue(body: Uint8Array, from: number): number {
	let at = from
	let depth = 0
	do {
		const byte = body[at]
		if (byte === quote) {
			at = skipString(body, at)
		} else {
			if (byte === openBrace || byte === openBracket) depth++
			if (byte === closeBrace || byte === closeBracket) depth--
			at++
		}
		if (at >= body.length && depth > 0)
			throw broken('page.truncated', `the page ends at byte ${body.length}, in the middle`)
	} while (depth > 0 || (at < body.length && !isEndOfValue(body[at]!)))
	return at
}

function isEndOfValue(byte: number): boolean {
	return byte === comma || byte === closeBrace || byte === closeBracket || byte <= space
}

function text(body: Uint8Array, from: number, to: number): string {
	return Buffer.from(body.buffer, body.byteOffset + from, to - from).toString('utf8')
}

function cutShort({ length }: Uint8Array, where: string): TieoutError {
	return broken('page.truncated', `the page ends at byte ${length}, ${where}`)
}

function broken(code: string, message: string, cause?: unknown): TieoutError {
	return new TieoutError('vendor', code, message, { cause })
}
