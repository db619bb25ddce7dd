import { TieoutError } from '../../models/error.ts'

/** Why a text was refused. `offset` counts bytes from its start, where the parser knows. */
export type Refusal = { code: string; message: string; offset?: number; allowed?: string[]; next?: string }

/** A refusal as an error: `where` is `line:column` of the text, so that a page can put a caret there. */
export function refused(sql: string, refusal: Refusal): TieoutError {
	const where = refusal.offset === undefined ? undefined : placeOf(sql, refusal.offset)
	return new TieoutError('refused', `sql.${refusal.code}`, refusal.message, {
		...(where && { where }),
		...(refusal.allowed && { allowed: refusal.allowed }),
		next: refusal.next ?? 'ask by one SELECT of the published tables: show tables lists them',
	})
}

/** `line:column` of a byte offset, both from 1. */
export function placeOf(sql: string, offset: number): string {
	const before = Buffer.from(sql).subarray(0, offset).toString()
	const lines = before.split('\n')
	return `${lines.length}:${lines.at(-1)!.length + 1}`
}
