import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

// What several test files stand on is made once for all of them, by the first that asks. Vitest calls `setup` before the first file.
const variable = 'TIEOUT_TEST_SHARED'

export function setup() {
	const folder = mkdtempSync(path.join(tmpdir(), 'tieout-shared-'))
	process.env[variable] = folder
	return () => rmSync(folder, { recursive: true, force: true })
}

/** Is this a test run, which has such folders? Else everybody makes what he needs. */
export const isSharing = () => process.env[variable] !== undefined

/** The folder `name` of this test run, filled by `fill` when nobody has yet: what it leaves is to be read or copied, never changed. */
export async function sharedFolder(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
	const folder = path.join(process.env[variable]!, name)
	while (!existsSync(folder)) {
		if (!lock(folder)) {
			await delay(50)
			continue
		}
		const unfinished = mkdtempSync(`${folder}-`)
		try {
			await fill(unfinished)
			renameSync(unfinished, folder)
		} finally {
			rmSync(`${folder}.lock`, { recursive: true })
		}
	}
	return folder
}

/** Whether it is this process's turn: one makes it, the others wait. */
function lock(folder: string): boolean {
	try {
		mkdirSync(`${folder}.lock`)
		return !existsSync(folder)
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
		return false
	}
}
