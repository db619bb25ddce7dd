import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sourceOf } from '../../extract/run.ts'
import { valuesOf } from '../../extract/sandbox/system.ts'
import { sandboxSystem } from '../../extract/sandbox/systems.ts'
import type { Connection } from '../../extract/source.ts'
import { isChosen, offeredSystems } from './chosen-systems.ts'
import { startProject } from './vendor.ts'

// A server that says everything it was sent back, in every form in which a vendor words an error: none of it may be seen by anybody.
// TIEOUT_SYSTEM=xero runs one system, TIEOUT_TESTS=all every one.
const issued = 'issued-token-that-nobody-may-see-0123456789'
let echo: Awaited<ReturnType<typeof startEcho>>
beforeAll(async () => {
	echo = await startEcho()
})
afterAll(() => echo.close())

/** `status` of all answers; a token endpoint may give out a token first (`hasTokens`). */
async function startEcho() {
	const told = { status: 400, hasTokens: false, sent: '', close: async () => {}, url: '' }
	const server = createServer(async (request, response) => {
		let body = ''
		for await (const chunk of request) body += chunk
		// Of longer answers only the beginning is looked at.
		const said = `${request.method} ${JSON.stringify(request.headers)} ${body.slice(0, 400)} ${decoded(body).slice(0, 300)}`
		told.sent += said
		const isToken = /token|bearer/i.test(request.url!.split('?')[0]!)
		if (isToken && told.hasTokens) {
			const token = { access_token: issued, refresh_token: `next-${issued}`, expires_in: 3600, token_type: 'Bearer' }
			return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(token))
		}
		const reason = said.replaceAll(/[^\x20-\x7e]/g, ' ').slice(0, 4000)
		response.writeHead(told.status, {
			'content-type': 'application/json',
			'x-status-reason': reason,
			'retry-after': '0',
		})
		const { url = '' } = request
		const error = url.startsWith('/sap/opu') ? { code: 'ECHO', message: { value: said } } : said
		const words = { ...errors(said), error }
		response.end(JSON.stringify(url.startsWith('/services/data') ? [words] : words))
	})
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
	told.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
	told.close = async () => {
		server.closeAllConnections()
		await new Promise((resolve) => server.close(resolve))
	}
	return told
}

function decoded(body: string): string {
	try {
		return decodeURIComponent(body)
	} catch {
		return body
	}
}

/** One error in all the words that the nine systems have for it. */
function errors(said: string) {
	return {
		...{ errorCode: 'ECHO', message: said, error_description: said, title: said, detail: said },
		...{ Title: said, Detail: said, Type: said, Message: said, exception: said, exc_type: said },
		_server_messages: JSON.stringify([JSON.stringify({ message: said })]),
		'o:errorDetails': [{ 'o:errorCode': said, detail: said }],
		Fault: { Error: [{ Message: said, Detail: said, code: '1' }], type: 'SystemFault' },
		Elements: [{ ValidationErrors: [{ Message: said }] }],
	}
}

const secretOption = /(secret|password|token|api_key)$/
const statuses = [400, 401, 403, 404, 409, 413, 417, 429, 500, 503]

describe.each(offeredSystems.filter(isChosen))('%s', (system) => {
	const [given] = sandboxSystem(system).connections('http://127.0.0.1:1', {})
	const options = valuesOf(given!)
	const secrets = Object.entries(options)
		.filter(([name]) => secretOption.test(name))
		.map(([, value]) => String(value))

	beforeEach(() => {
		echo.sent = ''
	})

	test.each([
		['the login', false],
		['everything behind it', true],
	])('no secret is seen when %s says back what it was sent', async (_, hasTokens) => {
		echo.hasTokens = hasTokens
		let all = ''
		for (const status of hasTokens ? statuses : [400, 401, 500]) {
			echo.status = status
			const project = await startProject([here()])
			const stream = sourceOf(here()).source.streams.find(({ within, follows }) => !within && !follows)!
			const { streams } = await project.run({ streams: [stream.name] }, { retry: { attempts: 2, base: 1, cap: 1 } })
			await project.close()
			expect(streams.filter(({ outcome }) => outcome === 'loaded')).toEqual([])
			const [told, kept] = [JSON.stringify(streams), readFileSync(path.join(project.folder, 'state.sqlite'), 'latin1')]
			all += told
			const forms = [...secrets, issued].flatMap((secret) => [secret, encodeURIComponent(secret), ...inBase64(secret)])
			expect(forms.filter((form) => told.includes(form))).toEqual([])
			expect(/eyJ[\w-]{8,}\.[\w-]{8,}|BEGIN [A-Z ]*PRIVATE/.exec(told)).toBeNull()
			// Tokens are kept where they belong; the secrets of the configuration nowhere.
			expect(secrets.filter((secret) => kept.includes(secret))).toEqual([])
		}
		// What was said back did come through.
		expect(all).toContain('accept')
		expect(echo.sent.length).toBeGreaterThan(100)
	})

	function here(): Connection {
		const moved = JSON.parse(JSON.stringify(options).replaceAll('http://127.0.0.1:1', echo.url)) as typeof options
		return { name: given!.name, kind: system, options: moved }
	}
})

/** The secret as it stands in base64 behind a name and a colon, whatever their length. */
function inBase64(secret: string): string[] {
	return [0, 2, 3].map((start, before) => {
		const text = Buffer.from('x'.repeat(before) + secret)
			.toString('base64')
			.replace(/=+$/, '')
		return text.slice(start, -2)
	})
}
