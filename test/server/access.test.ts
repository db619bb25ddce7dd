import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { describe, expect, test } from 'vitest'
import { accessControl, isLoopbackAddress, refuseOpenNetwork } from '../../server/access.ts'

const tokens = { ana: 'a-token-of-at-least-24-characters' }

async function ask(
	known: Record<string, string>,
	headers: Record<string, string>,
): Promise<{ status: number; body: string }> {
	const app = express().use(accessControl(known), (_request, response) => {
		response.send(`hello ${response.locals['user'] ?? 'local'}`)
	})
	const server = createServer(app)
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
	const { port } = server.address() as AddressInfo
	const answer = await new Promise<{ status: number; body: string }>((resolve, reject) => {
		request({ port, host: '127.0.0.1', headers: { host: `127.0.0.1:${port}`, ...headers } }, (response) => {
			let body = ''
			response.on('data', (chunk) => {
				body += chunk
			})
			response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
		})
			.on('error', reject)
			.end()
	})
	server.close()
	return answer
}

describe('with tokens', () => {
	test('a bearer token lets in, and says who it is', async () => {
		expect(await ask(tokens, { authorization: `Bearer ${tokens.ana}` })).toEqual({ status: 200, body: 'hello ana' })
	})

	test('a browser sends it as the password', async () => {
		const basic = Buffer.from(`anybody:${tokens.ana}`).toString('base64')
		expect((await ask(tokens, { authorization: `Basic ${basic}` })).status).toBe(200)
	})

	test.each([
		{},
		{ authorization: 'Bearer wrong' },
		{ authorization: 'Basic !!' },
		{ authorization: `Token ${tokens.ana}` },
		{ authorization: 'Bearer ' },
	])('%o stays out', async (headers) => {
		const { status, body } = await ask(tokens, headers as Record<string, string>)
		expect(status).toBe(401)
		expect(JSON.parse(body).error.code).toBe('access.token')
	})
})

test('a browser is refused with a page, in which nothing of the request is markup', async () => {
	const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
	const { status, body } = await ask(tokens, browser)
	expect(status).toBe(401)
	expect(body).toMatch(/^<!doctype html>.*<h1>A token is needed<\/h1>.*the token is the password/s)
	const foreign = await ask({}, { ...browser, host: '<b>evil' })
	expect(foreign.status).toBe(403)
	expect(foreign.body).not.toContain('<b>evil')
	expect(foreign.body).toContain('&lt;b>evil')
})

describe('without tokens, on loopback', () => {
	test.each(['127.0.0.1:4000', 'localhost', '[::1]:4000'])('%s comes in', async (host) => {
		expect((await ask({}, { host })).status).toBe(200)
	})

	test('a foreign name that points here stays out', async () => {
		const { status, body } = await ask({}, { host: 'evil.example:4000' })
		expect(status).toBe(403)
		expect(JSON.parse(body).error.code).toBe('access.host')
	})
})

test('bound elsewhere it refuses to start without tokens', () => {
	expect(() => refuseOpenNetwork('0.0.0.0', {})).toThrow(/server.tokens is empty/)
	expect(() => refuseOpenNetwork('0.0.0.0', tokens)).not.toThrow()
	expect(() => refuseOpenNetwork('127.0.0.1', {})).not.toThrow()
	expect(['::1', 'localhost', '127.1.2.3', '10.0.0.1', '0.0.0.0', '::'].map(isLoopbackAddress)).toEqual([
		true,
		true,
		true,
		false,
		false,
		false,
	])
})
