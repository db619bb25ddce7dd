import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import { isProcessAlive, processMark } from '../../models/living-process.ts'

/** A folder of one process, for what it writes before it is sent. `release` removes it. */
export type Spool = { folder: string; release(): void }

/** What a process of another machine left behind is known by its age alone. Milliseconds. */
const abandonedAfter = 7 * 86_400_000

/**
 * Makes a folder of this process's own in `folder`, beside those of servers and commands that are at work, and removes what processes
 * left there that were killed. `now`: epoch ms.
 */
export function claimSpool(
	folder: string,
	{ host = hostname(), now = Date.now }: { host?: string; now?: () => number } = {},
): Spool {
	mkdirSync(folder, { recursive: true, mode: 0o700 })
	for (const name of readdirSync(folder)) {
		const file = path.join(folder, name)
		if (isAbandoned(name, file, host, now())) rmSync(file, { recursive: true, force: true })
	}
	const { pid, started } = processMark()
	const own = mkdtempSync(path.join(folder, `${pid}-${started ?? ''}-${host}-`))
	return { folder: own, release: () => rmSync(own, { recursive: true, force: true }) }
}

/** What carries nobody's name is of no process that is at work. */
function isAbandoned(name: string, file: string, host: string, now: number): boolean {
	const words = /^(\d+)-(\d*)-(.+)-[^-]{6}$/.exec(name)
	if (!words) return true
	if (words[3] === host) return !isProcessAlive({ pid: Number(words[1]), started: words[2] || null })
	return now - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? now) > abandonedAfter
}
