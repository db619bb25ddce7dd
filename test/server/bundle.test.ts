import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import express from 'express'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { attachFile } from '../../server/close/attachments.ts'
import { compareRebuilt } from '../../server/close/bundle/compare-rebuilt.ts'
import { verifyBundle } from '../../server/close/bundle/verify.mjs'
import { type Bundle, paperBundle } from '../../server/close/bundle/write-bundle.ts'
import { canonicalJson } from '../../server/close/canonical-json.ts'
import type { Closing } from '../../server/close/closing.ts'
import { changeItems, listItems } from '../../server/close/items.ts'
import { lineHash } from '../../server/close/journal.ts'
import { paperLives } from '../../server/close/life.ts'
import { readPaper } from '../../server/close/papers.ts'
import { preparePaper, reviewPaper } from '../../server/close/sign.ts'
import { verifyDecisions } from '../../server/close/verify.ts'
import { addUser } from '../../server/people/accounts.ts'
import type { Person } from '../../server/people/person.ts'
import { issueToken } from '../../server/people/tokens.ts'
import { openQueries } from '../../server/query/queries.ts'
import { bundleRoutes } from '../../server/routes/close/bundle.ts'
import { openState } from '../../server/state.ts'
import { type SampleProject, startPublishedSample } from '../sample-project.ts'
import { isThorough } from '../thorough.ts'
import { killedCommand } from './close/killed-command.ts'
import { runWords } from './command-line.ts'
import { unzipped, zipped } from './zip.ts'

const paper = '2026-09'
const clock = '2026-11-04T09:00:00Z'
let project: SampleProject
let closing: Closing
let bundle: Bundle
let folder: string

beforeAll(async () => {
	folder = mkdtempSync(path.join(tmpdir(), 'tieout-bundle-'))
	project = await startPublishedSample()
	const config = project.config()
	const state = await openState(config.project.state)
	const queries = openQueries({ published: config.project.published, spool: config.project.spool })
	closing = { config, state, queries }
	const [ana, ben] = [await person('ana', 'preparer'), await person('ben', 'reviewer')]
	const [item] = await listItems(closing, paper)
	const about = { paper, item: item!.item, person: ana }
	await changeItems(closing, { paper, person: ana, items: [item!.item], change: { comment: 'Ask <b>Ben</b> 東京' } })
	const file = { name: '../../mail.pdf', mediaType: 'application/pdf', stream: Readable.from(['an attachment']) }
	await attachFile(closing, { ...about, file })
	await signAs(preparePaper, ana)
	await signAs(reviewPaper, ben)
	bundle = await paperBundle(closing, paper)
}, 300_000)
afterAll(async () => {
	await closing?.queries.close()
	await closing?.state.close()
	await project?.close()
	rmSync(folder, { recursive: true, force: true })
})

async function person(userId: string, role: 'preparer' | 'reviewer'): Promise<Person> {
	const author = { userId: 'cli', name: 'cli' }
	const account = { userId, name: `Person ${userId}`, email: null, role, isAdmin: false, isInitial: false, author }
	const cost = { N: 1024, r: 8, p: 1 }
	return await addUser(closing.state, { ...account, password: 'correct horse battery' }, { cost })
}

async function signAs(step: typeof preparePaper, who: Person): Promise<void> {
	const { hash, reasons } = await readPaper(closing, paper)
	const overrides = Object.fromEntries(reasons.filter((one) => one.blocks).map((one) => [one.id, 'looked at by hand']))
	await step(closing, { paper, person: who, contentHash: hash, overrides })
}

const sha256 = (data: Buffer | string) => createHash('sha256').update(data).digest('hex')

/** A bundle with some of its files changed; `renewed`: its manifest says so, as somebody who hides a change would see to. */
async function tampered(change: (files: Map<string, Buffer>) => void, { renewed = true } = {}) {
	const files = unzipped(bundle.file)
	change(files)
	if (renewed) {
		const manifest = JSON.parse(String(files.get('manifest.json')))
		manifest.files = [...files]
			.filter(([name]) => name !== 'manifest.json')
			.map(([name, data]) => ({ path: name, bytes: data.length, sha256: sha256(data) }))
		files.set('manifest.json', Buffer.from(canonicalJson(manifest)))
	}
	return await verdictOf(await zipped(files))
}

async function verdictOf(bytes: Buffer) {
	const file = path.join(folder, 'tampered.zip')
	writeFileSync(file, bytes)
	return await verifyBundle(file)
}

const edited = (files: Map<string, Buffer>, name: string, edit: (text: string) => string) =>
	files.set(name, Buffer.from(edit(String(files.get(name)))))

test('a bundle has all that the paper stands on, and every link of it holds', async () => {
	const names = [...unzipped(bundle.file).keys()]
	expect(names).toEqual(
		expect.arrayContaining(['paper.html', 'paper.pdf', 'content.json', 'journal.ndjson', 'rates.json', 'verify.mjs']),
	)
	expect(names).toEqual(expect.arrayContaining(['tables/items.csv', 'tables/items.parquet', 'models/marts.breaks.sql']))
	expect(names).toContain(`attachments/${sha256('an attachment')}`)
	const verdict = await verifyBundle(bundle.file)
	expect(verdict).toMatchObject({
		isIntact: true,
		facts: { paper, content: bundle.content, signatures: [{ step: 'prepared', user_id: 'ana' }, { step: 'reviewed' }] },
	})
})

test('the verifier that is in the archive needs no more than Node.js', async () => {
	const alone = path.join(folder, 'verify.mjs')
	writeFileSync(alone, unzipped(bundle.file).get('verify.mjs')!)
	const run = (...words: string[]) => promisify(execFile)(process.execPath, [alone, bundle.file, ...words], { env: {} })
	expect((await run('--content', bundle.content.slice(0, 16))).stdout).toContain(
		`intact: Halvorsen Instruments, ${paper}`,
	)
	await expect(run('--content', '0'.repeat(64))).rejects.toMatchObject({ code: 1, stdout: /other_content/ })
})

test('the HTML stands alone, without script, and shows what people wrote as text', () => {
	const html = String(unzipped(bundle.file).get('paper.html'))
	expect(html).toContain('Ask &lt;b>Ben&lt;/b> 東京'.replaceAll('>', '&gt;'))
	expect(html).not.toMatch(/<script|<link|<img|https?:\/\/|url\(/)
	expect(html).toContain(bundle.content)
	expect(String(unzipped(bundle.file).get('paper.pdf')?.subarray(0, 5))).toBe('%PDF-')
	const bytes = readFileSync(bundle.file)
	const listed = bytes.lastIndexOf('attachments/')
	expect(bytes.readUInt16LE(listed - 46 + 10), 'attachments lie in it as they are').toBe(0)
})

test('it is kept as it was written; written again from the same generation it has the same bytes', async () => {
	const before = readFileSync(bundle.file)
	expect(await paperBundle(closing, paper)).toMatchObject({ file: bundle.file, isKept: true })
	rmSync(bundle.file)
	expect(await paperBundle(closing, paper)).toMatchObject({ file: bundle.file, isKept: false })
	expect(sha256(readFileSync(bundle.file))).toBe(sha256(before))
})

test('over HTTP it is the same archive, also for two who ask at the same moment', async () => {
	const app = express().use(bundleRoutes({ closing, answers: undefined as never, stamp: () => new Date(clock) }))
	const server = app.listen(0, '127.0.0.1')
	await once(server, 'listening')
	const { port } = server.address() as AddressInfo
	rmSync(bundle.file)
	const answers = await Promise.all([1, 2].map(() => fetch(`http://127.0.0.1:${port}/close/${paper}/bundle.zip`)))
	const hashes = await Promise.all(answers.map(async (one) => sha256(Buffer.from(await one.arrayBuffer()))))
	const kept = sha256(readFileSync(bundle.file))
	expect(hashes).toEqual([kept, kept])
	expect(answers[0]!.headers.get('content-disposition')).toBe(`attachment; filename="${path.basename(bundle.file)}"`)
	server.closeAllConnections()
	server.close()
})

test('a file that was changed, taken out or put in is named', async () => {
	const plain = { renewed: false }
	expect((await tampered((files) => edited(files, 'paper.html', (text) => `${text} `), plain)).problem).toMatchObject({
		code: 'bundle.changed',
		where: 'paper.html',
	})
	expect((await tampered((files) => files.delete('tables/items.csv'), plain)).problem).toMatchObject({
		code: 'bundle.missing',
		where: 'tables/items.csv',
	})
	expect((await tampered((files) => files.set('extra.txt', Buffer.from('x')), plain)).problem).toMatchObject({
		code: 'bundle.added',
		where: 'extra.txt',
	})
})

test('a change whose manifest was made anew is found one link further', async () => {
	const link = async (change: (files: Map<string, Buffer>) => void) => {
		const { problem } = await tampered(change)
		return `${problem?.code} ${problem?.where}`
	}
	const amount = (text: string) => text.replace(/\d(?=\.\d{4})/, (digit) => String((Number(digit) + 1) % 10))
	expect(await link((files) => edited(files, 'tables/items.csv', amount))).toBe('bundle.table tables/items.csv')
	expect(await link((files) => edited(files, 'models/marts.breaks.sql', (text) => `${text} `))).toBe(
		'bundle.model models/marts.breaks.sql',
	)
	expect(await link((files) => files.delete('models/marts.breaks.sql'))).toBe('bundle.model models/marts.breaks.sql')
	expect(await link((files) => edited(files, 'rates.json', () => '[]'))).toBe('bundle.rates rates.json')
	expect(await link((files) => files.delete(`attachments/${sha256('an attachment')}`))).toMatch(
		/^bundle\.attachment attachments\//,
	)
	expect(
		await link((files) => edited(files, 'content.json', (text) => text.replace('"rates":"', '"rates":"0'))),
	).toMatch(/^bundle\.rates/)
})

test('content that was changed with all its tables is not what was signed', async () => {
	const { problem } = await tampered((files) => {
		edited(files, 'tables/items.csv', (text) => text.replace('timing', 'rounding'))
		const content = JSON.parse(String(files.get('content.json')))
		content.tables.items.sha256 = sha256(files.get('tables/items.csv')!)
		files.set('content.json', Buffer.from(canonicalJson(content)))
	})
	expect(problem).toMatchObject({ code: 'bundle.signature', message: expect.stringContaining('what was signed has') })
})

test('a line of the journal that was changed, taken out or swapped is named by its number', async () => {
	const lines = (change: (all: string[]) => string[]) =>
		tampered((files) => edited(files, 'journal.ndjson', (text) => `${change(text.trim().split('\n')).join('\n')}\n`))
	const changed = await lines((all) => all.map((line) => line.replace('Ask ', 'Tell ')))
	expect(changed.problem).toMatchObject({ code: 'bundle.journal', where: 'journal.ndjson, line 3' })
	expect((await lines((all) => all.toSpliced(2, 1))).problem).toMatchObject({ where: 'journal.ndjson, line 3' })
	expect((await lines((all) => all.slice(0, -1))).problem?.message).toContain('is missing')
	const rehashed = await lines((all) =>
		all.map((text, index) => {
			const line = JSON.parse(text)
			if (index !== 2) return text
			const body = line.body.replace('Ask ', 'Tell ')
			return canonicalJson({ ...line, body, hash: lineHash({ ...line, body }) })
		}),
	)
	expect(rehashed.problem).toMatchObject({
		where: 'journal.ndjson, line 4',
		message: 'does not follow the line before it',
	})
})

test('a file that is no bundle, or was cut off, is told as what it is', async () => {
	const whole = readFileSync(bundle.file)
	const code = async (bytes: Buffer) => (await verdictOf(bytes)).problem?.code
	expect(await code(Buffer.from('hello'))).toBe('bundle.archive')
	expect(await code(whole.subarray(0, whole.length - 5000))).toBe('bundle.archive')
	expect(await code(Buffer.concat([whole, Buffer.from('more')]))).toBe('bundle.archive')
	expect(await code(Buffer.concat([Buffer.from('more'), whole]))).toBe('bundle.directory')
	expect(await code(await zipped([['a.txt', Buffer.from('a')]]))).toBe('bundle.foreign')
	expect(await code(await zipped([['manifest.json', Buffer.from('{}')]]))).toBe('bundle.foreign')
	expect(await code(await zipped([['manifest.json', Buffer.from('['.repeat(200_000))]]))).toBe('bundle.document')
	const deep = `{"a":${'['.repeat(5000)}${']'.repeat(5000)},"schema":"tieout.bundle/1"}`
	expect(await code(await zipped([['manifest.json', Buffer.from(deep)]]))).toMatch(/^bundle\./)
	expect(await code(Buffer.alloc(100_000))).toBe('bundle.archive')
})

test('names that lead elsewhere, links, bombs and hidden parts are refused without being unpacked', async () => {
	const rename = (to: string) => {
		const bytes = Buffer.from(readFileSync(bundle.file))
		const from = Buffer.from('checks.json')
		for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1)) bytes.write(to, at, 'latin1')
		return bytes
	}
	for (const name of ['../ecks.jso', '/hecks.json', 'c:ecks.json', 'ch\\cks.json', 'ch/../.json', 'che\u0007ks.json'])
		expect((await verdictOf(rename(name))).problem?.code, name).toBe('bundle.name')
	expect((await verdictOf(rename('content.jsn'))).problem?.code).toMatch(/missing|changed|added/)
	const directoryAt = (bytes: Buffer) => bytes.readUInt32LE(bytes.length - 6)
	const patched = (change: (bytes: Buffer, at: number) => void) => {
		const bytes = Buffer.from(readFileSync(bundle.file))
		change(bytes, directoryAt(bytes))
		return verdictOf(bytes)
	}
	expect((await patched((bytes, at) => bytes.writeUInt32LE(0xa1ff0000, at + 38))).problem?.code).toBe('bundle.name')
	expect((await patched((bytes, at) => bytes.writeUInt16LE(1, at + 8))).problem?.code).toBe('bundle.encrypted')
	expect((await patched((bytes, at) => bytes.writeUInt16LE(12, at + 10))).problem?.code).toBe('bundle.method')
	expect((await patched((bytes, at) => bytes.writeUInt32LE(0xfffffff0, at + 24))).problem?.code).toBe('bundle.bomb')
	expect((await patched((bytes, at) => bytes.writeUInt32LE(77, at + 42))).problem?.code).toBe('bundle.places')
	expect((await patched((bytes) => bytes.writeUInt16LE(60_000, bytes.length - 12))).problem?.code).toBe('bundle.size')
	const bomb = await zipped([['manifest.json', randomBytes(300_000)]])
	bomb.writeUInt32LE(285_000_000, directoryAt(bomb) + 24)
	expect((await verdictOf(bomb)).problem).toMatchObject({
		code: 'bundle.bomb',
		where: path.join(folder, 'tampered.zip'),
	})
})

test('a file that holds more than it says is not read any further', async () => {
	const bytes = await zipped([['manifest.json', Buffer.from(' '.repeat(100_000))]])
	const at = bytes.readUInt32LE(bytes.length - 6)
	bytes.writeUInt32LE(500, at + 24)
	expect((await verdictOf(bytes)).problem).toMatchObject({ code: 'bundle.bomb', where: 'manifest.json' })
})

test('a writer that is killed before the bundle gets its name leaves nothing under it, and the next one clears up', {
	timeout: 120_000,
}, async () => {
	const kept = sha256(readFileSync(bundle.file))
	rmSync(bundle.file)
	const bundles = path.dirname(bundle.file)
	const point = 'before rename'
	expect(await killedCommand(['bundle', paper], { folder: project.folder, point })).toMatchObject({ code: null })
	expect(existsSync(bundle.file)).toBe(false)
	expect(readdirSync(bundles)).toEqual([expect.stringMatching(/^\.writing-/)])
	await paperBundle(closing, paper)
	expect(readdirSync(bundles)).toEqual([path.basename(bundle.file)])
	expect(sha256(readFileSync(bundle.file))).toBe(kept)
})

test('a signer who is killed has not signed before the commit, and has behind it', { timeout: 120_000 }, async () => {
	const of = '2026-08'
	const { hash, reasons } = await readPaper(closing, of)
	const overrides = reasons.flatMap(({ id, blocks }) => (blocks ? ['--override', `${id}=looked at`] : []))
	const author = { userId: 'system', name: 'test' }
	const token = await issueToken(closing.state, { userId: 'ana', name: 'test', days: 1, author })
	for (const [point, state] of [
		['after insert into journal', 'open'],
		['after insert into journal > after commit', 'prepared'],
	] as const) {
		const words = ['close', 'prepare', of, '--content', hash, ...overrides]
		expect(await killedCommand(words, { folder: project.folder, token, point })).toMatchObject({ code: null })
		expect((await paperLives(closing.state.db)).lives.get(of)?.state ?? 'open').toBe(state)
		expect((await verifyDecisions({ state: closing.state, project: closing.config.project })).problems).toEqual([])
	}
})

test('tieout verify needs no project, ends with 1 at the first bad link, and says it as JSON too', async () => {
	expect((await runWords(['verify', bundle.file], folder)).code).toBe(0)
	await tampered((files) => files.delete('rates.json'), { renewed: false })
	const bad = await runWords(['verify', path.join(folder, 'tampered.zip'), '--json'], folder)
	expect(bad.code).toBe(1)
	expect(JSON.parse(bad.out)).toMatchObject({
		schema: 'tieout.verify/1',
		isIntact: false,
		problem: { where: 'rates.json' },
	})
	expect((await runWords(['verify', bundle.file, '--content', 'abc'], folder)).code).toBe(2)
	expect((await runWords(['verify'], project.folder)).out).toMatch(/^✓ the journal’s|^✓ the journal's/)
})

test.runIf(isThorough)(
	'after later days were loaded the signed period is built again to the same bytes',
	{
		timeout: 300_000,
	},
	async () => {
		project.setClock(Date.parse('2026-11-06T09:00:00Z'))
		const { extracted } = await project.run({ steps: ['extract'] })
		expect(extracted!.totals.loaded).toBeGreaterThan(0)
		const verdict = await compareRebuilt(closing, paper)
		expect(verdict.differences).toEqual([])
		expect(verdict.compared).toBeGreaterThan(100)
		expect(verdict.bundle).toMatchObject({ file: bundle.file, content: bundle.content, isKept: true })
	},
)
