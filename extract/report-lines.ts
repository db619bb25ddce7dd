import { TieoutError } from '../models/error.ts'
import { quoteNumbers } from './page-scan.ts'
import type { Reading, SourceRequest } from './source.ts'

/**
 * A page as the list of records that is scanned: a report ({@link Reading.lines}) becomes the list of its lines, anything else stays as it
 * came. Throws `page.not_json`, worth asking again, and what the source throws.
 */
export function listOfLines(body: Uint8Array, reading: Reading, request: SourceRequest): Uint8Array {
	if (!reading.lines) return body
	return Buffer.from(JSON.stringify(reading.lines(parsed(body), request)))
}

/** A report is not what it should be: asked again like a broken page. `where`: which report. */
export function notThisReport(where: string, message: string): TieoutError {
	return new TieoutError('vendor', 'page.no_records', message, {
		where,
		next: 'if it stays so, the vendor has changed the report: what was read before stays, and the totals can come as a file (docs/tie-out.md)',
	})
}

function parsed(body: Uint8Array): unknown {
	try {
		return JSON.parse(quoteNumbers(Buffer.from(body).toString('utf8')))
	} catch (cause) {
		throw new TieoutError('vendor', 'page.not_json', 'the report is not JSON', { cause })
	}
}
