import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { commands } from '../server/command-table.ts'
import { asStarted, startOf } from '../server/hint.ts'
import { actions, commandsIn, commandsOfTheCode, mentions, shellWords, whyNot } from './hints.ts'
import { commandLine, runWords } from './server/command-line.ts'

test('every command that a message names can be typed as it stands', async () => {
	const found = commandsOfTheCode()
	expect(found.length).toBeGreaterThan(100)
	const wrong: string[] = []
	const mentioned = new Set<string>()
	for (const { file, line, text, words } of found) {
		const why = await whyNot(words)
		if (why && mentions.includes(`${file}: ${text}`)) mentioned.add(`${file}: ${text}`)
		else if (why) wrong.push(`${file}:${line}: ${text}: ${why}`)
	}
	expect(wrong).toEqual([])
	expect([...mentioned].sort()).toEqual([...mentions].sort())
})

test('every example of --help can be typed', async () => {
	const examples = commands.flatMap(({ examples }) => examples).filter((example) => example.startsWith('tieout '))
	expect(examples.length).toBeGreaterThan(50)
	for (const example of examples)
		expect([example, await whyNot(shellWords(example).slice(1))]).toEqual([example, undefined])
})

test('a hint that can not be typed is found', async () => {
	const [hint] = commandsIn('next: tieout close prepare 2026-10, then see')
	expect(hint).toMatchObject({ text: 'tieout close prepare 2026-10' })
	expect(await whyNot(hint!.words)).toBe('close prepare needs --content')
	expect(await whyNot(['run', '--everything'])).toContain('unknown option')
	expect(await whyNot(['export'])).toContain('missing required argument')
	expect(await whyNot(['close', 'sign', '2026-10'])).toBe('close knows no sign')
})

test('what each action is said to need here is what the command asks for', async () => {
	const { folder, tieout, project, remove } = commandLine()
	project('')
	for (const [command, own] of Object.entries(actions)) {
		const unknown = JSON.parse((await tieout(command, 'nothing', '--json')).out).error
		if (command !== 'schema') expect([command, unknown.allowed]).toEqual([command, Object.keys(own)])
	}
	expect(folder).not.toBe('')
	remove()
})

describe('a command in a note is written as it has to be typed', () => {
	const as = (words: string[], text: string, environment = {}) =>
		asStarted(text, startOf(words, environment, '/work'), commands)

	test('with the project that was named', () => {
		expect(as(['status', '--project', 'books'], 'next: tieout run')).toBe('next: tieout run --project books')
		expect(as(['--project=my books', 'run'], 'next: tieout close status 2026-10, or tieout run: it goes on')).toBe(
			"next: tieout close --project 'my books' status 2026-10, or tieout run --project 'my books': it goes on",
		)
		expect(as(['status', '--project', '/work'], 'next: tieout run')).toBe('next: tieout run')
		expect(as(['status'], 'next: tieout run')).toBe('next: tieout run')
	})

	test('by npx where tieout was started so', () => {
		const byNpx = { npm_command: 'exec' }
		expect(as(['status'], 'next: tieout run', byNpx)).toBe('next: npx tieout run')
		expect(as(['demo'], 'next: tieout status --project data/demo', { npm_command: 'start' })).toBe(
			'next: npx tieout status --project data/demo',
		)
	})

	test('and leaves alone what names its project, needs none, or is no command', () => {
		const text = 'tieout status --project other; tieout init DIR makes one; tieout only reads; data/tieout run'
		expect(as(['run', '--project', 'books'], text)).toBe(text)
	})

	test('in what a command says', async () => {
		const folder = mkdtempSync(path.join(tmpdir(), 'tieout-hints-'))
		const { notes } = await runWords(['init', path.join(folder, 'my books')], folder)
		const said = await runWords(['status', '--project', path.join(folder, 'nobooks')], folder)
		expect(notes).toContain(`then: tieout doctor --project '${folder}/my books'`)
		expect(said.notes).toContain('next: tieout init DIR makes a project')
		const wrong = await runWords(['export', '--project', 'a b'], folder)
		expect(wrong.notes).toContain("next: tieout export --project 'a b' --help")
		rmSync(folder, { recursive: true })
	})
})
