import { type Html, html } from './html.ts'

/** Endings of a table's files with what they are called, in the order of the links. */
export const fileFormats = [
	['csv', 'CSV'],
	['xlsx', 'XLSX'],
	['parquet', 'Parquet'],
] as const

/** Links to a table's files, from the address of its CSV. `of`: what they hold, where the words around don't say it. */
export function FileLinks({ href, of }: { href: string; of?: string }): Html {
	return html`${fileFormats.map(
		([ending, title], index) =>
			html`${index > 0 && ' '}<a href=${href.replace(/\.csv(?=\?|$)/, `.${ending}`)} aria-label=${of && `${of} as ${title}`}>${title}</a>`,
	)}`
}
