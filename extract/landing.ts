import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { constants, zstdCompress, zstdDecompress, zstdDecompressSync } from 'node:zlib'
import { TieoutError } from '../models/error.ts'

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

/** Writes a file so that it is whole and on the disk when the promise resolves, or not there at all. */
export type Disk = { write(file: string, bytes: Uint8Array): Promise<void> }

/** Real files: written beside, flushed, renamed; then the folder is flushed, so that the name survives a power cut too. */
export const realDisk: Disk = {
	async write(file, bytes) {
		const folder = path.dirname(file)
		await mkdir(folder, { recursive: true })
		const building = `${file}.building`
		const handle = await open(building, 'w', 0o600)
		try {
			await handle.writeFile(bytes)
			await handle.sync()
		} finally {
			await handle.close()
		}
		await rename(building, file)
		const directory = await open(folder, 'r')
		await directory.sync().finally(() => directory.close())
	},
}

/** Where a part lies, below the landing folder: `<connection>/<stream>/<run>-<part>.ndjson.zst`. */
export function partFile(connection: string, stream: string, runId: string, part: number, purpose: string): string {
	const suffix = purpose === 'records' ? '' : `.${purpose}`
	return `${connection}/${stream}/${runId}-${String(part).padStart(5, '0')}${suffix}.ndjson.zst`
}

/**
 * Lands lines of NDJSON as one compressed file; answers the file's hash. A part that is there already (a crash came between the
 * file and its record) is written over. Throws `landing.disk_full` and `landing.cannot_write`.
 */
export async function land(folder: string, file: string, lines: Uint8Array, disk: Disk = realDisk): Promise<string> {
	// What comes out is gathered in pieces of this size, each a turn of its own: a tenth of the text is usual.
	const chunkSize = Math.min(Math.max(lines.byteLength >> 3, 16_384), 1 << 20)
	const packed = await compress(lines, { params: { [constants.ZSTD_c_compressionLevel]: 1 }, chunkSize })
	try {
		await disk.write(path.join(folder, file), packed)
	} catch (cause) {
		throw diskError(cause as NodeJS.ErrnoException, path.join(folder, file))
	}
	return createHash('sha256').update(packed).digest('hex')
}

/** The lines of a landed file, without their ends. Throws `landing.damaged` when the file is not the one that was landed. */
export async function landedLines(folder: string, file: string, sha256?: string): Promise<Buffer[]> {
	const where = path.join(folder, file)
	const packed = await readFile(where).catch((cause) => {
		throw missing(where, cause)
	})
	refuseDamaged(packed, where, sha256)
	return splitLines(await decompress(packed))
}

/** Throws `landing.missing` or `landing.damaged` for a landed file that is not what was written, whole or changed. Nothing is unpacked. */
export async function requireLanded(folder: string, { file, sha256 }: { file: string; sha256: string }): Promise<void> {
	const where = path.join(folder, file)
	const packed = await readFile(where).catch((cause) => {
		throw missing(where, cause)
	})
	refuseDamaged(packed, where, sha256)
}

/** `landedLines` for those that can't wait. */
export function landedLinesSync(folder: string, file: string, sha256: string): Buffer[] {
	const where = path.join(folder, file)
	let packed: Buffer
	try {
		packed = readFileSync(where)
	} catch (cause) {
		throw missing(where, cause as Error)
	}
	refuseDamaged(packed, where, sha256)
	return splitLines(zstdDecompressSync(packed))
}

function missing(where: string, cause: Error): TieoutError {
	return new TieoutError('not_found', 'landing.missing', `the landed file is gone: ${cause.message}`, {
		where,
		next: 'restore data/landing from a backup, or read the stream again with `tieout extract --full`',
		cause,
	})
}

function refuseDamaged(packed: Uint8Array, where: string, sha256: string | undefined): void {
	if (sha256 === undefined || createHash('sha256').update(packed).digest('hex') === sha256) return
	throw new TieoutError('data', 'landing.damaged', 'the landed file is not the one that was written', {
		where,
		next: 'restore it from a backup, or read the stream again with `tieout extract --full`',
	})
}

/** Is what was landed gone, or not what was written? It has to be read from the source again. */
export function isLandingLost(error: unknown): error is TieoutError {
	return error instanceof TieoutError && ['landing.missing', 'landing.damaged'].includes(error.code)
}

function splitLines(bytes: Buffer): Buffer[] {
	const lines: Buffer[] = []
	for (let start = 0; start < bytes.length; ) {
		const end = bytes.indexOf(0x0a, start)
		lines.push(bytes.subarray(start, end < 0 ? bytes.length : end))
		start = end < 0 ? bytes.length : end + 1
	}
	return lines
}

/** The error of a write that failed: `landing.disk_full`, also at a quota's or a file size's limit, else `landing.cannot_write`. */
export function diskError(cause: NodeJS.ErrnoException, where: string): TieoutError {
	if (['ENOSPC', 'EDQUOT', 'EFBIG'].includes(cause.code ?? ''))
		return new TieoutError('broken', 'landing.disk_full', 'the disk is full: the page could not be written', {
			where,
			next: 'free some space, then start it again: it goes on from its last durable page, and the published generation stays in service',
			cause,
		})
	return new TieoutError('broken', 'landing.cannot_write', `the page could not be written: ${cause.message}`, {
		where,
		next: 'check the folder and its permissions, then start it again',
		cause,
	})
}
