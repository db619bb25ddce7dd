import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import type { StreamLock } from '../extract/state.ts'
import { isProcessAlive, type ProcessMark, processMark } from '../models/living-process.ts'
import type { StateSchema } from './state.ts'

/** Who holds a lock: a process on a machine. */
type Holder = ProcessMark & { host: string }

/** `now`: the machine's clock (epoch ms), never the company's. `host`, `pid`, `isAlive`: this process and how to tell a dead one. */
export type LockEffects = {
	now?: () => number
	host?: string
	pid?: number
	isAlive?: (holder: Holder) => boolean
	sleep?: (milliseconds: number) => Promise<unknown>
}

/**
 * A holder on another machine beats every 20 s. After two minutes of silence it is watched for longer than a beat, and taken for dead
 * when none came: the clocks of two machines, or of one before and after it was set, prove nothing by themselves.
 */
const beatEvery = 20_000
const silence = 120_000
const watchFor = 30_000

/** Locks by name in the state database. A lock whose process is dead is taken over; one that lives is left alone. */
export function streamLocks(db: Kysely<StateSchema>, effects: LockEffects = {}) {
	const { now = Date.now, host = hostname(), pid = process.pid, isAlive = isProcessAlive, sleep = delay } = effects
	const self: Holder = { host, ...processMark(pid) }

	async function take(name: string): Promise<StreamLock | { holder: string }> {
		const token = randomUUID()
		const mine = { name, holder: JSON.stringify(self), token, beat_at: new Date(now()).toISOString() }
		const silent = await silentBeat(name)
		const other = await db.transaction().execute(async (transaction) => {
			const row = await transaction.selectFrom('stream_locks').selectAll().where('name', '=', name).executeTakeFirst()
			if (row && holds(row, silent)) return row
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

	/** The last beat of a holder on another machine that is silent, also while it is watched; else null. */
	async function silentBeat(name: string): Promise<string | null> {
		const read = () => db.selectFrom('stream_locks').selectAll().where('name', '=', name).executeTakeFirst()
		const row = await read()
		if (!row || (JSON.parse(row.holder) as Holder).host === host) return null
		if (Math.abs(now() - Date.parse(row.beat_at)) < silence) return null
		await sleep(watchFor)
		const later = await read()
		return later?.token === row.token && later.beat_at === row.beat_at ? row.beat_at : null
	}

	function holds(row: { holder: string; beat_at: string }, silent: string | null): boolean {
		const holder = JSON.parse(row.holder) as Holder
		return holder.host === host ? isAlive(holder) : row.beat_at !== silent
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
