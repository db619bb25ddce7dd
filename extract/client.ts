import { setTimeout as delay } from 'node:timers/promises'
import { TieoutError } from '../models/error.ts'
import { byConsent, type Grant } from './auth.ts'
import { type Budget, BudgetSpent, createBudget, type WindowUse } from './budget.ts'
import { createCredentials } from './credentials.ts'
import { guardedUrl, isLoopback } from './guard.ts'
import { createTransport, type Exchange, type Transport } from './http.ts'
import { release } from './memory.ts'
import { redactor } from './redact.ts'
import type { Ask, Connection, Source, SourceRequest, Verdict } from './source.ts'
import type { ExtractState } from './state.ts'
import { isHtml, parseAnswer } from './token-endpoint.ts'
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
	/** The longest wait for room in a window; five minutes, if absent. Milliseconds. */
	longestWait?: number
}

/** One account: everything that its streams ask goes through here. The opener closes it. */
export type Client = {
	/**
	 * Asks until `read` has an answer it accepts. `read` may throw `page.*` errors, which are asked again like broken answers. The body is
	 * gone when `read` has ended.
	 */
	exchange<T>(request: SourceRequest, read: (exchange: Exchange) => T | Promise<T>): Promise<T>
	ask: Ask
	/** The same account, for one of its streams: its requests go by its priority. */
	of(stream: { priority?: number }): Client
	redact(text: string): string
	/** Requests sent so far, retries included. */
	requests(): number
	/** How much of each window is used and, where the vendor tells (`told`), of its own quota. */
	limits(): Promise<{ windows: WindowUse[]; told: { quota: string; used: number; maximum: number } | null }>
	close(): Promise<void>
}

/** Streams whose priority is lower go first, and may use more of a quota. */
const ordinary = 2

/** The share of a quota that the vendor tells which a stream of a priority may use it up to. */
export function quotaShare(priority: number): number {
	return priority < ordinary ? 0.8 : 0.7
}

/** And the share that one run may use by itself. */
export const runShare = 0.25

/** Epoch ms that never go back while the process lives, whatever is done to the clock. */
const monotonicNow = () => Math.floor(performance.timeOrigin + performance.now())

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
	const longest = effects.longestWait ?? longestWait * 1000
	const transport = effects.transport ?? source.transport?.(connection.options) ?? createTransport()
	const budget: Budget = createBudget(source.budget(connection.options), {
		machineNow: effects.machineNow ?? monotonicNow,
		sleep,
		log: state.requestLog(connection.name),
		longest,
	})
	const apart = (source.budget(connection.options).apart ?? []).map(({ path, ...window }) => ({
		path,
		budget: createBudget(
			{ concurrency: Number.POSITIVE_INFINITY, windows: [window] },
			{ machineNow: effects.machineNow ?? monotonicNow, sleep, longest },
		),
	}))
	const { add: addSecret, redact } = redactor(secretsOf(source, connection))
	const credentials = createCredentials({ source, connection, state, transport, addSecret, redact, machineNow })
	let requests = 0
	let usage: { quota: string; used: number; maximum: number; next?: string } | null = null

	async function exchange<T>(
		request: SourceRequest,
		read: (exchange: Exchange) => T | Promise<T>,
		priority: number = ordinary,
	): Promise<T> {
		let broken: VendorCause | null = null
		let refusals = 0
		for (let attempt = 1; attempt <= policy.attempts; ) {
			signal?.throwIfAborted()
			leaveQuota(request, priority)
			const credential = await retried(() => credentials.current())
			const send = () => budget.use(() => once(request, credential, read), priority)
			const limited = apart.find(({ path }) => request.path.endsWith(path))
			const { verdict, value } = await (limited ? limited.budget.use(send, priority) : send()).catch((error) =>
				putOff(error, request),
			)
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
			// Each of these has taken minutes already.
			if (verdict.code === 'http.timeout' && attempt >= 2) break
			if (attempt++ < policy.attempts) await wait(attempt, verdict.after)
		}
		throw failure(broken!, request)
	}

	/** One try: what the vendor's answer means, and what was read from it. */
	async function once<T>(request: SourceRequest, credential: Grant, read: (exchange: Exchange) => T | Promise<T>) {
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
			if (verdict.action !== 'ok') return { verdict, value: undefined }
			const value = await read(answer)
			release(answer.body)
			return { verdict, value }
		} catch (error) {
			signal?.throwIfAborted()
			return { verdict: verdictOfError(error), value: undefined }
		}
	}

	function judge(answer: Exchange): Verdict {
		const { status, headers, body } = answer
		if (status >= 300 && status < 400 && status !== 304)
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
		usage = source.usage?.(answer.headers, connection.options) ?? usage
	}

	/**
	 * Others need the vendor's quota too: a run stops at 80 % of all, or at a quarter by itself (as tap-salesforce does). Streams that a
	 * month end does not need first stop at 70 %.
	 */
	function leaveQuota(request: SourceRequest, priority: number) {
		const share = quotaShare(priority)
		if (!usage || (usage.used < usage.maximum * share && requests < usage.maximum * runShare)) return
		const rest = usage.used < usage.maximum * 0.8 && share < 0.8 ? 'what a month end needs first, and others' : 'others'
		const message = `${usage.used} of ${usage.maximum} ${usage.quota} are used, ${requests} by this run; the rest is left to ${rest}`
		const cause = { action: 'quota' as const, code: 'reserve', message, attempts: 1, until: 'when there is room again' }
		throw failure({ ...cause, ...(usage.next !== undefined && { next: usage.next }) }, request)
	}

	/** A window that is full for long: the stream is put off, and says until when. */
	function putOff(error: unknown, request: SourceRequest): never {
		if (!(error instanceof BudgetSpent)) throw error
		const until = `from ${new Date(error.until).toISOString().slice(0, 16).replace('T', ' ')} UTC on`
		throw failure({ action: 'quota', code: 'window', message: error.message, attempts: 1, until }, request)
	}

	/** Written once, at the end: a write to the disk for each request would cost more than the request. */
	async function close() {
		await transport.close()
		for (const { quota, used, maximum } of await budget.close())
			await state.noteUsage(connection.name, quota, used, maximum)
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

	const client: Client = {
		exchange,
		ask: askBy(exchange),
		redact,
		requests: () => requests,
		limits: async () => ({ windows: await budget.windows(), told: usage }),
		close,
		of: ({ priority = ordinary }) => {
			const first: Client['exchange'] = (request, read) => exchange(request, read, priority)
			return { ...client, exchange: first, ask: askBy(first) }
		},
	}
	return client
}

/** What must never be seen in a message; the word that stands for a consent is none. */
export function secretsOf(source: Source, { options }: Connection): string[] {
	return source.secrets(options).filter((secret) => secret !== byConsent)
}

function askBy(exchange: Client['exchange']): Ask {
	return (request) =>
		exchange(request, ({ status, body, headers }) => ({ json: status === 304 ? null : parseAnswer(body), headers }))
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

/** Broken connections and broken pages are asked again; what is ours to mend is thrown on. */
function verdictOfError(error: unknown): Verdict {
	if (!(error instanceof TieoutError) || !isPassing(error)) throw error
	const action = error.code === 'http.too_large' ? 'smaller' : 'retry'
	return { action, code: error.code, message: error.message, isTooSlow: error.code === 'http.timeout' }
}

function isPassing(error: TieoutError): boolean {
	return /^(page\.|auth\.unavailable$|http\.(unreachable|timeout|truncated|too_large)$)/.test(error.code)
}
