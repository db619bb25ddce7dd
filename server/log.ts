import pino, { type DestinationStream, type Logger } from 'pino'

export type { Logger } from 'pino'

/** Names of fields whose value is a secret, whatever stands before or after. */
const secretName =
	/(secret|password|passphrase|private_?key|(?<!page_|next_page_)token|assertion|authorization|api_?key|cookie)$/i

/** Texts registered by `keepSecret`: they never appear in a log, a message or the state. */
const kept = new Set<string>()

/**
 * Remembers a secret's value, so that `redact` takes it out of every text. Values under 6 characters would hit innocent words, and the
 * first line of one key is that of every other: without it another key would not be known as one.
 */
export function keepSecret(value: string): void {
	for (const part of [value, ...value.split('\n')].map((one) => one.trim()))
		if (part.length >= 6 && !/^-----[A-Z ]+-----$/.test(part)) kept.add(part)
}

/** The one place where secrets are taken out of a text: registered values, bearer and personal tokens, URL passwords, `secret=` pairs, PEM blocks. */
export function redact(text: string): string {
	let safe = text
	for (const secret of kept) if (safe.includes(secret)) safe = safe.replaceAll(secret, '[redacted]')
	return safe
		.replace(/-----BEGIN [A-Z ]+-----[\s\S]*?(-----END [A-Z ]+-----|$)/g, '[redacted key]')
		.replace(/\b(Bearer|Basic|token) [A-Za-z0-9._~+/=-]{8,}/g, '$1 [redacted]')
		.replace(/\btieout_[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/g, 'tieout_[redacted]')
		.replace(/(\/\/[^/\s:@]*):[^/\s@]+@/g, '$1:[redacted]@')
		.replace(
			/((?:access_token|refresh_token|client_secret|client_assertion|assertion|password|api_key)["']?\s*[=:]\s*["']?)[^\s"'&,}]+/gi,
			'$1[redacted]',
		)
}

/** A value with every secret taken out: texts by `redact`, and fields whose name says that they hold one. */
export function redactDeep(value: unknown, name = ''): unknown {
	if (value !== null && value !== undefined && secretName.test(name)) return '[redacted]'
	if (typeof value === 'string') return redact(value)
	if (Array.isArray(value)) return value.map((part) => redactDeep(part))
	if (value instanceof Error) return { name: value.name, message: redact(value.message), ...details(value) }
	if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype)
		return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, redactDeep(part, key)]))
	return value
}

/** JSON lines on `destination` (default: standard error), times in UTC, secrets redacted. `level` as pino names them. */
export function createLog(
	{ level = 'info' }: { level?: string } = {},
	{ destination = pino.destination({ fd: 2, sync: true }) }: { destination?: DestinationStream } = {},
): Logger {
	return pino(
		{
			level,
			base: null,
			timestamp: pino.stdTimeFunctions.isoTime,
			formatters: {
				level: (label) => ({ level: label }),
				log: (fields) => redactDeep(fields) as Record<string, unknown>,
			},
			serializers: { err: (error) => error, error: (error) => error },
			hooks: {
				logMethod(words, method) {
					method.apply(this, words.map((word) => (typeof word === 'string' ? redact(word) : word)) as typeof words)
				},
			},
		},
		destination,
	)
}

function details(error: Error): Record<string, unknown> {
	const { code, where, next } = error as { code?: unknown; where?: unknown; next?: unknown }
	return {
		...(code !== undefined && { code }),
		...(typeof where === 'string' && { where: redact(where) }),
		...(typeof next === 'string' && { next: redact(next) }),
		...(error.cause instanceof Error && { cause: redactDeep(error.cause) }),
	}
}
