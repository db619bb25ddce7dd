import { TieoutError } from '../../../models/error.ts'
import type { Book, Sheet } from './book.ts'
import type { Row } from './table.ts'

/** What an expression looks at: a row of its file and, where the mapping shares or recognises, the `line` that was found for it. */
export type Sight = { row: Row; line?: Row | null }

/** The text at a column, null when it is empty. Throws a `files.row` error for a link that leads nowhere. */
export type Column = { read(sight: Sight): string | null; sheet: Sheet; header: string }

/** The sheets in sight: the row's, and the one that `line` is from. */
export type Scope = { book: Book; sheet: Sheet; line?: Sheet | undefined }

/**
 * Finds a column by its path: a header of the file, `line.` and a header of the lines' file, or a linking column, a dot, and a path in
 * the file that it leads to. Throws `files.unknown_column` with the file and the headers it has.
 */
export function columnAt(path: string, scope: Scope, where: string): Column {
	if (scope.line && path.startsWith('line.')) {
		const inner = step(path.slice('line.'.length), scope.line, scope.book, where)
		return { ...inner, read: ({ line }) => (line ? inner.readRow(line) : null) }
	}
	const inner = step(path, scope.sheet, scope.book, where)
	return { ...inner, read: ({ row }) => inner.readRow(row) }
}

type Inner = { readRow(row: Row): string | null; sheet: Sheet; header: string }

function step(path: string, sheet: Sheet, book: Book, where: string): Inner {
	if (sheet.headers.includes(path)) return { readRow: (row) => row.cells[path] ?? null, sheet, header: path }
	const dot = path.indexOf('.')
	const link = path.slice(0, dot)
	if (dot > 0 && sheet.headers.includes(link) && sheet.links[link]) {
		const target = book.sheet(sheet.links[link])
		if (!target.key) throw noKey(target, `${sheet.file}, column ${link}`, where)
		if (!target.headers.includes(target.key)) throw unknownColumn(target.key, target, `files.${target.name}.key`)
		const inner = step(path.slice(dot + 1), target, book, where)
		return { ...inner, readRow: (row) => followed(row, link, sheet, target, inner) }
	}
	throw unknownColumn(path, sheet, where)
}

function followed(row: Row, link: string, sheet: Sheet, target: Sheet, inner: Inner): string | null {
	const key = row.cells[link]
	if (key == null) return null
	const found = target.find(key)
	if (found) return inner.readRow(found)
	throw rowProblem(
		sheet,
		row,
		`${link} is "${key}", and ${target.file} has no such ${target.key}${lostZeros(key, target)}`,
	)
}

/** Spreadsheets drop the zeros in front of what looks like a number. */
function lostZeros(key: string, target: Sheet): string {
	if (!/^\d+$/.test(key)) return ''
	const bare = key.replace(/^0+/, '')
	const twin = [...target.keys()].find((other) => other.replace(/^0+/, '') === bare)
	return twin === undefined ? '' : `; it has "${twin}": leading zeros were lost in one of them, as spreadsheets do`
}

/** A row that can't become a record: it is kept aside with this reason. */
export function rowProblem(sheet: Sheet, row: Row, reason: string): TieoutError {
	return new TieoutError('data', 'files.row', `${sheet.file}:${row.line}: ${reason}`, {
		where: `${sheet.file}:${row.line}`,
		next: 'correct the row in the file, or its mapping, and read it again',
	})
}

function unknownColumn(name: string, sheet: Sheet, where: string): TieoutError {
	const twice = sheet.headers.filter((header) => header.startsWith(`${name}#`))
	const message =
		twice.length > 0
			? `the header "${name}" stands ${twice.length} times in ${sheet.file}`
			: `${sheet.file} has no column "${name}"`
	return new TieoutError('configuration', 'files.unknown_column', `${where}: ${message}`, {
		where,
		allowed: twice.length > 0 ? twice : [...sheet.headers, ...Object.keys(sheet.links).map((link) => `${link}.…`)],
		next:
			twice.length > 0
				? `write ${twice.join(' or ')}`
				: 'write a column of the file, or say under files: which column links to another one',
	})
}

function noKey(sheet: Sheet, from: string, where: string): TieoutError {
	return new TieoutError(
		'configuration',
		'files.no_key',
		`${where}: ${from} links to ${sheet.file}, of which no key is known`,
		{
			where: `files.${sheet.name}`,
			next: `add key: under files.${sheet.name}`,
			allowed: sheet.headers,
		},
	)
}
