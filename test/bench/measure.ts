import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'

/** What a piece of work cost: wall and CPU seconds (all threads), and the process's largest memory in MB. `more`: what it says itself. */
export type Cost = { wall: number; cpu: number; memory: number; more: Record<string, unknown> }

/** One job in a file of this folder: the name of its exported function and its arguments. */
export type Job = { file: string; name: string; options: Record<string, unknown> }

/** Runs a job in a process of its own, so that its memory is its own, and answers what it cost. */
export async function measured(job: Job): Promise<Cost> {
	const child = spawn(
		process.execPath,
		['--disable-warning=ExperimentalWarning', path.join(import.meta.dirname, 'child.ts'), JSON.stringify(job)],
		{ stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, UV_THREADPOOL_SIZE: '32' } },
	)
	let cost: Cost | undefined
	const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
	for await (const line of createInterface({ input: child.stdout })) {
		if (line.startsWith('cost ')) cost = JSON.parse(line.slice(5)) as Cost
	}
	const code = await ended
	if (!cost) throw new Error(`${job.name} ended with exit code ${code} and without a result`)
	return cost
}

/** Starts a job that stays up until it is stopped; answers its first line and how to stop it. */
export async function started(job: Job): Promise<{ said: string; pid: number; stop(): Promise<void> }> {
	const child = spawn(
		process.execPath,
		['--disable-warning=ExperimentalWarning', path.join(import.meta.dirname, 'child.ts'), JSON.stringify(job)],
		{ stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, UV_THREADPOOL_SIZE: '32' } },
	)
	const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
	const said = await new Promise<string>((resolve, reject) => {
		createInterface({ input: child.stdout }).once('line', resolve)
		child.once('exit', (code) => reject(new Error(`${job.name} ended with exit code ${code}`)))
	})
	const stop = async () => {
		child.stdin.end()
		await ended
	}
	return { said, pid: child.pid!, stop }
}

/** Runs `work` and answers what this process spent on it; memory is the largest of the process's life. */
export async function costOf(work: () => Promise<Record<string, unknown>>): Promise<Cost> {
	const before = process.cpuUsage()
	const from = performance.now()
	const more = await work()
	const wall = (performance.now() - from) / 1000
	const { user, system } = process.cpuUsage(before)
	return { wall, cpu: (user + system) / 1e6, memory: process.resourceUsage().maxRSS / 1024, more }
}

/** Wall and CPU seconds of one part of a job, with its child processes. */
export type Phase = { wall: number; cpu: number; memory: number }

/** What a part of a job cost, and what came of it. */
export async function phase<T>(work: () => Promise<T>): Promise<[Phase, T]> {
	const before = familyCost(process.pid).cpu
	const from = performance.now()
	const done = await work()
	const wall = (performance.now() - from) / 1000
	const { cpu, memory } = familyCost(process.pid)
	return [{ wall, cpu: cpu - before, memory }, done]
}

/** CPU seconds until now of a process and its children, and the largest memory (MB) that one of them had; from Linux's `/proc`. */
export function familyCost(pid: number): { cpu: number; memory: number } {
	const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
		.replace(/^.*\) /, '')
		.split(' ')
	const memory = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]
	const own = { cpu: (Number(fields[11]) + Number(fields[12])) / 100, memory: Number(memory) / 1024 }
	const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)
	return children
		.map((child) => familyCost(Number(child)))
		.reduce((sum, one) => ({ cpu: sum.cpu + one.cpu, memory: Math.max(sum.memory, one.memory) }), own)
}
