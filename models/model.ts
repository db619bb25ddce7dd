import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { TieoutError } from './error.ts'
import { type Header, readHeader } from './header.ts'
import { parseSelects, placedError, type TreeNode, tablesRead } from './parse-tree.ts'
import type { Session } from './session.ts'

/** The folders of a models folder, in the order in which data passes them; also the schemas of their tables. */
export const layers = ['staging', 'intermediate', 'marts', 'checks'] as const
export type Layer = (typeof layers)[number]

/** A model: one SELECT in one file. Read by `readModels`. */
export type Model = Header & {
	/** `marts.breaks`; the schema is the layer. */
	name: string
	layer: Layer
	file: string
	/** The file's text without the header, and without a closing semicolon. */
	sql: string
	/** The line of the file on which `sql` begins. */
	line: number
	/** DuckDB's parse tree of `sql`. */
	tree: TreeNode
	/** The tables it reads, `schema.table`, sorted. */
	reads: string[]
}

const schemas = ['raw', 'staging', 'canonical', 'intermediate', 'marts']

/** The folder of the product's own models. */
export const ownModels = import.meta.dirname

/**
 * Reads every `.sql` of the folders given: below `staging`, `intermediate`, `marts` and `checks` of a models folder (one that lies loose
 * in it is a mart), and all of a folder named `checks`. A model of a later folder replaces the earlier one of the same name. Of the
 * product's own staging models those of a kind that `isUsed` denies are named and not read: they have no tree and read nothing. Throws
 * `configuration` with file and line for a malformed model, or one in a folder that is no layer.
 */
export async function readModels(
	folders: readonly string[],
	session: Session,
	isUsed: (kind: string) => boolean = () => true,
): Promise<Model[]> {
	const texts = new Map<string, ModelText>()
	for (const folder of folders) for (const [name, text] of folderTexts(folder)) texts.set(name, text)
	const ordered = [...texts.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
	const isRead = ({ name, file }: ModelText) => {
		const kind = stagedKind(name)
		return kind === undefined || kind === 'tieout' || !file.startsWith(ownModels + path.sep) || isUsed(kind)
	}
	const read = ordered.filter(isRead)
	const trees = new Map((await parseSelects(session, read)).map((tree, index) => [read[index]!, tree]))
	return ordered.map((text) => {
		const tree = trees.get(text)
		return { ...text, tree: tree ?? {}, reads: tree ? readsOf(tree, text) : [] }
	})
}

/** The source's kind in the name of a staging model: `salesforce` of `staging.stg_salesforce__accounts`. */
export function stagedKind(name: string): string | undefined {
	return /^staging\.(?:base|stg)_(.+?)__/.exec(name)?.[1]
}

/** The models folders of a project: the product's own, then the project's `models/` and `checks/`, where they exist. */
export function modelFolders(project: string): string[] {
	return [
		ownModels,
		...['models', 'checks'].map((name) => path.join(project, name)).filter((folder) => existsSync(folder)),
	]
}

type ModelText = Omit<Model, 'tree' | 'reads'>

function folderTexts(folder: string): Map<string, ModelText> {
	const texts = new Map<string, ModelText>()
	for (const { file, layer } of sqlFiles(folder)) {
		const text = readText(file, layer)
		const twin = texts.get(text.name)
		if (twin)
			throw new TieoutError('configuration', 'model.twice', `${file}: ${text.name} is also ${twin.file}`, {
				where: file,
				next: 'rename one of them',
			})
		texts.set(text.name, text)
	}
	return texts
}

function readText(file: string, layer: Layer): ModelText {
	const text = readFileSync(file, 'utf8')
	const header = readHeader(text, file, layer === 'checks')
	const { sql, line } = bodyOf(text)
	if (sql === '')
		throw placedError('model.empty', 'there is no SELECT below the header', sql, undefined, { file, line })
	return { ...header, name: `${layer}.${path.basename(file, '.sql')}`, layer, file, sql, line }
}

/** The text below the header comment. A closing semicolon is allowed, so that the file also runs in a shell script. */
function bodyOf(text: string): { sql: string; line: number } {
	const lines = text.split('\n')
	const first = lines.findIndex((line) => !/^\s*(--.*)?$/.test(line))
	if (first < 0) return { sql: '', line: 1 }
	return { sql: lines.slice(first).join('\n').trim().replace(/;$/, '').trimEnd(), line: first + 1 }
}

function readsOf(tree: TreeNode, { sql, file, line }: ModelText): string[] {
	const names = new Set<string>()
	for (const read of tablesRead(tree)) {
		const fail = (message: string, next: string) =>
			placedError('model.table', message, sql, read.offset, { file, line }, next)
		if (read.catalog !== '')
			throw fail(`"${read.catalog}.${read.schema}.${read.name}" names a database`, 'write schema.table')
		if (read.schema === '')
			throw fail(
				`"${read.name}" has no schema and is no CTE`,
				`write one of: ${schemas.map((schema) => `${schema}.${read.name}`).join(', ')}`,
			)
		if (!schemas.includes(read.schema))
			throw fail(`schema "${read.schema}" is unknown`, `use one of: ${schemas.join(', ')}`)
		names.add(`${read.schema}.${read.name}`)
	}
	return [...names].sort()
}

function sqlFiles(folder: string): { file: string; layer: Layer }[] {
	return readdirSync(folder, { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.sql'))
		.sort()
		.map((name) => ({ file: path.join(folder, name), layer: layerOf(folder, name) }))
}

function layerOf(folder: string, name: string): Layer {
	if (path.basename(folder) === 'checks') return 'checks'
	const [first, ...rest] = name.split(path.sep)
	const layer = rest.length === 0 ? 'marts' : layers.find((one) => one === first)
	if (layer) return layer
	throw new TieoutError(
		'configuration',
		'model.folder',
		`${path.join(folder, name)} lies in "${first}", which is no layer`,
		{
			where: path.join(folder, name),
			allowed: [...layers],
			next: 'move it to one of these folders; a file that lies loose in models/ is a mart',
		},
	)
}
