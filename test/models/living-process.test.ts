import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { isProcessAlive, processMark } from '../../models/living-process.ts'

test('this process is alive, one that is gone is not, and one that has taken its id over is another one', async () => {
	expect(isProcessAlive(processMark())).toBe(true)
	expect(isProcessAlive({ pid: process.pid })).toBe(true)
	const child = spawn('true')
	const pid = child.pid!
	await once(child, 'close')
	expect(isProcessAlive({ pid })).toBe(false)
	expect(isProcessAlive({ pid: process.pid, started: '1' })).toBe(!existsSync('/proc/self/stat'))
})

test.runIf(existsSync('/proc/self/stat'))('one that was killed and that nobody has asked for is dead', async () => {
	// The shell becomes a sleep, which never asks for the child that the shell had.
	const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'inherit'] })
	const [said] = (await once(parent.stdout!, 'data')) as [Buffer]
	const mark = processMark(Number(said.toString()))
	await delay(200)
	expect(isProcessAlive(mark)).toBe(true)
	process.kill(mark.pid, 'SIGKILL')
	await expect.poll(() => readFileSync(`/proc/${mark.pid}/stat`, 'utf8')).toContain(') Z ')
	expect(() => process.kill(mark.pid, 0)).not.toThrow()
	expect(isProcessAlive(mark)).toBe(false)
	parent.kill('SIGKILL')
	await once(parent, 'close')
})
