import { readFileSync } from 'node:fs'

/** A process of this machine. Its id is used again after its end: when it started (the kernel's ticks since boot) tells it apart; null where there is no /proc. */
export type ProcessMark = { pid: number; started: string | null }

/** How to know a process again; this one, if none is given. */
export function processMark(pid: number = process.pid): ProcessMark {
	return { pid, started: kernelWords(pid)?.[19] ?? null }
}

/**
 * Whether it is still at work. A process that was killed keeps its id until its parent has asked for it, which in a container without an
 * init is never: such a one (a zombie) is dead.
 */
export function isProcessAlive({ pid, started = null }: { pid: number; started?: string | null }): boolean {
	try {
		process.kill(pid, 0)
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
	}
	const words = kernelWords(pid)
	if (!words) return true
	return !['Z', 'X'].includes(words[0]!) && (started === null || started === words[19])
}

/** What /proc says of a process from its state on; its start is the 20th word. Null where there is no /proc. */
function kernelWords(pid: number): string[] | null {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
		// The name before it stands in parentheses and may hold spaces.
		return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
	} catch {
		return null
	}
}
