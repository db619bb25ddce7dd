import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { consentRequest, isAnswerTo, takeConsent } from '../../extract/consent.ts'
import { sourceOf } from '../../extract/run.ts'
import type { Sandboxes } from '../../extract/sandbox/sandbox.ts'
import { tenantOf } from '../../extract/sandbox/world/records/xero/identifiers.ts'
import { xeroWebApp } from '../../extract/sandbox/xero/credentials.ts'
import { runCommandLine } from '../../server/cli.ts'
import type { CommandContext } from '../../server/command.ts'
import { connectWith } from '../../server/commands/connect.ts'
import { extractState } from '../../server/extract-state.ts'
import { openState } from '../../server/state.ts'
import { startCompany } from '../company-sandboxes.ts'

let sandboxes: Sandboxes
let folder: string
beforeEach(async () => {
	sandboxes = await startCompany({ pair: { crm: 'espocrm', erp: 'xero' }, scale: 0.01, serviceMilliseconds: 0 })
	folder = mkdtempSync(path.join(tmpdir(), 'tieout-connect-'))
	writeProject(`tenant_id: ${tenantOf('US')}`)
})
afterEach(async () => {
	await sandboxes.close()
	rmSync(folder, { recursive: true, force: true })
})

/** A project with one connection to the sandbox's Xero, by consent. */
function writeProject(...options: string[]) {
	const url = sandboxes.url('xero')
	const lines = [
		`url: ${url}`,
		`login_url: ${url}`,
		`consent_url: ${url}/identity/connect/authorize`,
		`client_id: ${xeroWebApp.clientId}`,
		`client_secret: "\${env:XERO_SECRET}"`,
		'refresh_token: consent',
		...options,
	]
	writeFileSync(
		path.join(folder, 'tieout.yml'),
		`company: { name: Example Ltd, time_zone: Europe/London, reporting_currency: GBP }
calendar: { from: 2026-01 }
connections:
  erp:
    source: xero
    options:
${lines.map((line) => `      ${line}`).join('\n')}
  signed:
    source: xero
    role: crm
    options: { url: "${url}", login_url: "${url}", client_id: x, client_secret: "\${env:XERO_SECRET}" }
owners: { default: ana }
`,
	)
	writeFileSync(path.join(folder, '.env'), `XERO_SECRET=${xeroWebApp.clientSecret}\nTIEOUT_NOW=2026-11-04T09:00:00Z\n`)
}

/** `tieout <words>`, with what it has written so far; `opened` is the address that it asks a person to open. */
function start(...words: string[]) {
	const written = { out: '', notes: '' }
	const shown = Promise.withResolvers<URL>()
	const stream = (name: 'out' | 'notes') => ({
		write: (text: string) => {
			written[name] += text
			const [address] = /http:\/\/\S+authorize\S+/.exec(written.notes) ?? []
			if (address) shown.resolve(new URL(address))
		},
	})
	const stop = new AbortController()
	const code = runCommandLine(words, {
		...{ environment: {}, folder, signal: stop.signal },
		...{ out: stream('out'), notes: stream('notes') },
	})
	void code.then(() => shown.reject(new Error(written.notes)))
	shown.promise.catch(() => {})
	return { written, code, opened: shown.promise, stop: () => stop.abort() }
}

/** What the person's browser does: opens the page, and goes where the link says. */
async function click(address: URL, link: 'allow' | 'cancel'): Promise<Response> {
	const page = await (await fetch(address)).text()
	const [, target = ''] = new RegExp(`id="${link}" href="([^"]+)"`).exec(page) ?? []
	return await fetch(onLoopback(target.replaceAll('&amp;', '&')))
}

/** A browser tries each address of localhost. */
function onLoopback(address: string): string {
	return address.replace('http://localhost:', 'http://127.0.0.1:')
}

async function keptTokens() {
	const state = await openState(path.join(folder, 'data', 'state.sqlite'))
	try {
		return await state.db.selectFrom('oauth_tokens').selectAll().execute()
	} finally {
		await state.close()
	}
}

test('a person consents in the browser; the token is kept, never shown, and the next run reads with it', async () => {
	const command = start('connect', 'erp', '--port', '0')
	const address = await command.opened
	expect(address.searchParams.get('code_challenge_method')).toBe('S256')
	expect(address.searchParams.get('scope')).toContain('offline_access')
	const answer = await click(address, 'allow')
	expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('<h1>Connected</h1>')])
	expect(await command.code).toBe(0)
	expect(command.written.out).toContain('erp is connected')
	expect(command.written.out).toContain(`Halvorsen US ${tenantOf('US')}`)
	const [row, ...more] = await keptTokens()
	expect(more).toEqual([])
	const tokens = JSON.parse(row!.tokens) as { refreshToken: string; accessToken: string }
	for (const secret of [tokens.refreshToken, tokens.accessToken, xeroWebApp.clientSecret])
		expect(command.written.out + command.written.notes).not.toContain(secret)

	const run = start('extract', 'erp.organisations')
	expect(await run.code, run.written.notes).toBe(0)
	expect(run.written.out).toContain('1 streams, 1 records')
})

test('as a script reads it, the data is one document and the address stands in the notes', async () => {
	const command = start('connect', 'erp', '--port', '0', '--json')
	await click(await command.opened, 'allow')
	expect(await command.code).toBe(0)
	expect(JSON.parse(command.written.out)).toMatchObject({
		schema: 'tieout.connect/1',
		connection: 'erp',
		is_connected: true,
	})
})

test('a redirect with another state is turned away, and the right one is still waited for', async () => {
	const command = start('connect', 'erp', '--port', '0')
	const address = await command.opened
	const back = onLoopback(address.searchParams.get('redirect_uri')!)
	const strangers = [`${back}?code=abc&state=guessed`, `${back}?code=abc`, back.replace('/connect', '/other')]
	expect(await Promise.all(strangers.map(async (one) => (await fetch(one)).status))).toEqual([400, 400, 404])
	expect(await keptTokens()).toEqual([])
	await click(address, 'allow')
	expect(await command.code).toBe(0)
})

test('a consent that is refused ends with the vendor’s word, and keeps nothing', async () => {
	const command = start('connect', 'erp', '--port', '0')
	const answer = await click(await command.opened, 'cancel')
	expect(await answer.text()).toContain('access_denied')
	expect(await command.code).toBe(3)
	expect(command.written.notes).toContain('the consent was not given: access_denied')
	expect(await keptTokens()).toEqual([])
})

test('Ctrl-C ends the waiting', async () => {
	const command = start('connect', 'erp', '--port', '0')
	await command.opened
	command.stop()
	expect(await command.code).not.toBe(0)
	expect(command.written.notes).toContain('it ended before a consent came')
})

test('where no browser can come back, the address at which it ended is pasted', async () => {
	const pasted = new PassThrough()
	const written = { out: '', notes: '' }
	const shown = Promise.withResolvers<URL>()
	const stream = (name: 'out' | 'notes') => ({
		write: (text: string) => {
			written[name] += text
			const [address] = /http:\/\/\S+authorize\S+/.exec(written.notes) ?? []
			if (address) shown.resolve(new URL(address))
		},
	})
	const plain = (text: string) => text
	const style = { isTerminal: false, ok: 'ok', bad: 'x', warn: '!', none: '-', green: plain, red: plain, yellow: plain }
	const context = {
		...{ folder, isJson: false, isVerbose: false, environment: {}, signal: new AbortController().signal },
		...{ out: stream('out'), notes: stream('notes') },
		outStyle: { ...style, dim: plain, bold: plain },
		notesStyle: { ...style, dim: plain, bold: plain },
	} as unknown as CommandContext
	const flags = { redirectUri: 'https://acme.example/connected' }
	const code = connectWith(context, { names: ['erp'], flags }, pasted)
	const page = await (await fetch(await shown.promise)).text()
	const target = /id="allow" href="([^"]+)"/.exec(page)![1]!.replaceAll('&amp;', '&')
	expect(target).toMatch(/^https:\/\/acme\.example\/connected\?/)
	pasted.write(`${target}\n`)
	expect(await code).toBe(0)
	expect(await keptTokens()).toHaveLength(1)
})

test('an organisation that is not named yet is no hindrance to the consent, and a run says which to write', async () => {
	writeProject()
	const command = start('connect', 'erp', '--port', '0')
	await click(await command.opened, 'allow')
	expect(await command.code).toBe(0)
	const run = start('extract', 'erp.organisations')
	expect(await run.code).not.toBe(0)
	expect(run.written.notes).toContain('write the one that is meant as tenant_id')
})

test('where the vendor takes no plain http, the address of this machine is refused before anybody logs in', async () => {
	const url = 'https://quickbooks.api.intuit.com'
	const file = path.join(folder, 'tieout.yml')
	const ids = `realm_id: "9130", client_id: x, client_secret: "\${env:XERO_SECRET}", refresh_token: consent`
	const books = `  books: { source: quickbooks, options: { url: "${url}", ${ids} } }\n`
	writeFileSync(
		file,
		readFileSync(file, 'utf8').replace('connections:\n', () => `connections:\n${books}`),
	)
	const command = start('connect', 'books')
	expect(await command.code).toBe(2)
	expect(command.written.notes).toContain('sends the browser back to https addresses alone')
})

test('before the consent a run says what to do; a connection that logs in by itself is told so', async () => {
	const run = start('extract', 'erp.organisations')
	expect(await run.code).not.toBe(0)
	expect(run.written.notes).toContain('nobody has consented to this connection yet')
	expect(run.written.notes).toContain('tieout connect')
	const signed = start('connect', 'signed')
	expect(await signed.code).toBe(2)
	expect(signed.written.notes).toContain('logs in without a person’s consent')
	const unknown = start('connect', 'erb')
	expect(await unknown.code).toBe(2)
	expect(unknown.written.notes).toMatch(/allowed: erp/)
})

/** Xero as a connection that extraction takes, and what it may be asked to consent to. */
function account() {
	const url = sandboxes.url('xero')
	const options = {
		...{ url, login_url: url, consent_url: `${url}/identity/connect/authorize`, refresh_token: 'consent' },
		...{ client_id: xeroWebApp.clientId, client_secret: xeroWebApp.clientSecret },
	}
	const { source, connection } = sourceOf({ name: 'erp', kind: 'xero', options })
	return { source, connection, consent: source.consent!(connection.options)! }
}

test('a code is good once, and only with what its challenge was made from', async () => {
	const { source, connection, consent } = account()
	const state = await openState(path.join(folder, 'state.sqlite'))
	try {
		const codeFor = async (url: string) => {
			const page = await (await fetch(url)).text()
			return new URL(/id="allow" href="([^"]+)"/.exec(page)![1]!.replaceAll('&amp;', '&')).searchParams
		}
		const request = consentRequest(consent, 'http://localhost:4180/connect')
		const take = (more: Partial<typeof request>, parameters: URLSearchParams) =>
			takeConsent({ source, connection, consent }, { ...request, ...more }, parameters, extractState(state.db))
		const stolen = await codeFor(request.url)
		expect(isAnswerTo(request, stolen)).toBe(true)
		await expect(take({ verifier: 'guessed' }, stolen)).rejects.toMatchObject({ code: 'auth.rejected' })
		await expect(take({}, stolen)).rejects.toMatchObject({ code: 'auth.rejected' })
		const moved = await codeFor(request.url)
		await expect(take({ redirectUri: 'http://localhost:4181/connect' }, moved)).rejects.toMatchObject({
			code: 'auth.rejected',
		})
		await take({}, await codeFor(request.url))
		expect(await state.db.selectFrom('oauth_tokens').selectAll().execute()).toHaveLength(1)
	} finally {
		await state.close()
	}
})

test('a consent for another account than the connection reads is refused before its code is used', async () => {
	const { source, connection, consent } = account()
	const state = await openState(path.join(folder, 'state.sqlite'))
	const request = consentRequest(consent, 'http://localhost:4180/connect')
	const named = { ...connection, options: { ...connection.options, realm_id: '0' } }
	const parameters = new URLSearchParams({ code: 'abcdef123456', realmId: '9130', state: request.state })
	const taken = takeConsent(
		{ source, connection: named, consent: { ...consent, redirected: { realmId: 'realm_id' } } },
		request,
		parameters,
		extractState(state.db),
	)
	await expect(taken).rejects.toMatchObject({ code: 'consent.other_account' })
	await expect(taken).rejects.toThrow('the consent is for realmId 9130, but connections.erp.options.realm_id is 0')
	expect(sandboxes.requests().xero.requests).toBe(0)
	await state.close()
})
