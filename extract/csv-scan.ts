import { TieoutError } from '../models/error.ts'
import { type LineBuffer, type PageScan, reserve, type ScanOptions } from './page-scan.ts'

/**
 * Which fields hold moments that end in `Z`: they land with `+0000`, as the vendor's JSON has them, so that a version is the same either way;
 * and which hold `true` and `false`, which stand without quotes there.
 */
export type CsvOptions = Omit<ScanOptions, 'records' | 'ignore'> & {
	offsets: readonly string[]
	booleans?: readonly string[]
}

const [quote, comma, newline, carriageReturn, backslash, space] = [0x22, 0x2c, 0x0a, 0x0d, 0x5c, 0x20]
const [openBrace, closeBrace, lowerN, lowerR, lowerT, lowerU, upperZ] = [0x7b, 0x7d, 0x6e, 0x72, 0x74, 0x75, 0x5a]
const nullBytes = Buffer.from('null')
const offset = Buffer.from('+0000')
const hex = Buffer.from('0123456789abcdef')

/**
 * One pass over the bytes of a page of CSV with a header (RFC 4180): appends each record to `target` as one line of NDJSON in which every
 * value is text, its digits untouched; an empty value is null. Throws `page.truncated` for a page that breaks off, or a record with more
 * or fewer values than the header, and `page.no_records` for one without a header.
 */
export function scanCsv(body: Uint8Array, options: CsvOptions, target: LineBuffer): PageScan {
	const header = readHeader(body)
	const members = header.names.map((name, index) => ({
		key: Buffer.from(`${index === 0 ? '' : ','}${JSON.stringify(name)}:`),
		role: options.money?.role(name) ?? (0 as const),
		isMoment: options.offsets.includes(name),
		isBoolean: options.booleans?.includes(name) ?? false,
	}))
	for (const name of header.names) options.fields.add(name)
	reserve(
		target,
		sizeOf(
			body,
			header.end,
			members.reduce((sum, { key }) => sum + key.length, 0),
		),
	)
	const out = target.bytes
	let [write, at, rows, lastStart] = [target.length, header.end, 0, target.length]
	while (at < body.length) {
		lastStart = write
		out[write++] = openBrace
		for (const [index, { key, role, isMoment, isBoolean }] of members.entries()) {
			out.set(key, write)
			write += key.length
			const from = write
			if (body[at] === quote) [at, write] = copyQuoted(body, at, out, write)
			else [at, write] = copyPlain(body, at, out, write)
			// Two quotes with nothing between them are what an empty value has become.
			if (write === from + 2) {
				out.set(nullBytes, from)
				write = from + 4
			} else if (isMoment && out[write - 2] === upperZ) {
				out.set(offset, write - 2)
				write += 4
				out[write - 1] = quote
			} else if (isBoolean) {
				out.copyWithin(from, from + 1, write - 1)
				write -= 2
			}
			if (role !== 0) options.money!.value(role, out, from)
			at = endOfValue(body, at, index === members.length - 1)
		}
		out[write++] = closeBrace
		out[write++] = newline
		options.money?.endRecord()
		rows++
	}
	target.length = write
	const last =
		rows === 0 ? null : Buffer.from(out.buffer, out.byteOffset + lastStart, write - 1 - lastStart).toString('utf8')
	return { rows, envelope: null, last }
}

/** The offset behind the separator: a comma, or after the last value the line's end. */
function endOfValue(body: Uint8Array, from: number, isLast: boolean): number {
	let at = from
	if (isLast && body[at] === carriageReturn) at++
	if (at < body.length && body[at] === (isLast ? newline : comma)) return at + 1
	throw broken(
		`the page breaks off, or a record has not the header's number of values, at byte ${from} of ${body.length}`,
	)
}

/** Copies a value in quotes as JSON text. */
function copyQuoted(body: Uint8Array, from: number, out: Uint8Array, to: number): [number, number] {
	let [at, write] = [from + 1, to]
	out[write++] = quote
	for (;;) {
		if (at >= body.length) throw broken(`the page ends at byte ${body.length}, in a value`)
		const byte = body[at++]!
		if (byte === quote) {
			if (body[at] !== quote) break
			at++
			out[write++] = backslash
			out[write++] = quote
		} else if (byte === backslash) {
			out[write++] = backslash
			out[write++] = backslash
		} else if (byte < space) write = escaped(byte, out, write)
		else out[write++] = byte
	}
	out[write++] = quote
	return [at, write]
}

function copyPlain(body: Uint8Array, from: number, out: Uint8Array, to: number): [number, number] {
	let [at, write] = [from, to]
	out[write++] = quote
	for (; at < body.length; at++) {
		const byte = body[at]!
		if (byte === comma || byte === newline || byte === carriageReturn) break
		if (byte === quote || byte === backslash) out[write++] = backslash
		if (byte < space) write = escaped(byte, out, write)
		else out[write++] = byte
	}
	out[write++] = quote
	return [at, write]
}

/** A control sign as JSON writes it. */
function escaped(byte: number, out: Uint8Array, to: number): number {
	let write = to
	out[write++] = backslash
	const short = byte === newline ? lowerN : byte === carriageReturn ? lowerR : byte === 0x09 ? lowerT : 0
	if (short !== 0) out[write++] = short
	else {
		out.set([lowerU, 0x30, 0x30, hex[byte >> 4]!, hex[byte & 15]!], write)
		write += 5
	}
	return write
}

/** Room that the lines can need at most: names once a record, every sign doubled, and six bytes for a rare control sign. */
function sizeOf(body: Uint8Array, from: number, names: number): number {
	let [lines, controls] = [0, 0]
	for (let at = from; at < body.length; at++) {
		if (body[at]! >= space) continue
		if (body[at] === newline) lines++
		else controls++
	}
	return body.length * 2 + (lines + 1) * (names + 16) + controls * 6 + (lines + 1) * 8
}

function readHeader(body: Uint8Array): { names: string[]; end: number } {
	const start = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0
	const names: string[] = []
	const out = new Uint8Array(8192)
	for (let at = start; ; ) {
		const [end, write] = body[at] === quote ? copyQuoted(body, at, out, 0) : copyPlain(body, at, out, 0)
		names.push(JSON.parse(Buffer.from(out.subarray(0, write)).toString('utf8')))
		const next = body[end] === carriageReturn ? end + 1 : end
		if (body[next] === newline && names.every((name) => name !== '')) return { names, end: next + 1 }
		if (body[next] !== comma)
			throw new TieoutError('vendor', 'page.no_records', 'the page does not begin with the names of its columns')
		at = next + 1
	}
}

function broken(message: string): TieoutError {
	return new TieoutError('vendor', 'page.truncated', message)
}
