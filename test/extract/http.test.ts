import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { createTransport } from '../../extract/http.ts'

test.each([
	['no answer', { headers: 50 }, () => {}],
	[
		'an answer that stops in the middle',
		{ body: 50 },
		(answer: { write(text: string): void }) => answer.write('{"records":['),
	],
])('%s is told as one that did not come in time', async (_, limits, begin) => {
	const server = createServer((_, answer) => begin(answer))
	await once(server.listen(0, '127.0.0.1'), 'listening')
	const { port } = server.address() as AddressInfo
	const transport = createTransport(limits)
	const url = new URL(`http://127.0.0.1:${port}/data?after=10`)
	await expect(transport.send({ method: 'GET', url, headers: {} })).rejects.toMatchObject({
		kind: 'vendor',
		code: 'http.timeout',
		where: url.origin,
	})
	await transport.close()
	server.closeAllConnections()
	await new Promise((resolve) => server.close(resolve))
})
