import { TieoutError } from '../models/error.ts'

/** What a page shows that is not what was asked for: the vendor has passed over a filter, or read it otherwise, without a word. */
export function filterIgnored(vendor: string, where: string, message: string): TieoutError {
	return new TieoutError('vendor', 'filter.ignored', `${vendor} passed over what was asked: ${message}`, {
		where,
		next: 'nothing of this page was taken; run it again, and if it stays so, please report it',
	})
}
