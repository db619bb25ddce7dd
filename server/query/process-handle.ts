import { type ChildProcess, fork } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { constants as osConstants, setPriority } from 'node:os'
import path from 'node:path'
import { TieoutError } from '../../models/error.ts'
import { graceSeconds, type ProcessLimits, type QueryKind, watchInterval } from './limits.ts'
import type { Answer, OpenMessage, Request, WireError } from './messages.ts'

/** A request without its number, which the handle gives. */
export type Question =
	Exclude<Request, { type: 'cancel' }> extends infer R ? (R extends unknown ? Omit<R, 'id'> : never) : never

/** A running query process. */
export type QueryProcess = {
	pid: number
	/** The published tables, `schema.name`, lower case. Rejects when the file can't be opened. */
	tables: Promise<string[]>
	/** Asks, waits its turn, and gives the answer. `tell` gets the parts before it; an aborted `signal` interrupts. */
	ask(question: Question, options?: AskOptions): Promise<unknown>
	/** Requests under way or waiting. */
	busy(): number
	isAlive(): boolean
	/** Ends the process at once; what it was doing fails with `why`. */
	kill(why: TieoutError): void
	/** Resolves when the process is gone. */
	ended: Promise<void>
}

export type AskOptions = { seconds?: number; signal?: AbortSignal; tell?: (part: unknown) => void }

type Pending = {
	question: Question
	options: AskOptions
	resolve: (value: unknown) => void
	reject: (error: unknown) => void
	timer?: NodeJS.Timeout
	timedOut?: number
}

/** Starts a query process on a published file. It gets no environment and an empty folder; nobody else's handle is passed on. */
export function startQueryProcess(
	{ kind, file, spool, limits }: { kind: QueryKind; file: string; spool: string; limits: ProcessLimits },
	{ readMemory = residentMegabytes }: { readMemory?: (pid: number) => number | undefined } = {},
): QueryProcess {
	const child = forkProcess(kind, spool, limits)
	const waiting: number[] = []
	const pending = new Map<number, Pending>()
	const active = new Set<number>()
	let nextId = 1
	let dead: TieoutError | undefined
	const { promise: tables, resolve: opened, reject: notOpened } = Promise.withResolvers<string[]>()
	tables.catch(() => {})
	const watch = setInterval(watchMemory, watchInterval)
	watch.unref()

	child.on('message', (answer: Answer) => {
		if (answer.type === 'ready') opened(answer.tables)
		else if (answer.type === 'failed' && answer.id === null) failAll(fromWire(answer.error))
		else if (answer.type === 'part') pending.get(answer.id)?.options.tell?.(answer.value)
		else if (answer.type === 'done') settle(answer.id, (one) => one.resolve(answer.value))
		else settle(answer.id!, (one) => one.reject(failureOf(one, answer.error)))
	})
	const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
	ended.then(() => failAll(diedError(child)))
	const opening: OpenMessage = {
		type: 'open',
		kind,
		file,
		spool,
		engineMemory: limits.engineMemory,
		moreMemory: limits.moreMemory,
		threads: limits.threads,
	}
	send(opening)

	return {
		pid: child.pid ?? -1,
		tables,
		ask,
		busy: () => pending.size,
		isAlive: () => dead === undefined,
		kill: failAll,
		ended,
	}

	function ask(question: Question, options: AskOptions = {}): Promise<unknown> {
		if (dead) return Promise.reject(dead)
		if (waiting.length >= limits.queue) return Promise.reject(queueFull(limits))
		const id = nextId++
		const { promise, resolve, reject } = Promise.withResolvers<unknown>()
		pending.set(id, { question, options, resolve, reject })
		options.signal?.addEventListener('abort', () => cancel(id), { once: true })
		waiting.push(id)
		startNext()
		return promise
	}

	function startNext(): void {
		while (active.size < limits.concurrency && waiting.length > 0) {
			const id = waiting.shift()!
			const one = pending.get(id)
			if (!one) continue
			if (one.options.signal?.aborted) {
				settle(id, (gone) => gone.reject(interrupted()))
				continue
			}
			active.add(id)
			const seconds = one.options.seconds ?? limits.seconds
			one.timer = setTimeout(() => overdue(id, seconds), seconds * 1000)
			send({ id, ...one.question } as Request)
		}
	}

	function overdue(id: number, seconds: number): void {
		const one = pending.get(id)
		if (!one) return
		one.timedOut = seconds
		send({ id, type: 'cancel' })
		one.timer = setTimeout(() => failAll(timeError(seconds)), graceSeconds * 1000)
	}

	function cancel(id: number): void {
		const one = pending.get(id)
		if (!one) return
		if (!active.has(id)) {
			settle(id, (gone) => gone.reject(interrupted()))
			return
		}
		send({ id, type: 'cancel' })
		clearTimeout(one.timer)
		one.timer = setTimeout(() => failAll(interrupted()), graceSeconds * 1000)
	}

	function settle(id: number, how: (one: Pending) => void): void {
		const one = pending.get(id)
		if (!one) return
		clearTimeout(one.timer)
		pending.delete(id)
		active.delete(id)
		how(one)
		startNext()
	}

	function failureOf(one: Pending, error: WireError): TieoutError {
		if (error.isFatal) queueMicrotask(() => failAll(fromWire(error)))
		if (one.timedOut !== undefined && error.code === 'duckdb.interrupt') return timeError(one.timedOut)
		return error.code === 'duckdb.interrupt' ? interrupted() : fromWire(error)
	}

	function failAll(why: TieoutError): void {
		if (dead) return
		dead = why
		clearInterval(watch)
		notOpened(why)
		for (const id of [...pending.keys()]) settle(id, (one) => one.reject(why))
		if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
	}

	function watchMemory(): void {
		if (pending.size === 0) return
		const used = child.pid === undefined ? undefined : readMemory(child.pid)
		if (used !== undefined && used > limits.processMemory) failAll(memoryError(used, limits.processMemory))
	}

	function send(message: Request | OpenMessage): void {
		if (child.connected) child.send(message, (error) => error && failAll(diedError(child)))
	}
}

function forkProcess(kind: QueryKind, spool: string, limits: ProcessLimits): ChildProcess {
	const folder = path.join(spool, 'empty')
	mkdirSync(folder, { recursive: true, mode: 0o700 })
	const child = fork(path.join(import.meta.dirname, 'process.ts'), [], {
		cwd: folder,
		env: { TZ: 'UTC', UV_THREADPOOL_SIZE: '32', ...launcherSettings() },
		execArgv: ['--disable-warning=ExperimentalWarning', `--max-old-space-size=${Math.floor(limits.processMemory / 2)}`],
		stdio: ['ignore', 'ignore', kind === 'sql' ? 'ignore' : 'inherit', 'ipc'],
	})
	if (child.pid !== undefined && limits.niceness > 0) lowerPriority(child.pid, limits.niceness)
	return child
}

/** What the launcher set for Node and the C library; of the rest of the environment, where secrets may be, nothing is handed on. */
function launcherSettings(): Record<string, string> {
	const names = ['NODE_COMPILE_CACHE', 'MALLOC_MMAP_THRESHOLD_']
	return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])))
}

function lowerPriority(pid: number, niceness: number): void {
	try {
		setPriority(pid, Math.min(niceness, osConstants.priority.PRIORITY_LOW))
	} catch {
		// a system that does not allow it: the limits still hold
	}
}

/** Resident memory of a process in MB where /proc tells it, else undefined (the engine's own limit still holds). */
function residentMegabytes(pid: number): number | undefined {
	try {
		return (Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096) / 1e6
	} catch {
		return undefined
	}
}

function fromWire(error: WireError): TieoutError {
	return new TieoutError(error.kind, error.code, error.message, {
		...(error.where !== undefined && { where: error.where }),
		...(error.allowed && { allowed: error.allowed }),
		...(error.next !== undefined && { next: error.next }),
	})
}

function diedError(child: ChildProcess): TieoutError {
	const how = child.signalCode ? `signal ${child.signalCode}` : `exit code ${child.exitCode}`
	return new TieoutError('broken', 'query.process_died', `the query process ended (${how})`, {
		next: 'ask again: a new one has been started',
	})
}

function memoryError(used: number, maximum: number): TieoutError {
	return new TieoutError(
		'refused',
		'query.memory',
		`the query was stopped: its process used ${Math.round(used)} MB, allowed ${maximum} MB`,
		{ next: 'read fewer rows or columns, and avoid building long texts' },
	)
}

function timeError(seconds: number): TieoutError {
	return new TieoutError('refused', 'query.time', `the query was stopped after ${seconds} s`, {
		next: 'narrow it by period or customer, or group before joining',
	})
}

function interrupted(): TieoutError {
	return new TieoutError('refused', 'query.cancelled', 'the query was cancelled')
}

function queueFull(limits: ProcessLimits): TieoutError {
	return new TieoutError('busy', 'query.queue', `${limits.queue} queries are waiting already`, {
		next: 'ask again in a moment',
	})
}
