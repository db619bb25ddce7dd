import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { TieoutError } from '../../../models/error.ts'
import type { FileFormat, FilesOptions } from './options.ts'
import { type Row, readTable, type Table } from './table.ts'

/** A file of the folder with what the mapping says of it, and its rows by key once somebody asks for them. */
export type Sheet = Table & {
	name: string
	format: FileFormat
	key: string | undefined
	links: Record<string, string>
	/** The row whose key column holds `key`; null when there is none. Throws `files.twice` when two have it. */
	find(key: string): Row | null
	/** All rows whose `column` holds `value`. */
	findAll(column: string, value: string): Row[]
	/** The keys there are. */
	keys(): IterableIterator<string>
	/** sha256 of the bytes. */
	hash: string
}

/** The folder, read once: `saidAt` is the moment it speaks for, epoch ms. */
export type Book = { sheet(name: string): Sheet; names: string[]; saidAt: number }

/** Reads every file that the mapping names. Throws `files.missing`, `files.unreadable`. */
export async function openBook(options: FilesOptions): Promise<Book> {
	const names = [...new Set([...Object.keys(options.files), ...namedByEntities(options)])].sort()
	const read = await Promise.all(names.map((name) => readSheet(name, options)))
	const sheets = new Map(read.map(({ sheet }) => [sheet.name, sheet]))
	const saidAt = options.said_at
		? Date.parse(options.said_at)
		: Math.max(0, ...read.map(({ modifiedAt }) => modifiedAt))
	return {
		names,
		saidAt,
		sheet(name) {
			const sheet = sheets.get(name)
			if (sheet) return sheet
			throw new TieoutError(
				'configuration',
				'files.unknown_file',
				`the mapping names the file "${name}", which is not one of its files`,
				{
					allowed: names,
					next: 'name a file that an entity is made from, or add it under files:',
				},
			)
		},
	}
}

function namedByEntities(options: FilesOptions): string[] {
	const parts = Object.values(options.entities).flat()
	const links = Object.values(options.files).flatMap(({ links }) => Object.values(links))
	const over = parts.flatMap(({ share, recognise }) => [share?.over, recognise?.over])
	return [...parts.map(({ from }) => from), ...over, ...links].filter((name) => name !== undefined)
}

async function readSheet(name: string, options: FilesOptions): Promise<{ sheet: Sheet; modifiedAt: number }> {
	const given = options.files[name]
	const file = given?.path ?? `${name}.csv`
	const where = path.resolve(options.folder, file)
	const [bytes, { mtimeMs }] = await Promise.all([readFile(where), stat(where)]).catch((cause) => {
		throw new TieoutError(
			'not_found',
			'files.missing',
			`${file} can't be read (${cause.code}), and the mapping needs it`,
			{
				where,
				next: 'put the export there, or correct folder: and path:',
				cause,
			},
		)
	})
	const format = Object.fromEntries(
		Object.entries({ ...options.format, ...given }).filter(([key]) =>
			['delimiter', 'encoding', 'decimal', 'dates'].includes(key),
		),
	) as FileFormat
	const table = readTable(file, bytes, format)
	const hash = createHash('sha256').update(bytes).digest('hex')
	return {
		sheet: { ...table, name, format, hash, ...indexed(table, given?.key), links: given?.links ?? {} },
		modifiedAt: mtimeMs,
	}
}

function indexed(table: Table, key: string | undefined): Pick<Sheet, 'key' | 'find' | 'findAll' | 'keys'> {
	const indexes = new Map<string, Map<string, Row[]>>()
	function index(column: string): Map<string, Row[]> {
		const known = indexes.get(column)
		if (known) return known
		const made = new Map<string, Row[]>()
		for (const row of table.rows) {
			const value = row.cells[column]
			if (value == null) continue
			const rows = made.get(value)
			if (rows) rows.push(row)
			else made.set(value, [row])
		}
		indexes.set(column, made)
		return made
	}
	return {
		key,
		findAll: (column, value) => index(column).get(value) ?? [],
		keys: () => index(key!).keys(),
		find(value) {
			const rows = index(key!).get(value) ?? []
			if (rows.length < 2) return rows[0] ?? null
			throw new TieoutError(
				'data',
				'files.twice',
				`${table.file} has ${key} "${value}" on lines ${rows.map(({ line }) => line).join(' and ')}`,
				{
					where: `${table.file}:${rows[1]!.line}`,
					next: 'a key names one row: choose another column under files:, or correct the export',
				},
			)
		},
	}
}
