import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, expect, test } from 'vitest'

const root = path.join(import.meta.dirname, '../..')
const folder = mkdtempSync(path.join(tmpdir(), 'tieout-left-behind-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const isServed = async (url: string) =>
	await fetch(`${url}/sandbox`).then(
		() => true,
		() => false,
	)

// A killed process can't stop what it started: that has to notice by itself.
test.each([
	['the launcher', ['server/launcher.js', 'sandbox', '--json', '--scale', '0.01']],
	['the demo', ['test/server/start-sandbox.ts', folder]],
])('what %s started stops when that is killed', { timeout: 60_000 }, async (_, words) => {
	const parent = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...words], {
		cwd: root,
		stdio: ['ignore', 'pipe', 'ignore'],
	})
	const [said] = (await once(createInterface({ input: parent.stdout! }), 'line')) as [string]
	const { control } = JSON.parse(said) as { control: string }
	expect(await isServed(control)).toBe(true)
	parent.kill('SIGKILL')
	await once(parent, 'exit')
	await expect.poll(() => isServed(control), { timeout: 20_000 }).toBe(false)
})

test('one press of Ctrl-C is one, though the terminal and the launcher both pass it on', {
	timeout: 60_000,
}, async () => {
	const words = ['server/launcher.js', 'sandbox', '--json', '--scale', '0.01']
	const parent = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...words], {
		cwd: root,
		stdio: ['ignore', 'pipe', 'ignore'],
		detached: true,
	})
	await once(createInterface({ input: parent.stdout! }), 'line')
	process.kill(-parent.pid!, 'SIGINT')
	const [code] = (await once(parent, 'exit')) as [number]
	expect(code).toBe(0)
})
