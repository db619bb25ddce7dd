import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { declarationProblems } from '../../extract/declaration.ts'
import { loadSources, sources } from '../../extract/registry.ts'
import { statusVerdict } from '../../extract/status-verdict.ts'
import { vendorSource } from './vendor.ts'

const folders: string[] = []
afterAll(() => {
	for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** Loads a folder with these files. */
async function load(files: Record<string, string>) {
	const folder = mkdtempSync(path.join(tmpdir(), 'tieout-sources-'))
	folders.push(folder)
	for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text)
	return await loadSources(folder)
}

const declared = (changes = '') => `export default ({ defineSource, z, columns, snakeCase }) => defineSource({
	kind: 'mine', title: 'Mine', role: 'erp', options: z.object({}), secrets: () => [], origin: () => '', origins: () => [],
	allow: [{ method: 'GET', path: '/x' }], auth: () => async () => ({}), verdict: () => ({ action: 'ok' }), budget: () => ({ concurrency: 1 }),
	streams: [{ name: 'things', object: 'thing', key: ['id'], columns: columns('id net:amount', snakeCase), cursor: null,
		freshness: { warn: 1, error: 2 } }],
	read: () => ({}), ${changes}
})`

test('files of a folder are sources, in TypeScript and JavaScript; types and other files are passed over', async () => {
	const loaded = await load({
		'a.ts': declared(),
		'b.js': declared("kind: 'other'"),
		'c.d.ts': 'nonsense',
		'd.md': 'nonsense',
	})
	expect(loaded.map((source) => source.kind)).toEqual(['mine', 'other'])
})

test.each([
	['no default export', 'export const a = 1', 'source.missing', 'exports no source'],
	[
		'a name that nobody defined',
		'export default () => defineSource({})',
		'source.broken',
		"a.ts:1 can't be run: defineSource is not",
	],
	['a broken text', 'export default ({', 'source.broken', "can't be run"],
	['an import of tieout', "import 'tieout'", 'source.broken', "Cannot find package 'tieout'"],
	['a kind of ours', declared("kind: 'netsuite'"), 'source.twice', '"netsuite" exists already (the product)'],
	['a kind that is kept', declared("kind: 'tieout'"), 'source.invalid', 'kind is a name that tieout keeps for itself'],
	[
		'a kind that splits a table’s name',
		declared("kind: 'a__b'"),
		'source.invalid',
		'kind must be a name of a-z, 0-9 and single _',
	],
	['a missing part', declared('read: undefined'), 'source.invalid', 'read must be a function'],
	['no streams', declared('streams: []'), 'source.invalid', 'streams must have at least one stream'],
	[
		'a method that writes',
		declared("allow: [{ method: 'DELETE', path: '/x' }]"),
		'source.invalid',
		'must be GET or POST',
	],
	[
		'an unknown type',
		declared().replace('net:amount', 'net:money'),
		'source.invalid',
		'columns.net.type must be one of text,',
	],
	[
		'a key that is no column',
		declared().replace("key: ['id']", "key: ['no']"),
		'source.invalid',
		'key is "no", which is none of its columns (id, net)',
	],
	[
		'a column of the engine',
		declared().replace("'id net:amount'", "'id _key'"),
		'source.invalid',
		'column "_key" must be a name',
	],
	['a stream without cursor or null', declared().replace('cursor: null,', ''), 'source.invalid', 'streams.0.cursor'],
])('%s is refused with the file and what to do', async (_, text, code, message) => {
	await expect(load({ 'a.ts': text })).rejects.toMatchObject({
		kind: 'configuration',
		code,
		message: expect.stringContaining(message),
		where: expect.stringContaining('a.ts'),
		next: expect.any(String),
	})
})

test('two files of one kind are refused with both their names', async () => {
	await expect(load({ 'a.ts': declared(), 'b.ts': declared() })).rejects.toThrow(
		/b\.ts: .*"mine" exists already \(.*a\.ts\)/,
	)
})

// The files source alone has a column of the engine's (`_refused`): rows that its mapping kept aside.
test('the product’s own sources, and that of the tests, are declared as a project’s must be', () => {
	expect(
		[...sources.filter(({ kind }) => kind !== 'files'), vendorSource()].flatMap((source) =>
			declarationProblems({ ...source, kind: 'checked' }),
		),
	).toEqual([])
})

test.each([
	[200, 'ok'],
	[304, 'ok'],
	[400, 'config'],
	[401, 'auth'],
	[403, 'denied'],
	[404, 'drift'],
	[413, 'smaller'],
	[422, 'drift'],
	[429, 'retry'],
	[503, 'retry'],
])('HTTP status %i means %s', (status, action) => {
	expect(statusVerdict({ status, headers: {}, text: '' }).action).toBe(action)
})

test('a verdict carries the wait and the words of the answer', () => {
	const headers = { 'retry-after': '7' }
	const said = (text: string) => statusVerdict({ status: 429, headers, text })
	expect(said('{"message":"slow down"}')).toEqual({ action: 'retry', code: 'HTTP 429', message: 'slow down', after: 7 })
	expect(said('{"error":{"message":"slow"}}')).toMatchObject({ message: 'slow' })
	expect(said('{"error":"slow"}')).toMatchObject({ message: 'slow' })
	expect(said('<html>')).toMatchObject({ message: 'an answer that is not JSON' })
})
