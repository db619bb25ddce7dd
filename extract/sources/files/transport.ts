import type { Entity } from '../../../models/canonical.ts'
import { TieoutError } from '../../../models/error.ts'
import type { Exchange, Transport } from '../../http.ts'
import { type Book, openBook } from './book.ts'
import { add, decimalOf, decimalText, zero } from './decimal.ts'
import { type FilesOptions, filesOptions } from './options.ts'
import { type MappedRecord, recordsOf } from './records.ts'
import { streamOf } from './streams.ts'

/**
 * Answers a stream's requests from the folder, in place of a network: `/records/<entity>` is all of its records, `/count/<entity>`
 * how many there are with their money, `/describe/<entity>` the headers of the files. The folder is read once, so that all streams of
 * a run see the same files.
 */
export function filesTransport(given: FilesOptions): Transport {
	const options = filesOptions.parse(given)
	let opening: Promise<Book> | null = null
	const made = new Map<Entity, MappedRecord[]>()

	function book(): Promise<Book> {
		opening ??= openBook(options)
		return opening
	}

	async function records(entity: Entity): Promise<MappedRecord[]> {
		const known = made.get(entity) ?? recordsOf(entity, options, await book())
		made.set(entity, known)
		return known
	}

	return {
		close: async () => made.clear(),
		async send({ url }): Promise<Exchange> {
			const [, question, entity] = url.pathname.split('/') as [string, string, Entity]
			if (question === 'said') return answer(Buffer.from(JSON.stringify({ at: String((await book()).saidAt) })))
			const rows = await records(entity)
			if (question === 'records') return answer(pageOf(rows))
			if (question === 'count') return answer(Buffer.from(JSON.stringify(countOf(entity, rows))))
			return answer(Buffer.from(JSON.stringify({ fields: headersOf(await book(), options, entity) })))
		},
	}
}

function answer(body: Buffer): Exchange {
	return { status: 200, headers: { 'content-type': 'application/json' }, body }
}

/** In pieces, because one text could grow longer than a string may be. */
function pageOf(rows: MappedRecord[]): Buffer {
	const pieces: Buffer[] = [Buffer.from(`{"total":"${rows.length}","records":[`)]
	for (let start = 0; start < rows.length; start += 5_000) {
		const text = rows.slice(start, start + 5_000).map((row) => JSON.stringify(row))
		pieces.push(Buffer.from((start > 0 ? ',' : '') + text.join(',')))
	}
	return Buffer.concat([...pieces, Buffer.from(']}')])
}

/** Counted from the files by exact arithmetic that the load has no part in. */
function countOf(entity: Entity, rows: MappedRecord[]): { rows: string; money: Record<string, string> } {
	const { money } = streamOf(entity)
	const totals = new Map<string, ReturnType<typeof add>>()
	for (const row of rows) {
		const amount = money && !row['_refused'] ? decimalOf(row[money.amount] ?? '') : null
		if (!amount) continue
		const currency = row[money!.currency ?? ''] ?? '(none)'
		totals.set(currency, add(totals.get(currency) ?? zero, amount))
	}
	return {
		rows: String(rows.length),
		money: Object.fromEntries([...totals].map(([name, total]) => [name, decimalText(total)])),
	}
}

/** The headers of the files that the entity is made from, each with its file's name: a column that goes is a change of schema. */
function headersOf(book: Book, options: FilesOptions, entity: Entity): Record<string, string> {
	const parts = options.entities[entity]
	if (!parts)
		throw new TieoutError('configuration', 'files.not_mapped', `options.entities has no ${entity}`, {
			allowed: Object.keys(options.entities),
			next: `map ${entity} to a file, or leave the stream out`,
		})
	const sheets = new Set(parts.flatMap(({ from, share, recognise }) => [from, share?.over, recognise?.over]))
	return Object.fromEntries(
		[...sheets]
			.filter((name) => name !== undefined)
			.flatMap((name) => book.sheet(name).headers.map((header) => [`${book.sheet(name).file} ${header}`, 'text'])),
	)
}
