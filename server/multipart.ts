import { Readable } from 'node:stream'
import { TieoutError } from '../models/error.ts'

/** A form with one file behind its fields: `fields` are read, the file streams. Whoever reads it reads to the end. */
export type Upload = { fields: Record<string, string>; file: { name: string; mediaType: string; stream: Readable } }

/** The most that fields may hold together, and one part's headers, in bytes. */
const limits = { fields: 64 * 1024, headers: 16 * 1024 }

/**
 * Reads a `multipart/form-data` body (RFC 7578) up to its file, which is the last part of our forms. Nothing of the file is kept in
 * memory. Throws `upload.form` for a body that is none, has no file, or more before it than our forms have.
 */
export async function readUpload(body: Readable, contentType: string | undefined): Promise<Upload> {
	const boundary = /^multipart\/form-data\s*;.*?\bboundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType ?? '')
	if (!boundary) throw wrongForm('it is not sent as multipart/form-data')
	const reader = bytesOf(body, Buffer.from(`\r\n--${boundary[1] ?? boundary[2]}`))
	try {
		return await readParts(reader)
	} catch (error) {
		await reader.leave()
		throw error
	}
}

async function readParts(reader: ReturnType<typeof bytesOf>): Promise<Upload> {
	const fields: Record<string, string> = {}
	let size = 0
	await reader.start()
	while (await reader.nextPart()) {
		const { name, fileName, mediaType } = headersOf(await reader.until(Buffer.from('\r\n\r\n'), limits.headers))
		if (fileName !== undefined)
			return {
				fields,
				file: { name: fileName, mediaType, stream: Readable.from(reader.rest(), { objectMode: false }) },
			}
		const value = await reader.until(null, limits.fields - size)
		size += value.length
		fields[name] = value.toString('utf8')
	}
	throw wrongForm('no file is in it')
}

/** The body as it comes, cut at `delimiter`. */
function bytesOf(body: Readable, delimiter: Buffer) {
	const chunks = body.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>
	const leave = async () => void (await chunks.return?.())
	let held: Buffer = Buffer.from('\r\n')
	const more = async () => {
		const { value, done } = await chunks.next()
		if (done) throw wrongForm('it ends in the middle')
		held = Buffer.concat([held, value])
	}
	const until = async (end: Buffer | null, limit: number): Promise<Buffer> => {
		const mark = end ?? delimiter
		for (let from = 0; ; ) {
			const at = held.indexOf(mark, from)
			if (at >= 0 && at <= limit) {
				const part = held.subarray(0, at)
				held = held.subarray(at + mark.length)
				return part
			}
			if (held.length > limit + mark.length) throw wrongForm('more is in it than a form of ours has')
			from = Math.max(0, held.length - mark.length + 1)
			await more()
		}
	}
	return {
		/** Leaves the rest of the body to whoever reads it next. */
		leave,
		/** To the first delimiter; what stands before it is nobody's. */
		start: () => until(delimiter, limits.headers),
		until,
		/** Whether a part follows: behind a delimiter stands a line break, behind the last one two dashes. */
		nextPart: async (): Promise<boolean> => {
			while (held.length < 2) await more()
			const sign = held.toString('latin1', 0, 2)
			held = held.subarray(2)
			if (sign === '--') return false
			if (sign === '\r\n') return true
			throw wrongForm('its parts are not told apart')
		},
		/** The part's bytes as they come; the end of one chunk is held back, for it may begin a delimiter. */
		rest: async function* (): AsyncGenerator<Buffer> {
			try {
				for (;;) {
					const at = held.indexOf(delimiter)
					if (at >= 0) {
						yield held.subarray(0, at)
						return
					}
					const safe = held.length - delimiter.length
					if (safe > 0) {
						yield held.subarray(0, safe)
						held = held.subarray(safe)
					}
					await more()
				}
			} finally {
				await leave()
			}
		},
	}
}

function headersOf(bytes: Buffer): { name: string; fileName: string | undefined; mediaType: string } {
	const text = bytes.toString('utf8')
	const disposition = /^content-disposition:\s*form-data\s*;(.*)$/im.exec(text)?.[1] ?? ''
	const parameter = (name: string) => new RegExp(`(?:^|;)\\s*${name}="([^"]*)"`, 'i').exec(disposition)?.[1]
	const name = parameter('name')
	if (name === undefined) throw wrongForm('a part of it has no name')
	const mediaType = /^content-type:\s*(\S.*?)\s*$/im.exec(text)?.[1] ?? 'application/octet-stream'
	return { name: plain(name), fileName: optional(parameter('filename')), mediaType }
}

/** Browsers write a quote and line breaks in names this way. */
function plain(name: string): string {
	return name.replaceAll(/%22|%0D|%0A/gi, (code) => decodeURIComponent(code))
}

function optional(name: string | undefined): string | undefined {
	return name === undefined ? undefined : plain(name)
}

function wrongForm(why: string): TieoutError {
	return new TieoutError('usage', 'upload.form', `the form can't be read: ${why}`, {
		where: 'file',
		next: 'choose a file on the page and send its form',
	})
}
