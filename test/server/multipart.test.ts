import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { readUpload } from '../../server/multipart.ts'

const type = 'multipart/form-data; boundary=----abc'

/** A form as a browser sends it, cut into pieces of `size` bytes. */
function form(parts: string[], { size = 1e6, end = '------abc--\r\n' } = {}): Readable {
	const bytes = Buffer.from(parts.map((part) => `------abc\r\n${part}\r\n`).join('') + end)
	const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
		bytes.subarray(at * size, (at + 1) * size),
	)
	return Readable.from(pieces, { objectMode: false })
}

const field = 'Content-Disposition: form-data; name="form_token"\r\n\r\nsecret'
const file = (name: string, content: string) =>
	`Content-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: text/plain\r\n\r\n${content}`

test.each([1, 2, 3, 7, 11, 64, 1e6])(
	'fields and file are the same however the body is cut: pieces of %i bytes',
	async (size) => {
		const content = 'one\r\n------ab\r\n--\r\n------abd line\r\n\r\n'
		const upload = await readUpload(form([field, file('a.txt', content)], { size }), type)
		expect([upload.fields, upload.file.name, upload.file.mediaType]).toEqual([
			{ form_token: 'secret' },
			'a.txt',
			'text/plain',
		])
		expect(await text(upload.file.stream)).toBe(content)
	},
)

test('a name of any signs is data', async () => {
	const upload = await readUpload(form([file('../%22x%22%0D%0A; name=y <b>', '')]), type)
	expect(upload.file.name).toBe('../"x"\r\n; name=y <b>')
	expect(await text(upload.file.stream)).toBe('')
})

test.each([
	['no form at all', () => Readable.from(['x']), 'text/plain', 'is not sent as multipart'],
	['no file', () => form([field]), type, 'no file is in it'],
	['cut in the fields', () => form([field], { end: '' }), type, 'ends in the middle'],
	['another boundary', () => form([field]), 'multipart/form-data; boundary=other', 'ends in the middle'],
	['endless headers', () => form([`X: ${'a'.repeat(20_000)}`]), type, 'more is in it'],
	['a field of a megabyte', () => form([`${field}${'a'.repeat(1e6)}`], { size: 1000 }), type, 'more is in it'],
	['a part without a name', () => form(['Content-Disposition: form-data\r\n\r\nx']), type, 'has no name'],
])('%s is refused', async (_, body, contentType, message) => {
	await expect(readUpload(body(), contentType)).rejects.toThrow(message)
})

test('a file that is cut off ends in an error, not as a whole file', async () => {
	const upload = await readUpload(
		form([field, file('a', 'abc')], { end: '' }).map((chunk: Buffer) => chunk.subarray(0, -3)),
		type,
	)
	await expect(text(upload.file.stream)).rejects.toThrow('ends in the middle')
})
