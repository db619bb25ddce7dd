import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const root = path.dirname(import.meta.dirname)
const folders = ['extract', 'models', 'reports', 'server'] as const
type Folder = (typeof folders)[number]

/** Which of our folders each may import (STYLE.md, "Imports"). */
const mayImport: Record<Folder, readonly Folder[]> = {
	extract: ['extract', 'models'],
	models: ['models'],
	reports: ['reports', 'models'],
	server: ['server', 'extract', 'models', 'reports'],
}

type SourceFile = { name: string; folder: Folder; text: string; code: string; imports: string[] }

const files: SourceFile[] = folders.flatMap((folder) => {
	const names = readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
	return names.filter((name) => name.endsWith('.ts')).map((name) => readSource(folder, name))
})

function readSource(folder: Folder, name: string): SourceFile {
	const text = readFileSync(path.join(root, folder, name), 'utf8')
	const code = withoutComments(text)
	const statements = code.matchAll(
		/^\s*(?:import|export)\b[^'"\n]*?(?:\{[^}]*\}[^'"\n]*?)?from\s+['"]([^'"]+)['"]|^\s*import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm,
	)
	return {
		name: path.join(folder, name),
		folder,
		text,
		code,
		imports: [...statements].map((match) => (match[1] ?? match[2] ?? match[3])!),
	}
}

/** Comments as blanks, line by line kept. Strings stay: an import's path is one. */
function withoutComments(text: string): string {
	return text.replace(/\/\*[\s\S]*?\*\/|(^|[\s;,{}()])\/\/[^\n]*/g, (comment) => comment.replace(/[^\n]/g, ' '))
}

/** Texts as blanks: a word in a message is no use of it. Templates keep their `${...}`. */
function withoutStrings(code: string): string {
	return code.replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, '""')
}

/** `file:line: text` of every match in every file given. */
function places(among: readonly SourceFile[], pattern: RegExp): string[] {
	return among.flatMap(({ name, code }) =>
		withoutStrings(code)
			.split('\n')
			.flatMap((line, index) => (pattern.test(line) ? [`${name}:${index + 1}: ${line.trim()}`] : [])),
	)
}

test('there is something to check', () => {
	for (const folder of ['extract', 'models', 'server'] as const)
		expect(files.some((file) => file.folder === folder)).toBe(true)
	expect(files.find((file) => file.name === 'models/warehouse.ts')?.imports).toContain('./session.ts')
	expect(files.find((file) => file.name === 'models/open-file.ts')?.imports).toContain('@duckdb/node-api')
})

test('models import nobody of ours, extract and reports import models and never each other, server imports all', () => {
	const wrong = files.flatMap(({ name, folder, imports }) =>
		imports
			.filter((target) => target.startsWith('.'))
			.flatMap((target) => {
				const [other] = path.relative(root, path.resolve(root, path.dirname(name), target)).split(path.sep)
				return (mayImport[folder] as readonly string[]).includes(other!) ? [] : [`${name} imports ${target}`]
			}),
	)
	expect(wrong).toEqual([])
})

test('an import of ours names the file with its ending', () => {
	const wrong = files.flatMap(({ name, imports }) =>
		imports
			.filter((target) => target.startsWith('.') && !/\.(ts|m?js|json)$/.test(target))
			.map((target) => `${name} imports ${target}`),
	)
	expect(wrong).toEqual([])
})

test('DuckDB is opened in models only', () => {
	const users = files.filter(
		({ folder, imports }) => folder !== 'models' && imports.some((target) => target.startsWith('@duckdb/')),
	)
	expect(users.map(({ name }) => name)).toEqual([])
})

const outsideServer = files.filter(({ folder }) => folder !== 'server')

test('the environment, the exit and the console belong to the server', () => {
	expect(places(outsideServer, /\bprocess\.(env|exit|exitCode|stdout|stderr|argv)\b|\bconsole\.\w+\(/)).toEqual([])
})

/** A read of the machine's clock that is not the default of a `now`. */
function clockReads(among: readonly SourceFile[]): string[] {
	const isDefault =
		/\bnow\b[^=]*=\s*(\(\)\s*=>\s*)?(new Date\(\)|Date\.now(\(\))?)|\bnow:\s*\(\)\s*=>\s*new Date\(\)|\?\?\s*\(?\(\)\s*=>\s*new Date\(\)/
	return places(among, /\bDate\.now\(\)|\bnew Date\(\)|\bTemporal\.Now\b/).filter((place) => !isDefault.test(place))
}

test('the clock is only read as the default of a now argument', () => {
	expect(clockReads(files)).toEqual([])
	const sample = (code: string): SourceFile => ({ name: 'x.ts', folder: 'models', text: code, code, imports: [] })
	expect(
		clockReads([sample('function f({ now = () => new Date() } = {}) {}'), sample("const words = 'new Date()'")]),
	).toEqual([])
	expect(clockReads([sample('const started = new Date()')])).toEqual(['x.ts:1: const started = new Date()'])
})

test('no folder or file is called after nothing', () => {
	const names = files.flatMap(({ name }) => name.split(path.sep)).map((part) => part.replace(/\.ts$/, ''))
	const empty = ['util', 'utils', 'helper', 'helpers', 'common', 'lib', 'libs', 'shared', 'misc', 'types', 'index']
	expect([...new Set(names)].filter((name) => empty.includes(name))).toEqual([])
})

test('there are no default exports and no barrels', () => {
	expect(places(files, /^\s*export\s+default\b|^\s*export\s+\*\s+from\b/)).toEqual([])
})

test('every exported function and class of the machinery has a doc comment', () => {
	const wrong = files
		.filter(({ name }) => !name.startsWith(path.join('extract', 'sandbox')))
		.flatMap(({ name, text }) => {
			const lines = text.split('\n')
			const isBare = (line: string, index: number) =>
				/^export (async )?(function|class)\b/.test(line) && !lines[index - 1]?.trim().endsWith('*/')
			return lines.flatMap((line, index) => (isBare(line, index) ? [`${name}:${index + 1}: ${line}`] : []))
		})
	expect(wrong).toEqual([])
})
