import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import { isProcessAlive, processMark } from '../models/living-process.ts'
import type { Project } from './project.ts'

/** A folder of this process alone for exports under way, in the project's spool. What processes of this machine left that are gone is removed. */
export function ownSpool({ spool }: Project): string {
	mkdirSync(spool, { recursive: true, mode: 0o700 })
	for (const name of readdirSync(spool))
		if (isLeftBehind(name)) rmSync(path.join(spool, name), { recursive: true, force: true })
	const { pid, started } = processMark()
	return mkdtempSync(path.join(spool, `${hostname()},${pid},${started ?? ''},`))
}

/** Another machine's can't be told: its processes are not seen from here. */
function isLeftBehind(name: string): boolean {
	const [host, pid, started] = name.split(',')
	if (host !== hostname() || !/^\d+$/.test(pid ?? '')) return false
	return !isProcessAlive({ pid: Number(pid), started: started || null })
}
