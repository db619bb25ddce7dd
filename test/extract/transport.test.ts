import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import { createTransport } from '../../extract/http.ts'

const open: (() => unknown)[] = []
afterEach(async () => {
	for (const close of open.splice(0).reverse()) await close()
})

/** What the transport makes of an answer: its body as text, or the code of its error. At most 1,000 bytes are taken. */
async function asked(answer: (response: ServerResponse) => void): Promise<string> {
	const server = createServer((_, response) => answer(response)).listen(0, '127.0.0.1')
	await new Promise((resolve) => server.once('listening', resolve))
	const transport = createTransport({ maximumBytes: 1000 })
	open.push(() => server.close(), transport.close)
	const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
	return await transport.send({ method: 'GET', url, headers: {} }).then(
		({ status, body }) => `${status} ${body.toString('utf8').slice(0, 20)}`,
		(error) => `${error.code}: ${error.message.replace(/:\d+:/, ':')}`,
	)
}

const packed = (text: string) => gzipSync(text)
const gzip = { 'content-encoding': 'gzip' }

test.each<[string, string, (response: ServerResponse) => void]>([
	['a packed answer is unpacked', '200 {"a":1}', (response) => response.writeHead(200, gzip).end(packed('{"a":1}'))],
	['as many bytes as are taken', `200 ${'x'.repeat(20)}`, (response) => response.end('x'.repeat(1000))],
	['one more', 'http.too_large: the answer is larger than 1000 bytes', (response) => response.end('x'.repeat(1001))],
	[
		'few bytes that unpack to more',
		'http.too_large: the answer is larger than 1000 bytes',
		(response) => response.writeHead(200, gzip).end(packed('x'.repeat(1001))),
	],
	[
		'a packing that was not asked for',
		'http.encoding: the answer is packed as "zstd", which was not asked for',
		(response) => response.writeHead(200, { 'content-encoding': 'zstd' }).end('x'),
	],
	[
		'a packed answer that breaks off',
		'http.truncated: the packed answer breaks off: unexpected end of file',
		(response) => response.writeHead(200, gzip).end(packed('{"a":1}').subarray(0, 15)),
	],
	[
		'nothing new, with the length that there would be',
		'304 ',
		(response) => response.writeHead(304, { 'content-length': 100 }).end(),
	],
	[
		'fewer bytes than were promised',
		'http.unreachable: 127.0.0.1: the connection broke off',
		(response) => {
			response.writeHead(200, { 'content-length': 100 })
			response.write('x', () => response.destroy())
		},
	],
])('%s', async (_, expected, answer) => {
	expect(await asked(answer)).toBe(expected)
})
