/** What kind of failure: decides the exit code and the HTTP status at the edge (`server/errors.ts`). */
export type ErrorKind = 'usage' | 'configuration' | 'not_found' | 'refused' | 'vendor' | 'data' | 'busy' | 'broken'

/** What a person needs beside the message: the place, what would have been right, what to do next. */
export type ErrorDetails = { where?: string; allowed?: string[]; next?: string; cause?: unknown }

/** The one error class of the project. `code` is stable text for scripts, such as `config.unknown_source`. */
export class TieoutError extends Error {
	override name = 'TieoutError'
	kind: ErrorKind
	code: string
	where: string | undefined
	allowed: string[] | undefined
	next: string | undefined

	constructor(kind: ErrorKind, code: string, message: string, details: ErrorDetails = {}) {
		super(message, { cause: details.cause })
		this.kind = kind
		this.code = code
		this.where = details.where
		this.allowed = details.allowed
		this.next = details.next
	}
}
