import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadReports } from '../reports/registry.ts'
import { commands } from '../server/command-table.ts'
import { settingsAt } from '../server/configuration/json-schema.ts'
import { pages } from '../server/routes/pages.ts'
import { commandsReference, configurationReference, pagesReference } from './reference.ts'
import { type Figures, systemsReference } from './systems-reference.ts'

const root = path.join(import.meta.dirname, '..')
const files = ['README.md', ...readdirSync(path.join(root, 'docs')).map((name) => `docs/${name}`)].filter((name) =>
	name.endsWith('.md'),
)
const texts = files.map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') }))
const everything = texts.map(({ text }) => text).join('\n')

/** Command lines as the docs write them: in backticks, or at the start of a line of a code block. */
const lines = texts.flatMap(({ file, text: whole }) => {
	// A recipe's command is about what its reader has just made.
	const text = whole.replace(/^## Recipes[\s\S]*?(?=^## |(?![\s\S]))/m, '')
	const blocks = [...text.matchAll(/^```[^\n]*\n([\s\S]*?)^```/gm)].map((match) => match[1]!)
	const inline = text.replaceAll(/^```[\s\S]*?^```/gm, '')
	const found = [
		...blocks.flatMap((block) => [...block.matchAll(/^(?:\$ )?(?:npx )?tieout ([^\n#]*)/gm)]),
		...inline.matchAll(/`(?:npx )?tieout ([^`\n]*)`/g),
		...inline.matchAll(/^(?: {4}|\t)(?:npx )?tieout ([^\n#]*)/gm),
	]
	return found.map((match) => ({ file, line: match[1]!.trim() })).filter(({ line }) => /^[a-z]/.test(line))
})

describe('the reference', () => {
	test.each([
		['docs/commands.md', commandsReference],
		['docs/configuration.md', configurationReference],
		['docs/pages.md', pagesReference],
	])('%s is what the code says: node server/launcher.js --script test/write-reference.ts', async (file, write) => {
		expect(readFileSync(path.join(root, file), 'utf8')).toBe(await write())
	})
})

test('docs/systems.md is what the sources declare: node server/launcher.js --script test/write-systems.ts', () => {
	const figures = JSON.parse(readFileSync(path.join(root, 'test/systems-measured.json'), 'utf8')) as Figures
	expect(readFileSync(path.join(root, 'docs/systems.md'), 'utf8')).toBe(systemsReference(figures))
})

describe('commands', () => {
	test('that the docs name exist, with their flags', () => {
		expect(lines.length).toBeGreaterThan(30)
		const wrong = lines.filter(({ line }) => {
			const [name, ...words] = line.split(/\s+/)
			const command = commands.find((candidate) => candidate.name === name)
			const flags = (command?.flags ?? []).map(({ flag }) => flag.split(' ')[0])
			const known = [...flags, '--project', '--json', '--no-color', '--verbose', '--help']
			const given = words.filter((word) => word.startsWith('--')).map((word) => word.replace(/[=,.;:)].*$/, ''))
			return !command || given.some((flag) => !known.includes(flag))
		})
		expect(wrong.filter(({ line }) => !/\[--flags\]|^<command>/.test(line))).toEqual([])
	})

	test('that exist are named in the docs', () => {
		const named = new Set(lines.map(({ line }) => line.split(/\s+/)[0]))
		expect(commands.map((command) => command.name).filter((name) => !named.has(name))).toEqual([])
	})
})

describe('settings', () => {
	const top = settingsAt([])

	test('that the docs name with a point exist', () => {
		const dotted = [...everything.matchAll(/`([a-z_]+)\.([a-z_]+)(?:\.[^`]*)?`/g)]
			// `build.duckdb` and `build.ts` are files.
			.filter(([, group, name]) => top.includes(group!) && !['duckdb', 'ts', 'sql'].includes(name!))
			.map(([, group, name]) => ({ group: group!, name: name! }))
		const wrong = dotted.filter(({ group, name }) => {
			const known = settingsAt([group])
			return known.length > 0 && !known.includes(name)
		})
		expect(wrong).toEqual([])
	})

	test('that exist are named in the docs', () => {
		expect(top.filter((name) => !everything.includes(`\`${name}\``) && !everything.includes(`\`${name}:`))).toEqual([])
	})
})

describe('pages and reports', () => {
	test('that exist are named in the docs', async () => {
		const addresses = [...Object.keys(pages), '/sql', '/healthz', '/readyz']
		const reports = [...(await loadReports()).keys()]
		expect([...addresses, ...reports].filter((name) => !everything.includes(`\`${name}\``))).toEqual([])
	})

	test('that the docs name exist', async () => {
		const named = [...everything.matchAll(/`\/reports\/([a-z0-9-]+)(?:\.csv)?`/g)].map((match) => match[1]!)
		const asked = lines.flatMap(({ line }) => /^(?:report|export) ([a-z0-9_-]+)/.exec(line)?.[1] ?? [])
		const known = new Set((await loadReports()).keys())
		expect([...named, ...asked].filter((name) => !known.has(name))).toEqual([])
	})
})
