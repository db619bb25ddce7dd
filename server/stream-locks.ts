import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Kysely } from 'kysely'
import type { StreamLock } from '../extract/state.ts'
import type { StateSchema } from './state.ts'

/** Who holds a lock: a process on a machine, known by its start, because process ids are used again. */
type Holder = { host: string; pid: number; started: string | null }

/** `now`: the machine's clock (epoch ms), never the company's. `host`, `pid`, `isAlive`: this process and how to tell a dead one. */
export type LockEffects = {
	now?: () => number
	host?: string
	pid?: number
	isAlive?: (holder: Holder) => boolean
}

/** A holder on another machine beats every 20 s; after two minutes of silence it is taken for dead. */
const beatEvery = 20_000
const silence = 120_000

/** Locks by name in the state database. A lock whose process is dead is taken over; one that lives is left alone. */
export function streamLocks(db: Kysely<StateSchema>, effects: LockEffects = {}) {
	const { now = Date.now, host = hostname(), pid = process.pid, isAlive = isRunning } = effects
	const self: Holder = { host, pid, started: processStart(pid) }

	async function take(name: string): Promise<StreamLock | { holder: string }> {
		const token = randomUUID()
		const mine = { name, holder: JSON.stringify(self), token, beat_at: new Date(now()).toISOString() }
		const other = await db.transaction().execute(async (transaction) => {
			const row = await transaction.selectFrom('stream_locks').selectAll().where('name', '=', name).executeTakeFirst()
			if (row && holds(JSON.parse(row.holder), Date.parse(row.beat_at))) return row
			await transaction
				.insertInto('stream_locks')
				.values(mine)
				.onConflict((conflict) => conflict.doUpdateSet(mine))
				.execute()
			return null
		})
		if (other) return { holder: describe(JSON.parse(other.holder)) }
		const timer = setInterval(() => void beat(name, token), beatEvery)
		timer.unref()
		return {
			release: async () => {
				clearInterval(timer)
				await db.deleteFrom('stream_locks').where('name', '=', name).where('token', '=', token).execute()
			},
		}
	}

	function holds(holder: Holder, beatAt: number): boolean {
		return holder.host === host ? isAlive(holder) : now() - beatAt < silence
	}

	async function beat(name: string, token: string) {
		const beat_at = new Date(now()).toISOString()
		// A beat that fails (the database is closing) is only a beat: the next one, or the release, follows.
		await db
			.updateTable('stream_locks')
			.set({ beat_at })
			.where('name', '=', name)
			.where('token', '=', token)
			.execute()
			.catch(() => {})
	}

	return { take }
}

function describe(holder: Holder): string {
	return `process ${holder.pid} on ${holder.host}`
}

function isRunning(holder: Holder): boolean {
	try {
		process.kill(holder.pid, 0)
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
	}
	const started = processStart(holder.pid)
	return started === null || holder.started === null || started === holder.started
}

/** When the process started, in the kernel's ticks since boot; null where there is no /proc. */
function processStart(pid: number): string | null {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
		// The second field is the name in parentheses and may hold spaces; the start is the 22nd, the 20th behind it.
		return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
	} catch {
		return null
	}
}
