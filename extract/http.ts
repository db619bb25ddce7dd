import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import { Agent, request as send } from 'undici'
import { TieoutError } from '../models/error.ts'

/** One exchange: the status, headers in lower case, and the whole body, unpacked. */
export type Exchange = { status: number; headers: Record<string, string | undefined>; body: Buffer }

/** What is sent. Redirects are not followed. */
export type Outgoing = {
	method: string
	url: URL
	headers: Record<string, string>
	body?: string | undefined
	signal?: AbortSignal | undefined
}

/** Sends a request and reads the whole answer. Throws `http.unreachable`, `http.certificate`, `http.truncated`, `http.too_large`. */
export type Send = (outgoing: Outgoing) => Promise<Exchange>

/** A connection pool. The caller closes it. */
export type Transport = { send: Send; close(): Promise<void> }

/** Milliseconds and bytes. A page of 2,000 wide records is a few megabytes. */
export type TransportLimits = { connect?: number; headers?: number; body?: number; maximumBytes?: number }

/** Plain HTTP over undici, with time and size limits; every answer is read to its end and checked against its own length. */
export function createTransport(limits: TransportLimits = {}): Transport {
	const { connect = 15_000, headers = 300_000, body = 120_000, maximumBytes = 128 << 20 } = limits
	const agent = new Agent({ connect: { timeout: connect }, headersTimeout: headers, bodyTimeout: body, pipelining: 1 })
	return {
		close: () => agent.destroy(),
		async send({ method, url, headers, body, signal }) {
			try {
				const options = {
					method: method as 'GET',
					headers,
					body: body ?? null,
					dispatcher: agent,
					signal: signal ?? null,
				}
				const answer = await send(url, options)
				const given = flatten(answer.headers)
				const bytes = await readAll(answer.body, given['content-length'], maximumBytes)
				return {
					status: answer.statusCode,
					headers: given,
					body: await unpack(bytes, given['content-encoding'], maximumBytes),
				}
			} catch (cause) {
				throw cause instanceof TieoutError ? cause : unreachable(url, cause as Error & { code?: string })
			}
		},
	}
}

async function readAll(body: AsyncIterable<Buffer>, declared: string | undefined, maximum: number): Promise<Buffer> {
	const chunks: Buffer[] = []
	let length = 0
	for await (const chunk of body) {
		chunks.push(chunk)
		length += chunk.length
		if (length > maximum) throw tooLarge(maximum)
	}
	if (declared !== undefined && Number(declared) !== length)
		throw new TieoutError('vendor', 'http.truncated', `${length} of ${declared} bytes came`)
	return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length)
}

function tooLarge(maximum: number, cause?: unknown): TieoutError {
	return new TieoutError('vendor', 'http.too_large', `the answer is larger than ${maximum} bytes`, {
		next: 'a smaller page is asked for',
		cause,
	})
}

const unpackers: Record<string, (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>> = {
	gzip: promisify(gunzip),
	deflate: promisify(inflate),
	br: promisify(brotliDecompress),
}

/** A few bytes can unpack to more than fits into memory: the limit holds for what comes out too. */
async function unpack(bytes: Buffer, encoding: string | undefined, maximum: number): Promise<Buffer> {
	if (!encoding || encoding === 'identity' || bytes.length === 0) return bytes
	const unpacker = unpackers[encoding]
	if (!unpacker)
		throw new TieoutError('vendor', 'http.encoding', `the answer is packed as "${encoding}", which was not asked for`)
	return await unpacker(bytes, { maxOutputLength: maximum }).catch((cause) => {
		if (cause.code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maximum, cause)
		throw new TieoutError('vendor', 'http.truncated', `the packed answer breaks off: ${cause.message}`, { cause })
	})
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string | undefined> {
	return Object.fromEntries(
		Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
	)
}

/** What Node says of a certificate that it can't verify, or that is another host's. */
const untrusted = /CERT|SELF_SIGNED|LEAF_SIGNATURE|ISSUER/

function unreachable(url: URL, cause: Error & { code?: string }): TieoutError {
	if (untrusted.test(cause.code ?? ''))
		return new TieoutError(
			'configuration',
			'http.certificate',
			`${url.host}: its certificate can't be verified: ${cause.message} (${cause.code})`,
			{
				where: url.origin,
				next: 'check the address; if a proxy or a company authority signs for it, name its certificate in NODE_EXTRA_CA_CERTS. It is never asked without verification, and no credential was sent',
				cause,
			},
		)
	const isCut = ['UND_ERR_SOCKET', 'ECONNRESET', 'UND_ERR_ABORTED'].includes(cause.code ?? '')
	return new TieoutError(
		'vendor',
		'http.unreachable',
		`${url.host}: ${isCut ? 'the connection broke off' : cause.message || cause.code}`,
		{
			where: url.origin,
			next: 'check the address, the network and any proxy; the run goes on from its last durable page when it is started again',
			cause,
		},
	)
}
