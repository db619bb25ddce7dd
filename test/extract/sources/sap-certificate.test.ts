import { X509Certificate } from 'node:crypto'
import { request } from 'node:http'
import { createServer, type Server } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net'
import { getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { endings } from '../../../extract/expiry.ts'
import { sourceOf } from '../../../extract/run.ts'
import type { Sandboxes } from '../../../extract/sandbox/sandbox.ts'
import { sapCredentials } from '../../../extract/sandbox/sap/credentials.ts'
import type { Connection } from '../../../extract/source.ts'
import { startCompany } from '../../company-sandboxes.ts'
import { reader, somebodyElse } from '../client-certificates.ts'
import { sandboxConnections } from '../sandboxes.ts'
import { selfSigned } from '../self-signed.ts'
import { startProject } from '../vendor.ts'

let sandboxes: Sandboxes
let front: { url: string; asked: { authorization: string | undefined; by: string }[]; close(): Promise<void> }
let strict: typeof front
const others: TcpServer[] = []
const usual = getCACertificates()

beforeAll(async () => {
	sandboxes = await startCompany({ pair: { crm: 'salesforce', erp: 'sap' }, scale: 0.01 })
	front = await startFront(false)
	strict = await startFront(true)
	setDefaultCACertificates([...usual, selfSigned.cert])
}, 60_000)
afterAll(async () => {
	setDefaultCACertificates(usual)
	for (const server of others) server.close()
	await front.close()
	await strict.close()
	await sandboxes.close()
})

/**
 * What stands before a gateway and knows people by their certificate: over TLS, to the sandbox behind it as the user that the certificate is
 * mapped to. Another certificate is turned away in the handshake (`isStrict`), or like a wrong password.
 */
async function startFront(isStrict: boolean): Promise<typeof front> {
	const asked: typeof front.asked = []
	const basic = `Basic ${Buffer.from(`${sapCredentials.user}:${sapCredentials.password}`).toString('base64')}`
	const options = { ...selfSigned, ca: reader.certificate, requestCert: true, rejectUnauthorized: isStrict }
	const server: Server = createServer(options, (incoming, response) => {
		const socket = incoming.socket as TLSSocket
		asked.push({ authorization: incoming.headers.authorization, by: String(socket.getPeerCertificate().subject?.CN) })
		const headers = { ...incoming.headers, ...(socket.authorized && { authorization: basic }) }
		const { port } = new URL(sandboxes.url('sap'))
		const onward = request({ port, method: incoming.method, path: incoming.url, headers }, (answer) => {
			response.writeHead(answer.statusCode!, answer.headers)
			answer.pipe(response)
		})
		incoming.pipe(onward)
	})
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
	const close = async () => {
		server.closeAllConnections()
		await new Promise((resolve) => server.close(resolve))
	}
	return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, close }
}

/** Ends every handshake with the alert "bad certificate" (42), as servers of TLS 1.2 do. */
async function alerting(): Promise<string> {
	const server = createTcpServer((socket) => {
		socket.on('error', () => {})
		socket.once('data', () => socket.end(Buffer.from([0x15, 3, 3, 0, 2, 2, 42])))
	})
	others.push(server)
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
	return `https://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function connection(options: Record<string, unknown>): Connection {
	const erp = sandboxConnections(sandboxes).find(({ kind }) => kind === 'sap')!
	const { user: _, password: __, ...rest } = erp.options
	return { ...erp, options: { ...rest, url: front.url, ...options } }
}

async function read(options: Record<string, unknown>) {
	const project = await startProject([connection(options)])
	project.clock.now = sandboxes.now()
	try {
		return (await project.run({ streams: ['products'] })).streams[0]!
	} finally {
		await project.close()
	}
}

test('a client certificate is the login: nothing else is sent, and the records come', async () => {
	front.asked.length = 0
	const byKey = await read({ certificate: reader.certificate, private_key: reader.key })
	expect(byKey).toMatchObject({ outcome: 'loaded' })
	const byLockedKey = { certificate: reader.certificate, private_key: reader.lockedKey, passphrase: reader.passphrase }
	expect(await read(byLockedKey)).toMatchObject({ outcome: 'loaded', appended: byKey.appended })
	expect(front.asked.length).toBeGreaterThan(4)
	expect(new Set(front.asked.map((one) => JSON.stringify(one)))).toEqual(new Set(['{"by":"TIEOUT_READER"}']))
})

test('a certificate that the system does not know is refused, in words that hold nothing of the key', async () => {
	const another = { certificate: somebodyElse.certificate, private_key: somebodyElse.key }
	const unknown = await read(another)
	expect(unknown).toMatchObject({ outcome: 'failed' })
	const refused = await read({ ...another, url: strict.url })
	expect(refused).toMatchObject({ outcome: 'failed' })
	expect(refused.error!.message).toContain('client certificate is not accepted')
	const alerted = await read({ ...another, url: await alerting() })
	expect(alerted).toMatchObject({ outcome: 'failed', error: { code: 'http.client_certificate' } })
	for (const told of [unknown, refused, alerted])
		expect(JSON.stringify(told)).not.toContain(somebodyElse.key.split('\n')[1]!)
})

test('a certificate and a key that do not fit are an error of the configuration, which shows neither', () => {
	const problem = (options: Record<string, unknown>) => {
		try {
			sourceOf(connection(options))
			return null
		} catch (error) {
			return String((error as Error).message)
		}
	}
	expect(problem({ certificate: reader.certificate, private_key: reader.key })).toBeNull()
	const wrong = [
		problem({ certificate: reader.certificate, private_key: somebodyElse.key }),
		problem({ certificate: reader.certificate, private_key: reader.lockedKey, passphrase: 'another one' }),
		problem({ certificate: reader.certificate, private_key: 'no key' }),
		problem({ certificate: 'no certificate', private_key: reader.key }),
		problem({ certificate: reader.certificate }),
		problem({ private_key: reader.key }),
		problem({ certificate: reader.certificate, private_key: reader.key, url: 'http://127.0.0.1:1' }),
	]
	expect(wrong).not.toContain(null)
	for (const message of wrong)
		for (const secret of [reader, somebodyElse].map(({ key }) => key.split('\n')[1]!))
			expect(message).not.toContain(secret)
})

test('doctor and runs know when the certificate ends', () => {
	const { source, connection: checked } = sourceOf(
		connection({ certificate: reader.certificate, private_key: reader.key }),
	)
	const end = Date.parse(new X509Certificate(reader.certificate).validTo)
	const day = 86_400_000
	const statusAt = (now: number) => endings(source, checked, null, now).map(({ what, status }) => `${what}: ${status}`)
	expect(statusAt(end - 40 * day)).toEqual(['the client certificate: far'])
	expect(statusAt(end - 20 * day)).toEqual(['the client certificate: near'])
	expect(statusAt(end + day)).toEqual(['the client certificate: past'])
})
