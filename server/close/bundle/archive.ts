import { createWriteStream } from 'node:fs'
import { open, readFile, rename, stat } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'

/** A fixed moment: the archive's bytes are of what is in it alone. */
const mtime = new Date(1980, 0, 1)

/** What is packed already, and what people attached: most of it is too, and what is not may pack so well that no verifier would unpack it. */
const asTheyAre = /\.(parquet|pdf)$|^attachments\//

/** Files that are packed from memory, in bytes: a stream for each of some hundred small ones costs more than packing them. */
const smallFiles = { each: 1 << 20, together: 32 << 20 }

/**
 * Packs files of a folder into `target` in the given order, with fixed times and rights: the same files have the same bytes (by the same
 * Node.js, whose zlib packs them). Whole and on the disk when it resolves.
 */
export async function writeArchive(folder: string, files: readonly string[], target: string): Promise<void> {
	const zip = new ZipFile()
	let room = smallFiles.together
	for (const file of files) {
		const options = { mtime, mode: 0o100644, forceDosTimestamp: true, compress: !asTheyAre.test(file) }
		const source = path.join(folder, file)
		const { size } = await stat(source)
		const isSmall = size <= smallFiles.each && size <= room
		if (isSmall) zip.addBuffer(await readFile(source), file, options)
		else zip.addFile(source, file, options)
		if (isSmall) room -= size
	}
	zip.end()
	const out = createWriteStream(target)
	zip.on('error' as never, ((error: Error) => out.destroy(error)) as never)
	await pipeline(zip.outputStream, out)
	await toDisk(target)
}

/** Gives a finished file its name, at once and for good: whoever is killed before leaves nothing under it. */
export async function putInPlace(file: string, target: string): Promise<void> {
	await rename(file, target)
	await toDisk(path.dirname(target))
}

async function toDisk(file: string): Promise<void> {
	const handle = await open(file, 'r')
	try {
		await handle.sync()
	} finally {
		await handle.close()
	}
}
