import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import { TieoutError } from '../../models/error.ts'

/** Keys and list positions from the top to a value. */
export type ValuePath = readonly PropertyKey[]

/** A parsed YAML text: plain values, and where each of them stands. */
export type ConfigurationText = {
	/** Objects, lists, booleans and text. A number is its digits as written (money stays exact); an empty value is left out. */
	value: unknown
	/** `file:line:column` of a value, or of its key; of the nearest parent when it isn't there. */
	locate(path: ValuePath, part?: 'key' | 'value'): string
}

/** Parses YAML. Throws `config.syntax` with file:line:column when the text isn't valid, or a key stands twice. */
export function parseConfigurationText(text: string, file: string): ConfigurationText {
	const lines = new LineCounter()
	const document = parseDocument(text, { lineCounter: lines, version: '1.2', prettyErrors: false })
	const place = (offset: number) => {
		const { line, col } = lines.linePos(offset)
		return `${file}:${line}:${col}`
	}
	const problem = document.errors[0] ?? document.warnings[0]
	if (problem) {
		const where = place(problem.pos[0])
		throw new TieoutError('configuration', 'config.syntax', `${where}: not valid YAML: ${problem.message}`, {
			where,
			next: 'check the indentation and the quotes around this place',
			cause: problem,
		})
	}
	const root = document.contents as Node | null
	return {
		value: plainValue(root) ?? {},
		locate: (path, part = 'value') => place(offsetOf(root, path, part)),
	}

	function plainValue(node: unknown): unknown {
		if (isAlias(node)) return plainValue(node.resolve(document))
		if (isMap(node)) {
			const entries = node.items.map((pair) => [textOf(pair.key), plainValue(pair.value)] as const)
			return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
		}
		if (isSeq(node)) return node.items.map((item) => plainValue(item) ?? '')
		return scalarValue(node)
	}
}

function scalarValue(node: unknown): unknown {
	if (!isScalar(node) || node.value === null || node.value === undefined) return undefined
	if (typeof node.value === 'boolean') return node.value
	return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value))
}

function textOf(key: unknown): string {
	return isScalar(key) ? (key.source ?? String(key.value)) : String(key)
}

function offsetOf(root: Node | null, path: ValuePath, part: 'key' | 'value'): number {
	let node: unknown = root
	let offset = root?.range?.[0] ?? 0
	for (const [depth, step] of path.entries()) {
		if (isSeq(node)) {
			node = node.items[Number(step)]
		} else if (isMap(node)) {
			const pair = node.items.find((item) => isPair(item) && textOf(item.key) === String(step))
			if (!pair) return offset
			const isLast = depth === path.length - 1
			if (isLast && part === 'key') return (pair.key as Node).range?.[0] ?? offset
			node = pair.value ?? pair.key
		} else return offset
		offset = (node as Node | undefined)?.range?.[0] ?? offset
	}
	return offset
}
