import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sourceOf } from '../../extract/run.ts'
import { runCommandLine } from '../../server/cli.ts'
import { listenForConsent, pastedConsent } from '../../server/consent-listener.ts'
import { writeDemoProject } from '../../server/demo-project.ts'
import { readPassword } from '../../server/password-prompt.ts'
import { addUser } from '../../server/people/accounts.ts'
import { checkPassword, hashPassword } from '../../server/people/password.ts'
import { issueToken } from '../../server/people/tokens.ts'
import { openState } from '../../server/state.ts'
import { actions } from '../hints.ts'
import { runWords } from './command-line.ts'

// What a person may do wrong at the command line, on a project that is published. Each answer names the thing, and says what to do.
const root = mkdtempSync(path.join(tmpdir(), 'tieout-messages-'))
const folder = path.join(root, 'halden')
const inFolder = (...names: string[]) => path.join(folder, ...names)
const secret = 'hunter2hunter2'
const environment: NodeJS.ProcessEnv = {}

beforeAll(async () => {
	cpSync(path.join(import.meta.dirname, '../../examples/halden'), folder, { recursive: true })
	rmSync(inFolder('data'), { recursive: true, force: true })
	expect(await runWords(['run'], folder)).toMatchObject({ code: 0 })
	const state = await openState(inFolder('data', 'state.sqlite'))
	const account = { email: null, isAdmin: false, isInitial: false, author: { userId: 'ana', name: 'test' } }
	const person = { userId: 'ana', name: 'Ana', role: 'reviewer' as const, password: 'four words of mine' }
	const cost = { N: 16, r: 1, p: 1 }
	await addUser(state, { ...person, ...account }, { cost })
	environment['TIEOUT_TOKEN'] = await issueToken(state, {
		...{ userId: 'ana', name: 'test', days: 9 },
		author: account.author,
	})
	await state.close()
}, 120_000)
afterAll(() => rmSync(root, { recursive: true, force: true }))

type Refused = { exit: number; code: string; message: string; where?: string; allowed?: string[]; next?: string }

async function refused(words: string[], { at = folder, env = environment } = {}): Promise<Refused> {
	const { code, out, notes } = await runWords([...words, '--json'], at, { environment: env })
	expect(notes).not.toContain(secret)
	expect(out).not.toContain(secret)
	return { exit: code, ...JSON.parse(out).error }
}

/** Words, the code of the refusal, and what its message has to name. All end with 2. */
const wrong: [string[], string, string][] = [
	[['alerts', 'mute'], 'usage.alerts', 'mute'],
	[['alerts', 'ack'], 'usage.alert_id', 'ack'],
	[['alerts', 'ack', '1'], 'alert.reason', 'reason'],
	[['alerts', 'snooze', '1', '--reason', 'the bank is closed'], 'alert.snooze', 'end'],
	[['alerts', 'ack', '999', '--reason', 'Ben repairs it'], 'alert.unknown', '999'],
	[['bundle', '2026-06', '2026-05'], 'usage', 'too many arguments'],
	[['bundle', '2026-06'], 'close.not_signed', '2026-06'],
	[['close', 'sign', '2026-06'], 'usage.close', 'sign'],
	[['close', 'prepare'], 'usage.close', 'a paper'],
	[['close', 'prepare', '2026-06'], 'usage.content', 'content'],
	[
		['close', 'prepare', '2026-06', '--content', '0f3a9c51d2e4b687', '--override', 'unexplained'],
		'usage.override',
		'unexplained',
	],
	[['close', 'changes', '2026-06'], 'close.not_signed', '2026-06'],
	[['close', 'items', '2026-06', 'colour=red'], 'usage.filter', 'colour'],
	[['report', 'breaks', 'timing'], 'usage.filter', 'timing'],
	[['completion', 'powershell'], 'usage.shell', 'powershell'],
	[['connect', 'billing'], 'usage.unknown_connection', 'billing'],
	[['connect', 'crm'], 'consent.not_asked', 'crm'],
	[['export', 'breaks', '--format', 'pdf'], 'usage.export_format', 'pdf'],
	[['export', 'breaks', '--out', '/nowhere/breaks.csv'], 'usage.export_folder', '/nowhere'],
	[['export', 'breks'], 'usage.unknown_report', 'breks'],
	[['report', 'won-to-order'], 'usage.absent_report', 'stage history'],
	[['report', 'breaks', '--limit', 'few'], 'usage.limit', 'few'],
	[['extract', 'oportunities'], 'stream.unknown', 'oportunities'],
	[['run', '--source', 'billing'], 'usage.unknown_source', 'billing'],
	[['link', 'marry', 'crm:1', 'erp:2'], 'usage.link', 'marry'],
	[['link', 'join', 'crm:1'], 'usage.link', '1 came'],
	[['link', 'join', 'crm:1', 'erp:2', '--reason', 'they are one'], 'links.unknown', 'crm:1'],
	[['link', 'join', 'crm:1', 'erp:2'], 'links.reason', 'reason'],
	[['link', 'withdraw', 'crm:1', 'erp:2', '--reason', 'they are two'], 'links.unknown', 'crm:1'],
	[['link', 'import', 'links.csv', '--reason', 'compared by hand'], 'links.file', 'links.csv'],
	[['replay', '--held', 'maybe'], 'usage.held', 'maybe'],
	[['replay', '--quarantine', '--record', 'first'], 'usage.record', 'first'],
	[['sandbox', '--scale', 'big'], 'usage.number', 'big'],
	[['sandbox', '--crm', 'pipedrive'], 'usage.system', 'pipedrive'],
	[['schema', 'compare', 'crm'], 'usage.schema', 'compare crm'],
	[['schema', 'diff', 'nofile.json', 'crm'], 'schema.unknown', 'nofile.json'],
	[['serve', '--port', '99999'], 'usage.port', '99999'],
	[['status', '--period', '2030-01'], 'usage.unknown_period', '2030-01'],
	[['user', 'promote', 'ana'], 'usage.user', 'promote'],
	[['user', 'role'], 'usage.user_id', 'role'],
	[['user', 'role', 'ana', 'boss'], 'usage.role', 'boss'],
	[['user', 'disable', 'ben'], 'user.unknown', 'ben'],
	[['user', 'enable', 'ana'], 'user.already', 'ana'],
	[['user', 'token', 'ana', '--days', '0'], 'usage.number', '"0"'],
	[['verify', 'october.zip', '--content', 'xyz'], 'usage.verify', '--content'],
	[['sql', 'select 1; select 2'], 'sql.statements', '2 statements'],
	[['sql', "select * from read_csv('/etc/passwd')"], 'sql.table_function', 'read_csv'],
	[['sql', 'select amnt from marts.breaks'], 'sql.binder', 'amnt'],
	[['sql', 'selec 1'], 'sql.syntax', 'selec'],
	[['sql', 'drop table marts.breaks'], 'sql.statement', 'SELECT'],
	[['init', '.'], 'init.exists', 'is a project'],
	[['init'], 'init.exists', 'is a project'],
]

test.each(wrong)('%j is refused as %s', async (words, code, names) => {
	const given = words[0] === 'init' && words[1] === '.' ? ['init', folder] : words
	const error = await refused(given)
	expect(error).toMatchObject({ exit: 2, code })
	expect(`${error.message} ${error.where ?? ''}`).toContain(names)
	expect(`${error.next ?? ''}`).not.toBe('')
})

test('a mistyped stream is no failed run, and nobody’s alert', async () => {
	await refused(['run', 'oportunities'])
	const { out } = await runWords(['alerts', '--json'], folder)
	expect(out).not.toContain('oportunities')
})

describe('every action that needs more says what', () => {
	const needs = Object.entries(actions).flatMap(([command, own]) =>
		Object.entries(own).flatMap(([action, { names = 0, flags = [] }]) => [
			...(names > 0 ? [{ command, action, names: names - 1, flags }] : []),
			...flags.map((left) => ({ command, action, names, flags: flags.filter((one) => one !== left) })),
		]),
	)
	const values: Record<string, string> = {
		'--reason': 'because it is so',
		'--until': '2026-11-09T09:00Z',
		'--content': '0f3a9c51d2e4b687',
		'--changes': '77ab12cd34ef',
	}
	test.each(needs)('$command $action with $names names and $flags', async ({ command, action, names, flags }) => {
		writeFileSync(inFolder('links.csv'), 'crm_id,erp_id\ncrm:1,erp:2\n')
		const first = { alerts: '1', close: '2026-06', link: 'crm:1', user: 'cara', schema: 'crm' }[command]!
		const given = action === 'import' ? [inFolder('links.csv')] : [first, 'erp:2'].slice(0, names)
		const words = [command, action, ...given.slice(0, names), ...flags.flatMap((flag) => [flag, values[flag]!])]
		const error = await refused(words)
		expect([words.join(' '), error.exit]).toEqual([words.join(' '), 2])
		expect(error.next ?? '').not.toBe('')
		rmSync(inFolder('links.csv'))
	})
})

test('a file that can not be attached changes nothing of the item', async () => {
	const { out } = await runWords(['close', 'items', '2026-06', '--json'], folder, { environment })
	const item = JSON.parse(out).items[0].item as string
	const words = ['close', 'item', '2026-06', item, '--comment', 'Invoice follows', '--attach', 'nofile.pdf']
	expect(await refused(words)).toMatchObject({ exit: 2, code: 'usage.attach' })
	const { out: after } = await runWords(['close', 'item', '2026-06', item, '--json'], folder, { environment })
	expect(after).not.toContain('Invoice follows')
})

test('a token that is nobody’s is refused, and not shown', async () => {
	const error = await refused(['close'], { env: { TIEOUT_TOKEN: secret } })
	expect(error).toMatchObject({ exit: 2, code: 'people.token', where: 'TIEOUT_TOKEN' })
})

test('a file for a program is not written to a terminal', async () => {
	const said: string[] = []
	const terminal = { write: (text: string) => said.push(text), isTTY: true }
	const effects = { environment: {}, out: terminal, notes: terminal, signal: new AbortController().signal, folder }
	expect(await runCommandLine(['export', 'breaks', '--format', 'xlsx', '--json'], effects)).toBe(2)
	expect(JSON.parse(said.join('')).error).toMatchObject({
		code: 'usage.export_terminal',
		next: 'name a file: --out rows.xlsx',
	})
})

describe('configuration', () => {
	const books = path.join(root, 'books')
	const write = (text: string, env = '') => {
		mkdirSync(books, { recursive: true })
		writeFileSync(path.join(books, 'tieout.yml'), text)
		writeFileSync(path.join(books, '.env'), env)
	}
	const company =
		'company: { name: A, time_zone: UTC, reporting_currency: USD }\ncalendar: { from: 2026-01 }\nowners: { default: ana }\n'
	const codes: [string, string, string, string][] = [
		['no YAML', `${company}connections: {`, 'config.syntax', 'tieout.yml:'],
		['an unknown word', `${company}conections: {}`, 'config.invalid', 'conections'],
		['nothing to read', `${company}connections: {}`, 'config.no_connections', 'no connections'],
	]
	test.each(codes)('with %s', async (_, text, code, names) => {
		write(text)
		const error = await refused(['run'], { at: books })
		expect(error).toMatchObject({ exit: 2, code })
		expect(error.message).toContain(names)
		expect(error.next ?? '').not.toBe('')
	})

	test('with a secret’s file that is not there', async () => {
		write(readFileSync(inFolder('tieout.yml'), 'utf8').replace('folder: crm', `folder: "\${file:nowhere.txt}"`))
		const error = await refused(['run'], { at: books })
		expect(error).toMatchObject({
			exit: 2,
			code: 'config.missing_file',
			where: expect.stringMatching(/^tieout.yml:\d+/),
		})
		expect(error.message).toContain('nowhere.txt')
	})

	test('an .env that is a folder', async () => {
		write(`${company}connections: {}`)
		rmSync(path.join(books, '.env'))
		mkdirSync(path.join(books, '.env'))
		expect(await refused(['run'], { at: books })).toMatchObject({ exit: 2, code: 'config.env_file' })
		rmSync(path.join(books, '.env'), { recursive: true })
	})

	test('a tieout.yml that is a folder', async () => {
		const at = path.join(root, 'odd')
		mkdirSync(path.join(at, 'tieout.yml'), { recursive: true })
		expect(await refused(['run'], { at })).toMatchObject({ exit: 2, code: 'config.unreadable' })
	})

	test('a clock that is no moment', async () => {
		write(`${company}connections: {}`, 'TIEOUT_NOW=yesterday')
		expect(await refused(['alerts'], { at: books })).toMatchObject({ exit: 2, code: 'config.clock' })
	})

	test('connections that are all switched off', async () => {
		const text = readFileSync(inFolder('tieout.yml'), 'utf8').replaceAll(
			/^( {4})source: files$/gm,
			'$1source: files\n$1enabled: false',
		)
		const off = path.join(root, 'off')
		mkdirSync(off)
		writeFileSync(path.join(off, 'tieout.yml'), text)
		for (const words of [['run'], ['extract'], ['run', '--source', 'crm']])
			expect(await refused(words, { at: off })).toMatchObject({ exit: 2, code: 'config.no_connections' })
	})
})

describe('environments that are compared', () => {
	test('a file that can not be read, and one of a system that is not connected', async () => {
		expect(await refused(['schema', 'diff', root, 'crm'])).toMatchObject({ exit: 2, code: 'schema.no_file' })
		const saved = path.join(root, 'saved.json')
		await runWords(['schema', 'save', 'crm', '--out', saved], folder)
		const text = readFileSync(saved, 'utf8').replace('"kind": "files"', '"kind": "salesforce"')
		const other = path.join(root, 'other.json')
		writeFileSync(other, text.replace('"connection": "crm"', '"connection": "sales"'))
		expect(await refused(['schema', 'diff', other, other])).toMatchObject({ exit: 2, code: 'schema.no_connection' })
	})
})

describe('a server', () => {
	test('that can not listen at an address says so', async () => {
		const error = await refused(['serve', '--bind', '203.0.113.7', '--port', '4599'])
		expect(error).toMatchObject({ exit: 2, code: 'server.listen', next: expect.stringContaining('127.0.0.1') })
	})

	test('that everybody could reach needs people or tokens', async () => {
		const open = path.join(root, 'open')
		cpSync(inFolder('tieout.yml'), path.join(open, 'tieout.yml'))
		const error = await refused(['serve', '--bind', '0.0.0.0', '--port', '0'], { at: open })
		expect(error).toMatchObject({ exit: 2, code: 'server.tokens', allowed: expect.arrayContaining(['127.0.0.1']) })
	})
})

describe('a report of the project’s own', () => {
	const reports = () => inFolder('reports')
	test.each([
		['throws.js', 'throw new Error("no such thing")', 'report.broken'],
		['nothing.js', 'export const report = 1', 'report.missing'],
		[
			'wrong.js',
			'export default ({ defineReport, z }) => defineReport({ name: "mine", title: "Mine", parameters: z.object({}), columns: [{ name: "a", title: "A", kind: "text" }], key: ["b"], sort: [] })',
			'report.declaration',
		],
	])('%s: %s', async (name, text, code) => {
		mkdirSync(reports(), { recursive: true })
		writeFileSync(path.join(reports(), name), text)
		const error = await refused(['report', 'breaks'])
		rmSync(reports(), { recursive: true })
		expect(error).toMatchObject({ exit: 2, code })
		expect(`${error.message} ${error.where}`).toMatch(/throws.js|nothing.js|wrong.js/)
		expect(error.next ?? '').not.toBe('')
	})
})

test('a demo of other systems is another folder’s', () => {
	const demo = path.join(root, 'demo')
	const address = (...names: string[]) =>
		({ systems: names.map((system) => ({ system })), connections: [], now: '2026-11-04T09:00Z' }) as never
	mkdirSync(demo)
	writeFileSync(
		path.join(demo, '.env'),
		'# Written by tieout demo at each start: the sandboxes of the sample company. Opens nothing else.\nTIEOUT_DEMO=salesforce+netsuite\n',
	)
	expect(() => writeDemoProject(demo, address('hubspot', 'xero'))).toThrow(
		expect.objectContaining({ code: 'demo.other_systems', message: `${demo} is a demo of salesforce and netsuite` }),
	)
})

test('a consent that can not come back is told at once, and one of somebody else is none', async () => {
	const server = createServer().listen(0, '127.0.0.1')
	await new Promise((resolve) => server.once('listening', resolve))
	const { port } = server.address() as AddressInfo
	await expect(listenForConsent(port)).rejects.toMatchObject({ code: 'consent.port', where: '--port' })
	server.close()
	const input = new PassThrough()
	const pasted = pastedConsent('https://acme.example/connected', input)
	const came = pasted.redirected(() => false, new AbortController().signal)
	input.write('https://acme.example/connected?code=1&state=other\n')
	await expect(came).rejects.toMatchObject({ code: 'consent.state', where: 'state' })
	await pasted.close()
})

test('a folder with something in it is made no project without being named', async () => {
	const full = path.join(root, 'full')
	mkdirSync(full)
	writeFileSync(path.join(full, 'notes.txt'), 'x')
	expect(await refused(['init'], { at: full })).toMatchObject({ exit: 2, code: 'init.not_empty' })
})

test('a port in use is named, and the next one', async () => {
	const server = createServer().listen(0, '127.0.0.1')
	await new Promise((resolve) => server.once('listening', resolve))
	const { port } = server.address() as AddressInfo
	const error = await refused(['serve', '--port', String(port)])
	expect(error).toMatchObject({ exit: 3, code: 'server.port' })
	expect(error.next).toContain(`--port ${port + 1}`)
	const sandbox = await refused(['sandbox', '--port', String(port), '--scale', '0.01'])
	expect(sandbox).toMatchObject({ exit: 3, code: 'sandbox.port' })
	server.close()
}, 30_000)

test('a demo in the folder of a project says so and touches nothing', async () => {
	writeFileSync(inFolder('.env'), `KEY=${secret}\n`)
	const before = readFileSync(inFolder('tieout.yml'), 'utf8')
	expect(await refused(['demo', '--once', '--scale', '0.01'])).toMatchObject({ exit: 2, code: 'demo.other_project' })
	expect(readFileSync(inFolder('tieout.yml'), 'utf8')).toBe(before)
	rmSync(inFolder('.env'))
}, 60_000)

describe('a password', () => {
	const typed = (...lines: string[]) => {
		const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} })
		let at = 0
		const notes = {
			write: (text: string) => {
				if (/: $/.test(text)) setImmediate(() => input.write(lines[at++] ?? '\u0003'))
			},
		}
		const { signal } = new AbortController()
		return readPassword({ question: 'password: ', isNew: true }, { input, notes, signal })
	}
	test.each([
		['that did not come', ['\r'], 'password.none'],
		['that is typed in two ways', ['four words\r', 'five words\r'], 'password.differs'],
		['that was given up', ['\u0003'], 'password.stopped'],
	])('%s', async (_, lines, code) => {
		await expect(typed(...lines)).rejects.toMatchObject({ code, kind: 'usage' })
	})
})

test('a run that is stopped at once says so, and what it did stays', async () => {
	const said: string[] = []
	const stream = { write: (text: string) => said.push(text) }
	const signal = AbortSignal.abort()
	expect(await runCommandLine(['run', '--json'], { environment: {}, out: stream, notes: stream, signal, folder })).toBe(
		130,
	)
	expect(JSON.parse(said.join('').slice(said.join('').indexOf('{'))).error).toMatchObject({
		...{ code: 'run.interrupted', next: 'tieout run' },
	})
})

test('a landing file that was torn or changed is not loaded again, and the warehouse is not blamed', async () => {
	const landing = inFolder('data', 'landing', 'erp', 'invoices')
	const file = path.join(landing, readdirSync(landing).find((name) => name.endsWith('.zst'))!)
	const whole = readFileSync(file)
	const changed = zstdDecompressSync(whole)
		.toString()
		.replace(/"total_amount":"\d/, '"total_amount":"9')
	expect(changed).not.toBe(zstdDecompressSync(whole).toString())
	const torn = Buffer.concat([whole.subarray(0, 40), Buffer.alloc(8), whole.subarray(48)])
	for (const bytes of [torn, zstdCompressSync(changed)]) {
		writeFileSync(file, bytes)
		const error = await refused(['replay', 'erp.invoices'])
		expect(error).toMatchObject({ exit: 3, code: 'landing.damaged', where: file })
		expect(error.next).toContain('tieout extract --full')
	}
	rmSync(file)
	expect(await refused(['replay', 'erp.invoices'])).toMatchObject({ exit: 2, code: 'landing.missing' })
	writeFileSync(file, whole)
	expect(await runWords(['replay', 'erp.invoices'], folder)).toMatchObject({ code: 0 })
})

test('what a connection may be is said where its source or its options are none', () => {
	expect(() => sourceOf({ name: 'crm', kind: 'pipedrive', options: {} })).toThrow(
		expect.objectContaining({ code: 'source.unknown', allowed: expect.arrayContaining(['salesforce', 'files']) }),
	)
	expect(() => sourceOf({ name: 'crm', kind: 'files', options: { folder: 7 } })).toThrow(
		expect.objectContaining({ code: 'source.options', message: expect.stringContaining('connections.crm.') }),
	)
})

test('more people than the machine can check at once are told to come again, and the others are let in', async () => {
	const cost = { N: 16384, r: 8, p: 1 }
	const kept = await hashPassword('four words of mine', cost)
	const all = await Promise.allSettled(Array.from({ length: 60 }, () => checkPassword('four words of mine', kept)))
	const refusals = all.filter((one) => one.status === 'rejected')
	expect(refusals.length).toBe(8)
	for (const { reason } of refusals) expect(reason).toMatchObject({ code: 'login.busy', kind: 'busy' })
}, 60_000)

test('a moment before anything was loaded is said to be one', async () => {
	const before = await runWords(['build', '--as-of', '2020-01-01T00:00Z'], folder)
	expect(before.notes).toContain('nothing had been loaded by then')
	const after = await runWords(['build', '--as-of', '2100-01-01T00:00Z'], folder)
	expect([after.code, after.notes.includes('nothing had been loaded')]).toEqual([0, false])
}, 60_000)
