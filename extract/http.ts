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

/**
 * Sends a request and reads the whole answer, whose body is the caller's: nobody else keeps it. Throws `http.unreachable`, `http.timeout`,
 * `http.certificate`, `http.truncated`, `http.too_large`.
 */
export type Send = (outgoing: Outgoing) => Promise<Exchange>

/** A connection pool. The caller closes it. */
export type Transport = { send: Send; close(): Promise<void> }

/** Milliseconds and bytes. A page of 2,000 wide records is a few megabytes. */
export type TransportLimits = { connect?: number; headers?: number; body?: number; maximumBytes?: number }

/** What a client shows of itself when a server asks for a certificate: PEM texts, the certificate with those above it behind it. */
export type ClientIdentity = { certificate: string; privateKey: string; passphrase?: string | undefined }

/** Plain HTTP over undici, with time and size limits; every answer is read to its end; one that breaks off is an error. */
export function createTransport(limits: TransportLimits = {}, identity?: ClientIdentity): Transport {
	const { connect = 15_000, headers = 300_000, body = 120_000, maximumBytes = 128 << 20 } = limits
	const shown = identity && { cert: identity.certificate, key: identity.privateKey, passphrase: identity.passphrase }
	const agent = new Agent({
		connect: { timeout: connect, ...shown },
		headersTimeout: headers,
		bodyTimeout: body,
		pipelining: 1,
	})
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
				const bytes = answer.statusCode === 304 ? await nothing(answer.body) : await readAll(answer.body, maximumBytes)
				return {
					status: answer.statusCode,
					headers: given,
					body: await unpack(bytes, given['content-encoding'], maximumBytes),
				}
			} catch (cause) {
				throw cause instanceof TieoutError ? cause : unreachable(url, cause as Error & { code?: string }, identity)
			}
		},
	}
}

/**
 * A 304 has no body, and may say how long that of a 200 would be (RFC 9110, 15.4.5 and 8.6): undici takes that for a promise that was not
 * kept, and closes the connection.
 */
async function nothing(body: { dump(): Promise<void> }): Promise<Buffer> {
	await body.dump().catch(() => {})
	return Buffer.alloc(0)
}

/** Fewer or more bytes than the answer promised are undici's error. */
async function readAll(body: AsyncIterable<Buffer>, maximum: number): Promise<Buffer> {
	const chunks: Buffer[] = []
	let length = 0
	for await (const chunk of body) {
		chunks.push(chunk)
		length += chunk.length
		if (length > maximum) throw tooLarge(maximum)
	}
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

/** From TLS 1.3 on a server looks at the client's certificate when the handshake is over, and then only hangs up. */
const doubtful = ' (as it does where the client certificate is not accepted)'

/** What a server says in the handshake that wants another certificate than ours, or one at all. */
const refusesOurs =
	/ALERT_(CERTIFICATE|BAD_CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE|ACCESS_DENIED|UNSUPPORTED_CERTIFICATE)/

function unreachable(url: URL, cause: Error & { code?: string }, identity?: ClientIdentity): TieoutError {
	if (refusesOurs.test(cause.code ?? ''))
		return new TieoutError(
			'configuration',
			'http.client_certificate',
			`${url.host}: it refused the handshake, as systems do that want another client certificate, or one at all: ${cause.code}`,
			{
				where: url.origin,
				next: 'check that the certificate is the one that the system knows, is in force, and has the certificates above it in the same file',
				cause,
			},
		)
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
	if (['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'].includes(cause.code ?? ''))
		return new TieoutError('vendor', 'http.timeout', `${url.host}: no answer came in time (${cause.message})`, {
			where: url.origin,
			next: 'the run goes on from its last durable page when it is started again; if it stays so, ask for smaller pages (page_size)',
			cause,
		})
	const isCut = ['UND_ERR_SOCKET', 'ECONNRESET', 'UND_ERR_ABORTED'].includes(cause.code ?? '')
	return new TieoutError(
		'vendor',
		'http.unreachable',
		`${url.host}: ${isCut ? `the connection broke off${identity ? doubtful : ''}` : cause.message || cause.code}`,
		{
			where: url.origin,
			next: 'check the address, the network and any proxy; the run goes on from its last durable page when it is started again',
			cause,
		},
	)
}
