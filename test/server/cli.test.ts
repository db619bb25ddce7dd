import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { runCommandLine } from '../../server/cli.ts'
import { commands } from '../../server/command-table.ts'
import type { SandboxAddress } from '../../server/commands/sandbox.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'tieout-cli-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function tieout(...words: string[]): Promise<{ code: number; out: string; notes: string }> {
	const written = { out: '', notes: '' }
	const stream = (name: 'out' | 'notes') => ({
		write: (text: string) => {
			written[name] += text
		},
	})
	const code = await runCommandLine(words, {
		environment: {},
		out: stream('out'),
		notes: stream('notes'),
		signal: new AbortController().signal,
		folder,
	})
	return { code, ...written }
}

describe('help', () => {
	test('names every command in its group, and needs no project', async () => {
		const { code, out } = await tieout('--help')
		expect(code).toBe(0)
		for (const { name } of commands) expect(out).toMatch(new RegExp(`^  ${name} `, 'm'))
		expect(out).toMatch(/Start:[\s\S]*Every day:[\s\S]*Look:[\s\S]*Serve:/)
	})

	test.each(commands.map((command) => [command.name, command] as const))(
		'of %s starts with examples',
		async (name, command) => {
			const { code, out } = await tieout(name, '--help')
			expect(code).toBe(0)
			expect(out.startsWith('Examples:\n')).toBe(true)
			for (const example of command.examples) expect(out).toContain(example)
			for (const flag of command.flags ?? []) if (!flag.isHidden) expect(out).toContain(flag.flag)
		},
	)
})

describe('a mistyped line', () => {
	test.each([
		[['bild'], 'there is no command bild', 'write build'],
		[['run', '--ful'], 'there is no flag --ful', 'write --full'],
		[['status', '--perod', 'x'], 'there is no flag --perod', 'write --period'],
		[['export'], 'missing required argument', 'tieout export --help'],
	])('%j ends with 2 and the nearest name', async (words, message, next) => {
		const { code, out, notes } = await tieout(...words)
		expect(code).toBe(2)
		expect(out).toBe('')
		expect(notes).toContain(message)
		expect(notes).toContain(`next: ${next}`)
	})

	test('with --json is one document', async () => {
		const { code, out } = await tieout('bild', '--json')
		expect(code).toBe(2)
		expect(JSON.parse(out).error).toMatchObject({ code: 'usage.unknown_command', next: 'write build' })
	})

	test('no words at all shows the help and ends with 2', async () => {
		const { code, notes } = await tieout()
		expect(code).toBe(2)
		expect(notes).toContain('Usage: tieout <command>')
	})
})

test('without a project every command that needs one says how to make it', async () => {
	for (const words of [['run'], ['status'], ['sql', 'select 1'], ['serve'], ['doctor'], ['report'], ['replay']]) {
		const { code, notes } = await tieout(...words)
		expect([words[0], code]).toEqual([words[0], 2])
		expect(notes).toContain('next: tieout init DIR makes a project')
	}
})

test('init makes a project, whose configuration asks for its variables, and makes it only once', async () => {
	const project = path.join(folder, 'acme')
	const made = await tieout('init', project)
	expect(made.code).toBe(0)
	expect(readdirSync(project).sort()).toEqual([
		'.env.example',
		'.gitignore',
		'checks',
		'data',
		'models',
		'reports',
		'sources',
		'tieout.schema.json',
		'tieout.yml',
	])
	expect(readFileSync(path.join(project, 'tieout.yml'), 'utf8')).toMatch(
		/^# yaml-language-server: \$schema=tieout.schema.json\n/,
	)
	expect((await tieout('init', project)).code).toBe(2)
	const doctor = await tieout('doctor', '--offline', '--project', project)
	expect(doctor.notes).toContain('needs the environment variable SALESFORCE_URL, which is not set')
})

test('flags stand anywhere', async () => {
	const project = path.join(folder, 'acme')
	expect((await tieout('--project', project, '--json', 'status')).out).toContain('config.missing_variable')
	expect((await tieout('status', '--json', '--project', project)).out).toContain('config.missing_variable')
})

test('completion knows shells and commands', async () => {
	expect((await tieout('completion', 'bash')).out).toContain('complete -o default -F _tieout tieout')
	expect((await tieout('completion', 'words', '--', 'sta')).out).toBe('status\n')
	expect((await tieout('completion', 'powershell')).code).toBe(2)
})

test('the sandbox of a company of one legal entity says what its project must say of it', async () => {
	const stop = new AbortController()
	let out = ''
	const write = (text: string) => {
		out += text
		stop.abort()
	}
	const words = ['sandbox', '--one-entity', '--json', '--crm', 'hubspot', '--erp', 'erpnext', '--scale', '0.01']
	const effects = { environment: {}, out: { write }, notes: { write: () => {} }, signal: stop.signal, folder }
	expect(await runCommandLine(words, effects)).toBe(0)
	const { connections, is_one_entity: isOneEntity } = JSON.parse(out) as SandboxAddress
	expect(isOneEntity).toBe(true)
	expect(connections.map(({ legalEntities }) => Object.keys(legalEntities))).toEqual([['US'], ['US']])
	expect(connections[0]!.options['legal_entity']).toBe('US')
})

test('sandbox --one-entity is the company of one legal entity, and says what its NetSuite lacks', async () => {
	const out: string[] = []
	const code = await runCommandLine(['sandbox', '--one-entity', '--scale', '0.01', '--json'], {
		environment: {},
		out: { write: (text: string) => out.push(text) },
		notes: { write: () => {} },
		signal: AbortSignal.abort(),
		folder,
	})
	expect(code).toBe(0)
	const { is_one_entity: isOneEntity, connections } = JSON.parse(out.join(''))
	expect(isOneEntity).toBe(true)
	expect(connections[1]).toMatchObject({ options: { one_world: false, currency: 'USD' }, legalEntities: { US: '1' } })
})
