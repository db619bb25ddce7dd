import { setTimeout as delay } from 'node:timers/promises'
import { TieoutError } from '../models/error.ts'
import type { Grant } from './auth.ts'
import { type Budget, createBudget } from './budget.ts'
import { guardedUrl, isLoopback } from './guard.ts'
import { createTransport, type Exchange, type Transport } from './http.ts'
import { quoteNumbers } from './page-scan.ts'
import { redactor } from './redact.ts'
import type { Ask, Connection, Source, SourceRequest, Verdict } from './source.ts'
import type { ExtractState } from './state.ts'
import { type VendorCause, vendorError } from './vendor-error.ts'

/** How often and how long to try. Milliseconds; waits double from `base` to `cap`, with jitter over the whole of each. */
export type RetryPolicy = { attempts: number; base: number; cap: number }

/** `machineNow` and `sleep` are real time, `now` is the company's clock (epoch ms); `random` from 0 to 1. */
export type ClientEffects = {
	now?: () => number
	machineNow?: () => number
	sleep?: (milliseconds: number) => Promise<void>
	random?: () => number
	retry?: Partial<RetryPolicy>
	transport?: Transport
	signal?: AbortSignal
}

/** One account: everything that its streams ask goes through here. The opener closes it. */
export type Client = {
	/** Asks until `read` has an answer it accepts. `read` may throw `page.*` errors, which are asked again like broken answers. */
	exchange<T>(request: SourceRequest, read: (exchange: Exchange) => T): Promise<T>
	ask: Ask
	redact(text: string): string
	/** Requests sent so far, retries included. */
	requests(): number
	close(): Promise<void>
}

const defaultRetry: RetryPolicy = { attempts: 6, base: 500, cap: 60_000 }

/** A vendor that asks for a longer wait than this is not waited for: the run stops and goes on later. Seconds. */
const longestWait = 300

/** Opens an account of a source. Throws nothing yet: the first question asks for the credential. */
export function createClient(
	source: Source,
	connection: Connection,
	state: ExtractState,
	effects: ClientEffects = {},
): Client {
	const { machineNow = Date.now, sleep = delay, random = Math.random, signal, now = Date.now } = effects
	const policy = { ...defaultRetry, ...effects.retry }
	const transport = effects.transport ?? createTransport()
	const budget: Budget = createBudget(source.budget(connection.options), {
		ticks: () => performance.now(),
		sleep: async (milliseconds) => void (await sleep(milliseconds)),
	})
	const { add: addSecret, redact } = redactor(source.secrets(connection.options))
	const credentials = createCredentials({ source, connection, state, transport, addSecret, redact, machineNow })
	let requests = 0
	let usage: { quota: string; used: number; maximum: number } | null = null

	async function exchange<T>(request: SourceRequest, read: (exchange: Exchange) => T): Promise<T> {
		let broken: VendorCause | null = null
		let refusals = 0
		for (let attempt = 1; attempt <= policy.attempts; ) {
			signal?.throwIfAborted()
			const credential = await retried(() => credentials.current())
			const { verdict, value } = await budget.use(() => once(request, credential, read))
			if (verdict.action === 'ok') {
				credentials.accepted(credential)
				return value as T
			}
			broken = { ...verdict, attempts: attempt }
			if (verdict.action === 'auth') {
				credentials.refused(credential, failure(broken, request))
				// Others' requests may be accepted with what this one is refused for.
				if (++refusals > 5) break
				continue
			}
			if (verdict.action !== 'retry' || (verdict.after ?? 0) > longestWait) break
			if (attempt++ < policy.attempts) await wait(attempt, verdict.after)
		}
		throw failure(broken!, request)
	}

	/** One try: what the vendor's answer means, and what was read from it. */
	async function once<T>(request: SourceRequest, credential: Grant, read: (exchange: Exchange) => T) {
		const origin = credential.origin ?? source.origin(connection.options)
		const url = guardedUrl(request, origin, source.origins(connection.options), source.allow)
		requests++
		try {
			const answer = await transport.send({
				method: request.method,
				url,
				...wire(request, credential, url),
				...(signal && { signal }),
			})
			refuseClock(answer, url)
			noteUsage(answer)
			const verdict = judge(answer)
			return verdict.action === 'ok' ? { verdict, value: read(answer) } : { verdict, value: undefined }
		} catch (error) {
			signal?.throwIfAborted()
			return { verdict: verdictOfError(error), value: undefined }
		}
	}

	function judge(answer: Exchange): Verdict {
		const { status, headers, body } = answer
		if (status >= 300 && status < 400)
			return {
				action: 'config',
				code: 'redirect',
				message: `it points to ${headers['location'] ?? 'another address'}; redirects are not followed`,
			}
		if (status < 300 && isHtml(answer))
			return { action: 'retry', code: 'html', message: 'a web page came in place of data' }
		return source.verdict({ status, headers, text: status < 300 ? '' : body.toString('utf8').slice(0, 20_000) })
	}

	/** A clock that runs ahead would call changes read that are yet to be made. */
	function refuseClock(answer: Exchange, url: URL) {
		const theirs = Date.parse(answer.headers['date'] ?? '')
		if (Number.isNaN(theirs) || isLoopback(url.hostname)) return
		const ahead = Math.round((now() - theirs) / 60_000)
		if (ahead <= 10) return
		throw new TieoutError(
			'configuration',
			'clock.ahead',
			`this machine's clock is ${ahead} minutes ahead of ${url.host}`,
			{
				where: connection.name,
				next: 'set the clock (NTP); nothing was read, so that no change is passed over',
			},
		)
	}

	function noteUsage(answer: Exchange) {
		usage = source.usage?.(answer.headers) ?? usage
	}

	/** Written once, at the end: a write to the disk for each request would cost more than the request. */
	async function close() {
		await transport.close()
		if (usage) await state.noteUsage(connection.name, usage.quota, usage.used, usage.maximum)
	}

	async function wait(attempt: number, after: number | undefined) {
		const backoff = Math.min(policy.cap, policy.base * 2 ** (attempt - 2)) * random()
		const milliseconds = Math.max(backoff, (after ?? 0) * 1000)
		if (after !== undefined) budget.pause(milliseconds)
		await sleep(milliseconds)
	}

	/** The token endpoint breaks like any other. */
	async function retried<T>(work: () => Promise<T>): Promise<T> {
		for (let attempt = 1; ; attempt++) {
			try {
				return await work()
			} catch (error) {
				if (attempt >= policy.attempts || !(error instanceof TieoutError) || !isPassing(error)) throw error
				await wait(attempt + 1, undefined)
			}
		}
	}

	function failure(cause: VendorCause, request: SourceRequest): TieoutError {
		return vendorError(source, connection, { ...cause, message: redact(cause.message) }, request)
	}

	const ask: Ask = (request) => exchange(request, ({ body, headers }) => ({ json: parse(body), headers }))

	return { exchange, ask, redact, requests: () => requests, close }
}

type CredentialParts = {
	source: Source
	connection: Connection
	state: ExtractState
	transport: Transport
	addSecret(secret: string): void
	redact(text: string): string
	machineNow(): number
}

/** One credential for all streams; one renewal at a time. Two in a row that the vendor never accepted are enough. */
function createCredentials({ source, connection, state, transport, addSecret, redact, machineNow }: CredentialParts) {
	const auth = source.auth(connection.options)
	let current: Promise<Grant> | null = null
	let held: Grant | null = null
	let neverAccepted = 0
	let isAccepted = false

	async function renew(): Promise<Grant> {
		const grant = await auth({
			post,
			machineNow,
			tokens: () => state.tokens(connection.name),
			saveTokens: (tokens) => state.saveTokens(connection.name, tokens),
		})
		if (grant.secret) addSecret(grant.secret)
		isAccepted = false
		held = grant
		return grant
	}

	async function post(address: string, form: Record<string, string>) {
		const path = new URL(address)
		const url = guardedUrl(
			{ method: 'POST', path: address },
			path.origin,
			source.origins(connection.options),
			source.allow,
		)
		const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' }
		const answer = await transport.send({ method: 'POST', url, headers, body: new URLSearchParams(form).toString() })
		if (
			answer.status >= 500 ||
			answer.status === 429 ||
			answer.status === 406 ||
			isHtml(answer) ||
			answer.body.length === 0
		)
			throw new TieoutError('vendor', 'auth.unavailable', `the token endpoint answered ${answer.status}`, {
				where: address,
			})
		const json = parse(answer.body) as Record<string, unknown>
		for (const name of ['access_token', 'refresh_token']) if (typeof json[name] === 'string') addSecret(json[name])
		const said = json['error_description']
		return {
			status: answer.status,
			json: typeof said === 'string' ? { ...json, error_description: redact(said) } : json,
		}
	}

	return {
		current(): Promise<Grant> {
			current ??= renew().catch((error) => {
				current = null
				throw error
			})
			return current
		},
		accepted(grant: Grant) {
			if (grant !== held) return
			isAccepted = true
			neverAccepted = 0
		},
		/** The next `current()` gets a new credential, unless another request has seen to that already. */
		refused(grant: Grant, failure: TieoutError) {
			if (grant !== held) return
			if (!isAccepted) neverAccepted++
			if (neverAccepted >= 2) throw failure
			held = null
			current = null
		},
	}
}

function wire(request: SourceRequest, credential: Grant, url: URL) {
	const hasBody = request.body !== undefined
	return {
		headers: {
			accept: 'application/json',
			...(!isLoopback(url.hostname) && { 'accept-encoding': 'gzip' }),
			...(hasBody && { 'content-type': 'application/json' }),
			...request.headers,
			...credential.headers({ method: request.method, url }),
		},
		...(hasBody && { body: JSON.stringify(request.body) }),
	}
}

function parse(body: Buffer): unknown {
	try {
		return JSON.parse(quoteNumbers(body.toString('utf8')))
	} catch (cause) {
		throw new TieoutError('vendor', 'page.not_json', `the answer is not JSON: ${(cause as Error).message}`, { cause })
	}
}

function isHtml({ headers, body }: Exchange): boolean {
	if (headers['content-type']?.includes('html')) return true
	const first = body.subarray(0, 64).toString('latin1').trimStart()
	return first.startsWith('<')
}

/** Broken connections and broken pages are asked again; what is ours to mend is thrown on. */
function verdictOfError(error: unknown): Verdict {
	if (!(error instanceof TieoutError) || !isPassing(error)) throw error
	const action = error.code === 'http.too_large' ? 'smaller' : 'retry'
	return { action, code: error.code, message: error.message }
}

function isPassing(error: TieoutError): boolean {
	return /^(page\.|auth\.unavailable$|http\.(unreachable|truncated|too_large)$)/.test(error.code)
}
