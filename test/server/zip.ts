import { readFileSync } from 'node:fs'
import { inflateRawSync } from 'node:zlib'
import { ZipFile } from 'yazl'

/** The files of a small archive, by name, in its directory's order. */
export function unzipped(archive: string | Buffer): Map<string, Buffer> {
	const bytes = typeof archive === 'string' ? readFileSync(archive) : archive
	const files = new Map<string, Buffer>()
	let at = bytes.readUInt32LE(bytes.length - 6)
	for (let count = bytes.readUInt16LE(bytes.length - 12); count > 0; count--) {
		const [method, packed, name, extra, comment, offset] = [
			bytes.readUInt16LE(at + 10),
			bytes.readUInt32LE(at + 20),
			...[28, 30, 32].map((place) => bytes.readUInt16LE(at + place)),
			bytes.readUInt32LE(at + 42),
		] as [number, number, number, number, number, number]
		const start = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28)
		const data = bytes.subarray(start, start + packed)
		files.set(bytes.toString('utf8', at + 46, at + 46 + name), method === 8 ? inflateRawSync(data) : Buffer.from(data))
		at += 46 + name + extra + comment
	}
	return files
}

/** An archive of these files. */
export async function zipped(files: Iterable<readonly [string, Buffer]>): Promise<Buffer> {
	const zip = new ZipFile()
	for (const [name, data] of files) zip.addBuffer(data, name)
	zip.end()
	const chunks: Buffer[] = []
	for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer)
	return Buffer.concat(chunks)
}
