// Verifies an evidence bundle of tieout: `node verify.mjs <bundle.zip> [--content <sha256>]`. Any Node.js from 20; needs nothing else.
// It reads the archive, writes nothing, and names the first link that doesn't hold. `tieout verify` runs this file.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { createInflateRaw, inflateRaw } from 'node:zlib'

/** What is read of an archive at most; beyond it is no bundle of ours. Bytes, but for `entries` and `ratio`. */
export const limits = {
	entries: 20_000,
	directory: 64 * 2 ** 20,
	document: 256 * 2 ** 20,
	line: 64 * 2 ** 20,
	/** Of all files to the archive, where they are more than `small`: ours come to 30. */
	ratio: 250,
	small: 256 * 2 ** 20,
	/** A file up to this is read in one piece. */
	piece: 2 ** 20,
}

/**
 * Verifies the bundle in `file`, link by link: the archive, each file against the manifest, the content against the signature, tables,
 * models and rates against the content, the journal line by line. `content`: a content hash noted elsewhere (its first 16 digits at
 * least); with it a bundle that was made anew as a whole is found too. Never throws for what is in the file.
 */
export async function verifyBundle(file, { content: expected } = {}) {
	const passed = []
	const note = (text) => passed.push(text)
	let handle
	try {
		handle = await open(file, 'r')
	} catch (error) {
		return {
			isIntact: false,
			passed,
			problem: { code: 'bundle.file', where: file, message: `can't be opened: ${error.message}` },
		}
	}
	try {
		const facts = await verifyLinks(file, handle, note, expected)
		return { isIntact: true, passed, facts }
	} catch (error) {
		const problem =
			error instanceof BadLink
				? { code: error.code, where: error.where, message: error.message }
				: { code: 'bundle.unreadable', where: file, message: unreadable(error) }
		return { isIntact: false, passed, problem }
	} finally {
		await handle.close()
	}
}

/** The manifest of a bundle, for who trusts the rest of it. Throws what is wrong with it. */
export async function readManifest(file) {
	const handle = await open(file, 'r')
	try {
		return await manifestOf(file, await readDirectory(file, handle))
	} finally {
		await handle.close()
	}
}

async function verifyLinks(file, handle, note, expected) {
	const entries = await readDirectory(file, handle)
	const manifest = await manifestOf(file, entries)
	note(`archive: ${entries.size} files`)
	await verifyFiles(file, entries, manifest)
	note(`files: ${manifest.files.length} are what the manifest says`)
	const hashes = new Map(manifest.files.map((one) => [one.path, one.sha256]))
	const document = (path) => readDocument(file, entries, path)
	const content = await document('content.json')
	verifyContent(manifest, hashes, content, expected)
	note(`content: ${hashes.get('content.json')}`)
	verifyParts(hashes, 'tables/', '.csv', content.tables, (table) => table.sha256, 'table')
	note(`tables: ${Object.keys(content.tables).length} are those of the content`)
	verifyParts(hashes, 'models/', '.sql', content.models, (hash) => hash, 'model')
	note(`models: ${Object.keys(content.models).length} are those of the content`)
	if (hashes.get('rates.json') !== content.rates)
		throw new BadLink('bundle.rates', 'rates.json', 'the rates are not those of the content')
	note('rates: those of the content')
	verifyNamedByHash(hashes)
	const journal = await verifyJournal(file, entries, manifest)
	note(`journal: ${journal.lines} lines, each follows the one before it`)
	const signatures = verifySignatures(manifest, hashes, journal, await document('signatures.json'))
	note(`signatures: ${signatures.map((one) => `${one.step} by ${one.name} at ${one.at}`).join('; ')}`)
	verifyAttachments(hashes, journal)
	note(`attachments: ${journal.attachments.length}`)
	return {
		company: content.settings?.company ?? '',
		paper: manifest.paper,
		version: manifest.version,
		generation: manifest.generation,
		content: hashes.get('content.json'),
		journal: { lines: journal.lines, head: journal.head },
		signatures,
		files: manifest.files.length,
	}
}

/** What the archive is not: which link, and why. */
class BadLink extends Error {
	constructor(code, where, message) {
		super(message)
		this.code = code
		this.where = where
	}
}

// The archive

/** Its entries by name, from the central directory. Throws where it is no archive of ours: cut off, with parts that nobody lists, a bomb. */
async function readDirectory(file, handle) {
	const { size } = await handle.stat()
	const end = await endOfDirectory(file, handle, size)
	if (end.count > limits.entries || end.size > limits.directory)
		throw new BadLink('bundle.size', file, `it lists ${end.count} files: more than ${limits.entries} are in no bundle`)
	const directory = await bytesAt(file, handle, end.offset, end.size)
	const entries = new Map()
	let at = 0
	for (let number = 0; number < end.count; number++) {
		const entry = directoryEntry(file, directory, at)
		if (entries.has(entry.name)) throw new BadLink('bundle.twice', entry.name, 'is in the archive twice')
		entries.set(entry.name, entry)
		at = entry.next
	}
	if (at !== end.size) throw new BadLink('bundle.directory', file, 'its directory has bytes that belong to no file')
	await verifyPlaces(file, handle, [...entries.values()], end.offset)
	const total = [...entries.values()].reduce((sum, entry) => sum + entry.size, 0)
	if (total > limits.small && total > size * limits.ratio)
		throw new BadLink(
			'bundle.bomb',
			file,
			`it says that its ${size} bytes hold ${total}: no bundle is packed like that`,
		)
	return entries
}

/** The end of the directory is the end of the file: nothing follows it. */
async function endOfDirectory(file, handle, size) {
	const cut = () => new BadLink('bundle.archive', file, 'is no ZIP archive, or was cut off: it has no end')
	if (size < 22) throw cut()
	const tail = await bytesAt(file, handle, size - 22, 22)
	if (tail.readUInt32LE(0) !== 0x06054b50 || tail.readUInt16LE(20) !== 0) throw cut()
	const count = tail.readUInt16LE(10)
	const length = tail.readUInt32LE(12)
	const offset = tail.readUInt32LE(16)
	if (count !== 0xffff && length !== 0xffffffff && offset !== 0xffffffff) {
		if (offset + length !== size - 22) throw new BadLink('bundle.directory', file, 'its directory is not where it says')
		return { count, size: length, offset }
	}
	if (size < 98) throw cut()
	const large = await bytesAt(file, handle, size - 98, 76)
	if (large.readUInt32LE(0) !== 0x06064b50 || large.readUInt32LE(56) !== 0x07064b50) throw cut()
	const found = { count: long(large, 32), size: long(large, 40), offset: long(large, 48) }
	if (found.offset + found.size !== size - 98)
		throw new BadLink('bundle.directory', file, 'its directory is not where it says')
	return found
}

function directoryEntry(file, directory, at) {
	const broken = () => new BadLink('bundle.directory', file, 'its directory is broken')
	if (at + 46 > directory.length || directory.readUInt32LE(at) !== 0x02014b50) throw broken()
	const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => directory.readUInt16LE(at + offset))
	const next = at + 46 + nameLength + extraLength + commentLength
	if (next > directory.length) throw broken()
	const name = nameOf(file, directory.subarray(at + 46, at + 46 + nameLength))
	const flags = directory.readUInt16LE(at + 8)
	const method = directory.readUInt16LE(at + 10)
	if (directory.readUInt32LE(at + 38) >>> 28 === 0xa)
		throw new BadLink('bundle.name', name, 'is a link to somewhere else: nothing in a bundle is')
	if (flags & 1) throw new BadLink('bundle.encrypted', name, 'is encrypted: nothing in a bundle is')
	if (method !== 0 && method !== 8)
		throw new BadLink('bundle.method', name, `is packed by method ${method}; bundles use 0 and 8`)
	const sizes = {
		size: directory.readUInt32LE(at + 24),
		packed: directory.readUInt32LE(at + 20),
		offset: directory.readUInt32LE(at + 42),
	}
	largeSizes(sizes, directory.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength), broken)
	// Deflate never does better than 1,032 to 1.
	if (sizes.size > sizes.packed * 1040 + 1040 || (method === 0 && sizes.size !== sizes.packed))
		throw new BadLink('bundle.bomb', name, `says that ${sizes.packed} bytes hold ${sizes.size}, which can't be`)
	return { name, method, ...sizes, next }
}

/** Sizes above 4 GB stand in a field of their own. */
function largeSizes(sizes, extra, broken) {
	for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
		if (extra.readUInt16LE(at) !== 1) continue
		let place = at + 4
		for (const name of ['size', 'packed', 'offset']) {
			if (sizes[name] !== 0xffffffff) continue
			if (place + 8 > extra.length) throw broken()
			sizes[name] = long(extra, place)
			place += 8
		}
	}
}

/** Plain relative paths. Nothing is ever written by a name, but whoever unpacks the archive does. */
function nameOf(file, bytes) {
	let name
	try {
		name = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
	} catch {
		throw new BadLink('bundle.name', file, `has a file whose name is no text: ${bytes.toString('latin1').slice(0, 80)}`)
	}
	const isPlain =
		name.length <= 512 &&
		!/[\p{Cc}\p{Cf}\\:]/u.test(name) &&
		name.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
	if (isPlain) return name
	throw new BadLink(
		'bundle.name',
		name.slice(0, 120),
		'is a name that no bundle has: it may lead elsewhere when it is unpacked',
	)
}

/** One file follows the other from the first byte on, up to the directory: nothing overlaps, nothing is hidden between. */
async function verifyPlaces(file, handle, entries, end) {
	const inOrder = entries.sort((a, b) => a.offset - b.offset)
	let expected = 0
	for (const [index, entry] of inOrder.entries()) {
		const hidden = () =>
			new BadLink(
				'bundle.places',
				entry.name,
				'does not follow the file before it: the archive has parts that it does not list, or that overlap',
			)
		const limit = inOrder[index + 1]?.offset ?? end
		if (entry.offset !== expected || entry.offset + 30 > limit) throw hidden()
		const header = await bytesAt(file, handle, entry.offset, 30)
		if (header.readUInt32LE(0) !== 0x04034b50) throw hidden()
		const nameLength = header.readUInt16LE(26)
		const name = await bytesAt(file, handle, entry.offset + 30, nameLength)
		if (name.toString() !== entry.name || header.readUInt16LE(8) !== entry.method)
			throw new BadLink('bundle.places', entry.name, 'has another name in the archive’s directory than where it lies')
		entry.start = entry.offset + 30 + nameLength + header.readUInt16LE(28)
		const gap = limit - (entry.start + entry.packed)
		const descriptor = header.readUInt16LE(6) & 8 ? [16, 24] : [0]
		if (!descriptor.includes(gap)) throw hidden()
		expected = limit
	}
	if (inOrder.length === 0) throw new BadLink('bundle.foreign', file, 'is an empty archive')
}

async function bytesAt(file, handle, position, length) {
	const buffer = Buffer.alloc(length)
	const { bytesRead } = position >= 0 ? await handle.read(buffer, 0, length, position) : { bytesRead: -1 }
	if (bytesRead !== length) throw new BadLink('bundle.archive', file, 'was cut off: it ends before it should')
	return buffer
}

function long(buffer, at) {
	const value = buffer.readBigUInt64LE(at)
	return value > 2n ** 52n ? Number.MAX_SAFE_INTEGER : Number(value)
}

/** The bytes of a file in the archive; never more than it says. */
async function* contentOf(file, entry) {
	if (entry.size === 0 && entry.packed === 0) return
	if (Math.max(entry.size, entry.packed) <= limits.piece) {
		yield await smallContent(file, entry)
		return
	}
	const packed = createReadStream(file, { start: entry.start, end: entry.start + entry.packed - 1 })
	const stream = entry.method === 8 ? packed.pipe(createInflateRaw()) : packed
	packed.on('error', (error) => stream.destroy(error))
	let bytes = 0
	try {
		for await (const chunk of stream) {
			bytes += chunk.length
			if (bytes > entry.size) throw overfull(entry)
			yield chunk
		}
	} catch (error) {
		throw error instanceof BadLink ? error : unpackable(entry, error)
	} finally {
		packed.destroy()
	}
	refuseSize(entry, bytes)
}

/** The same in one piece: of some hundred small files a stream for each would take longer than unpacking them. */
async function smallContent(file, entry) {
	const handle = await open(file, 'r')
	try {
		const packed = await bytesAt(file, handle, entry.start, entry.packed)
		const bytes = entry.method === 8 ? await unpacked(entry, packed) : packed
		refuseSize(entry, bytes.length)
		return bytes
	} finally {
		await handle.close()
	}
}

async function unpacked(entry, packed) {
	try {
		return await promisify(inflateRaw)(packed, { maxOutputLength: Math.max(1, entry.size) })
	} catch (error) {
		throw error.code === 'ERR_BUFFER_TOO_LARGE' ? overfull(entry) : unpackable(entry, error)
	}
}

function refuseSize({ name, size }, bytes) {
	if (bytes > size) throw overfull({ name, size })
	if (bytes < size) throw new BadLink('bundle.packed', name, `holds ${bytes} bytes, and says ${size}`)
}

function overfull({ name, size }) {
	return new BadLink('bundle.bomb', name, `holds more than the ${size} bytes that it says`)
}

function unpackable({ name }, error) {
	return new BadLink('bundle.packed', name, `can't be unpacked: ${error.message}`)
}

// Its documents

async function manifestOf(file, entries) {
	if (!entries.has('manifest.json'))
		throw new BadLink('bundle.foreign', file, 'is no evidence bundle: it has no manifest.json')
	const manifest = await readDocument(file, entries, 'manifest.json')
	if (manifest?.schema !== 'tieout.bundle/1')
		throw new BadLink('bundle.foreign', 'manifest.json', 'is not that of an evidence bundle (tieout.bundle/1)')
	const isWhole =
		typeof manifest.paper === 'string' &&
		Number.isSafeInteger(manifest.signature?.seq) &&
		Number.isSafeInteger(manifest.journal?.lines) &&
		Array.isArray(manifest.files) &&
		manifest.files.every(
			(one) => typeof one?.path === 'string' && Number.isSafeInteger(one.bytes) && /^[0-9a-f]{64}$/.test(one.sha256),
		)
	if (!isWhole) throw new BadLink('bundle.manifest', 'manifest.json', 'does not say what a manifest says')
	return manifest
}

/** A JSON document, in its one spelling: sorted keys, no spaces. */
async function readDocument(file, entries, path) {
	const entry = entries.get(path)
	if (!entry) throw new BadLink('bundle.missing', path, 'is missing')
	if (entry.size > limits.document)
		throw new BadLink('bundle.size', path, `has ${entry.size} bytes; at most ${limits.document} are read`)
	const chunks = []
	for await (const chunk of contentOf(file, entry)) chunks.push(chunk)
	const text = Buffer.concat(chunks).toString('utf8')
	let value
	try {
		value = JSON.parse(text)
	} catch (error) {
		throw new BadLink('bundle.document', path, `is no JSON: ${error.message}`)
	}
	if (canonical(value) !== text)
		throw new BadLink('bundle.document', path, 'was changed: it is not spelled as tieout writes it')
	return value
}

/** JSON with sorted keys and without spaces. */
function canonical(value) {
	if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
	if (value === null || typeof value !== 'object') return JSON.stringify(value)
	const names = Object.keys(value).sort((a, b) => (a < b ? -1 : 1))
	return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`
}

/** Every file that the manifest lists, with its hash; and no other. */
async function verifyFiles(file, entries, manifest) {
	const listed = new Set(['manifest.json'])
	for (const { path, bytes, sha256 } of manifest.files) {
		const entry = entries.get(path)
		if (!entry) throw new BadLink('bundle.missing', path, 'is missing')
		if (listed.has(path)) throw new BadLink('bundle.manifest', path, 'is listed twice')
		listed.add(path)
		const hash = createHash('sha256')
		if (entry.size === bytes) for await (const chunk of contentOf(file, entry)) hash.update(chunk)
		if (entry.size !== bytes)
			throw new BadLink('bundle.changed', path, `was changed: it has ${entry.size} bytes, and had ${bytes}`)
		const found = hash.digest('hex')
		if (found !== sha256)
			throw new BadLink('bundle.changed', path, `was changed: its sha256 is ${found}, and was ${sha256}`)
	}
	for (const name of entries.keys())
		if (!listed.has(name)) throw new BadLink('bundle.added', name, 'was added: the manifest does not list it')
}

// What they say

function verifyContent(manifest, hashes, content, expected) {
	const hash = hashes.get('content.json')
	if (content?.schema !== 'tieout.paper/1' || !content.tables || !content.models)
		throw new BadLink('bundle.content', 'content.json', 'is not the content of a paper')
	if (content.paper !== manifest.paper)
		throw new BadLink('bundle.content', 'content.json', `is of ${content.paper}, and the bundle of ${manifest.paper}`)
	if (expected !== undefined && !hash.startsWith(expected))
		throw new BadLink(
			'bundle.other_content',
			'content.json',
			`has the hash ${hash}, not the one that you noted, ${expected}`,
		)
}

/** A file for each part of the content with the hash that it has there, and none besides. */
function verifyParts(hashes, folder, ending, parts, hashOf, what) {
	for (const [name, part] of Object.entries(parts)) {
		const path = `${folder}${name}${ending}`
		const hash = hashes.get(path)
		if (hash === undefined) throw new BadLink(`bundle.${what}`, path, `is missing: the content has this ${what}`)
		if (hash !== hashOf(part))
			throw new BadLink(
				`bundle.${what}`,
				path,
				`is not the ${what} that was signed: its sha256 is ${hash}, in the content ${hashOf(part)}`,
			)
	}
	for (const path of hashes.keys())
		if (
			path.startsWith(folder) &&
			path.endsWith(ending) &&
			!Object.hasOwn(parts, path.slice(folder.length, -ending.length))
		)
			throw new BadLink(`bundle.${what}`, path, `is no ${what} of the content that was signed`)
}

/** What the journal names by its hash has it as its file's name. */
function verifyNamedByHash(hashes) {
	for (const [path, hash] of hashes) {
		const name = /^(?:evidence\/([0-9a-f]+)\.json|attachments\/([0-9a-f]+))$/.exec(path)
		if (/^(evidence|attachments)\//.test(path) && (name?.[1] ?? name?.[2]) !== hash)
			throw new BadLink('bundle.evidence', path, `is not what the journal names: its sha256 is ${hash}`)
	}
}

/** The chain of decisions from its first line to the one that signed. */
async function verifyJournal(file, entries, manifest) {
	const entry = entries.get('journal.ndjson')
	if (!entry) throw new BadLink('bundle.missing', 'journal.ndjson', 'is missing')
	const found = { lines: 0, head: '0'.repeat(64), at: '', signed: [], attachments: [] }
	for await (const text of linesOf(file, entry)) {
		const where = `journal.ndjson, line ${found.lines + 1}`
		const line = parsedLine(text, where)
		if (line.seq !== found.lines + 1)
			throw new BadLink('bundle.journal', where, `is missing or out of order: number ${line.seq} stands there`)
		if (line.previous_hash !== found.head)
			throw new BadLink('bundle.journal', where, 'does not follow the line before it')
		const parts = [
			line.seq,
			line.at,
			line.kind,
			line.paper,
			line.item,
			line.actor,
			line.actor_name,
			line.body,
			line.previous_hash,
		]
		if (sha256(JSON.stringify(parts)) !== line.hash)
			throw new BadLink('bundle.journal', where, 'was changed: its hash is not that of what it says')
		if (line.at < found.at) throw new BadLink('bundle.journal', where, `is dated ${line.at}, before the line before it`)
		Object.assign(found, { lines: line.seq, head: line.hash, at: line.at })
		if (line.paper === manifest.paper) remember(found, line, where)
	}
	if (found.lines !== manifest.journal.lines || found.head !== manifest.journal.head)
		throw new BadLink(
			'bundle.journal',
			`journal.ndjson, line ${found.lines + 1}`,
			`is missing: ${manifest.journal.lines} lines were written, the last with the hash ${manifest.journal.head}`,
		)
	return found
}

function remember(found, line, where) {
	const step = /^paper\.(prepared|reviewed|locked)$/.exec(line.kind)?.[1]
	if (!step && line.kind !== 'item.attached') return
	let body
	try {
		body = JSON.parse(line.body)
	} catch {
		throw new BadLink('bundle.journal', where, 'says nothing that can be read')
	}
	if (step) found.signed.push({ line, step, body })
	else found.attachments.push({ line, body })
}

function parsedLine(text, where) {
	try {
		const line = JSON.parse(text)
		if (line && typeof line === 'object' && canonical(line) === text) return line
	} catch {
		// said below
	}
	throw new BadLink('bundle.journal', where, 'was changed: it is not spelled as tieout writes it')
}

async function* linesOf(file, entry) {
	let rest = Buffer.alloc(0)
	for await (const chunk of contentOf(file, entry)) {
		let from = 0
		for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
			yield Buffer.concat([rest, chunk.subarray(from, at)]).toString('utf8')
			rest = Buffer.alloc(0)
			from = at + 1
		}
		rest = Buffer.concat([rest, chunk.subarray(from)])
		if (rest.length > limits.line)
			throw new BadLink('bundle.size', entry.name, `has a line of more than ${limits.line} bytes`)
	}
	if (rest.length > 0) throw new BadLink('bundle.journal', entry.name, 'was cut off within its last line')
}

/** The signatures are lines of the journal, the last is the bundle's own, and it is bound to this content. */
function verifySignatures(manifest, hashes, { signed }, listed) {
	const where = 'signatures.json'
	const last = signed.at(-1)
	if (!last) throw new BadLink('bundle.signature', where, 'the journal has no signature of this paper')
	if (last.line.seq !== manifest.signature.seq || last.line.hash !== manifest.signature.hash)
		throw new BadLink(
			'bundle.signature',
			where,
			`the newest signature is line ${last.line.seq} of the journal, not line ${manifest.signature.seq}`,
		)
	const content = hashes.get('content.json')
	if (last.body.content_hash !== content)
		throw new BadLink(
			'bundle.signature',
			where,
			`what was signed has the hash ${last.body.content_hash}; the content has ${content}`,
		)
	const told = signed.map(({ line, step, body }) => ({
		seq: line.seq,
		hash: line.hash,
		step,
		at: line.at,
		user_id: line.actor,
		name: line.actor_name,
		content_hash: body.content_hash,
	}))
	const same =
		Array.isArray(listed) &&
		listed.length === told.length &&
		told.every((one, index) => Object.entries(one).every(([name, value]) => listed[index]?.[name] === value))
	if (!same) throw new BadLink('bundle.signature', where, 'does not say what the journal says')
	for (const { line, body } of signed)
		for (const hash of [body.content_hash, body.basis_hash, body.certified_hash])
			if (hash && !hashes.has(`evidence/${hash}.json`))
				throw new BadLink(
					'bundle.evidence',
					`evidence/${hash}.json`,
					`is missing: line ${line.seq} of the journal is bound to it`,
				)
	verifyFourEyes(signed)
	return told
}

/** Nobody reviewed or locked what they had prepared themselves. */
function verifyFourEyes(signed) {
	let preparer
	for (const { line, step } of signed) {
		if (step === 'prepared') preparer = line.actor
		else if (line.actor === preparer)
			throw new BadLink(
				'bundle.four_eyes',
				`journal.ndjson, line ${line.seq}`,
				`${line.actor_name} ${step} what they had prepared`,
			)
	}
}

function verifyAttachments(hashes, { attachments }) {
	for (const { line, body } of attachments)
		if (!hashes.has(`attachments/${body.sha256}`))
			throw new BadLink(
				'bundle.attachment',
				`attachments/${body.sha256}`,
				`is missing: line ${line.seq} of the journal attached it`,
			)
}

function unreadable(error) {
	if (error.code === 'EISDIR')
		return 'is a folder: name the archive itself, as it was handed over, not what was unpacked of it'
	return `can't be read: ${error.message}`
}

function sha256(text) {
	return createHash('sha256').update(text, 'utf8').digest('hex')
}

/** What a verdict is in words, a line each. */
export function verdictLines({ isIntact, passed, problem, facts }) {
	const lines = passed.map((text) => `✓ ${text}`)
	if (!isIntact) return [...lines, `✗ ${problem.where}: ${problem.message} (${problem.code})`]
	return [
		...lines,
		`intact: ${facts.company ? `${facts.company}, ` : ''}${facts.paper}, content ${facts.content}`,
		'Compare the content hash with the one that was noted at signing: a whole bundle can be made anew, that hash can not.',
	]
}

async function main([file, flag, content]) {
	const isHash = /^[0-9a-f]{16,64}$/.test(content ?? '')
	if (!file || (flag !== undefined && (flag !== '--content' || !isHash))) {
		process.stderr.write(
			'Name the archive as it was handed over: node verify.mjs <bundle.zip> [--content <16 to 64 digits of the sha256>]\n',
		)
		return 2
	}
	const verdict = await verifyBundle(file, content === undefined ? {} : { content })
	process.stdout.write(`${verdictLines(verdict).join('\n')}\n`)
	return verdict.isIntact ? 0 : 1
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
	process.exitCode = await main(process.argv.slice(2))
