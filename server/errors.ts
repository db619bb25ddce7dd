import { type ErrorKind, TieoutError } from '../models/error.ts'
import { redact } from './log.ts'
import { systemError } from './system-error.ts'

/** Exit codes of the command line: 0 fine, 1 not trusted, 2 wrong usage or configuration, 3 something broke, 130 interrupted. */
export const exitCodes = { fine: 0, notTrusted: 1, usage: 2, broke: 3, interrupted: 130 } as const

/** The one shape of an error for scripts: `--json` on the command line, and the body of every failed HTTP answer. */
export type ErrorDocument = {
	error: { code: string; message: string; where?: string; allowed?: string[]; next?: string }
}

/** The edge's one table: each kind's exit code and HTTP status. */
const edge: Record<ErrorKind, { exitCode: number; httpStatus: number }> = {
	usage: { exitCode: exitCodes.usage, httpStatus: 400 },
	configuration: { exitCode: exitCodes.usage, httpStatus: 500 },
	not_found: { exitCode: exitCodes.usage, httpStatus: 404 },
	refused: { exitCode: exitCodes.usage, httpStatus: 403 },
	vendor: { exitCode: exitCodes.broke, httpStatus: 502 },
	data: { exitCode: exitCodes.broke, httpStatus: 422 },
	busy: { exitCode: exitCodes.broke, httpStatus: 503 },
	broken: { exitCode: exitCodes.broke, httpStatus: 500 },
}

/** The exit code for anything thrown; what isn't a TieoutError broke. */
export function exitCodeOf(error: unknown): number {
	const known = error instanceof TieoutError ? error : systemError(error)
	return known ? edge[known.kind].exitCode : exitCodes.broke
}

/** The HTTP status for anything thrown; what isn't a TieoutError is a 500. */
export function httpStatusOf(error: unknown): number {
	return error instanceof TieoutError ? edge[error.kind].httpStatus : 500
}

/** Anything thrown in the one shape, secrets redacted, without a stack. */
export function errorDocument(error: unknown): ErrorDocument {
	if (!(error instanceof TieoutError)) {
		const ofSystem = systemError(error)
		if (ofSystem) return errorDocument(ofSystem)
		const message = error instanceof Error ? error.message : String(error)
		return {
			error: {
				code: 'broken',
				message: redact(message),
				next: 'run the command again with --verbose, and report this',
			},
		}
	}
	const { code, message, where, allowed, next } = error
	return {
		error: {
			code,
			message: redact(message),
			...(where !== undefined && { where: redact(where) }),
			...(allowed !== undefined && { allowed }),
			...(next !== undefined && { next: redact(next) }),
		},
	}
}

/** Anything thrown as lines for a person: the message with its place, what is allowed, the next step. */
export function errorLines(error: unknown): string[] {
	const { message, where, allowed, next } = errorDocument(error).error
	const place = where && !message.includes(where) ? `${where}: ` : ''
	return [
		`${place}${message}`,
		...(allowed?.length && !message.includes('allowed:') ? [`allowed: ${allowed.join(', ')}`] : []),
		...(next ? [`next: ${next}`] : []),
	]
}
