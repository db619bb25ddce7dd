import {
	closeSync,
	existsSync,
	fsyncSync,
	mkdirSync,
	openSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { TieoutError } from './error.ts'
import { isProcessAlive } from './living-process.ts'

/** A published file: immutable, opened read-only. */
export type Generation = { generation: number; file: string }

const pointer = 'current'

/**
 * The generation in service, by the pointer file of `data/published`; undefined when nothing was ever published. Throws `data` when
 * the pointer names no generation or a file that is gone.
 */
export function currentGeneration(folder: string): Generation | undefined {
	const file = path.join(folder, pointer)
	if (!existsSync(file)) return undefined
	const name = readFileSync(file, 'utf8').trim()
	const generation = generationOf(name)
	if (generation !== undefined && existsSync(path.join(folder, name)))
		return { generation, file: path.join(folder, name) }
	throw new TieoutError('data', 'publish.pointer', `${file} names "${name}", which is not there`, {
		where: file,
		allowed: generations(folder).map((one) => path.basename(one.file)),
		next: 'publish again: tieout run',
	})
}

/** Every finished generation in the folder, the oldest first, whether it was ever in service or not. */
export function generations(folder: string): Generation[] {
	if (!existsSync(folder)) return []
	return readdirSync(folder)
		.map((name) => ({ generation: generationOf(name), file: path.join(folder, name) }))
		.filter((one): one is Generation => one.generation !== undefined)
		.sort((a, b) => a.generation - b.generation)
}

/** Puts a finished `.building` file in service: to disk, renamed, and the pointer last: that is the commit. */
export function putInService(folder: string, building: string, generation: number): Generation {
	const name = `${generation}.duckdb`
	toDisk(building)
	renameSync(building, path.join(folder, name))
	const next = path.join(folder, `${pointer}.next`)
	writeFileSync(next, `${name}\n`)
	toDisk(next)
	renameSync(next, path.join(folder, pointer))
	toDisk(folder)
	return { generation, file: path.join(folder, name) }
}

/** How many of this process read under a lease: the last one that is done takes it away. */
const leaseHolders = new Map<string, number>()

/**
 * Says that this process reads a generation, so that no clean-up removes it, until the returned function is called. A lease of a
 * process that has died counts no more.
 */
export function leaseGeneration({ file }: Generation, processId: number = process.pid): () => void {
	const lease = `${file}.lease-${processId}`
	mkdirSync(path.dirname(file), { recursive: true })
	writeFileSync(lease, '')
	leaseHolders.set(lease, (leaseHolders.get(lease) ?? 0) + 1)
	let isReleased = false
	return () => {
		if (isReleased) return
		isReleased = true
		const holders = (leaseHolders.get(lease) ?? 1) - 1
		leaseHolders.set(lease, holders)
		if (holders > 0) return
		leaseHolders.delete(lease)
		rmSync(lease, { force: true })
	}
}

/**
 * Removes generations older than the newest `keep`, never the one in service, one that a living process leases, or one of `inUse`.
 * Gives the numbers that went.
 */
export function removeOld(folder: string, keep: number, inUse: readonly number[] = []): number[] {
	const current = currentGeneration(folder)?.generation
	const leased = new Set([...leases(folder), ...inUse, ...(current === undefined ? [] : [current])])
	const all = generations(folder)
	const old = all.slice(0, Math.max(0, all.length - keep)).filter((one) => !leased.has(one.generation))
	for (const { file } of old) rmSync(file, { force: true })
	return old.map((one) => one.generation)
}

function leases(folder: string): number[] {
	return readdirSync(folder).flatMap((name) => {
		const match = /^(\d+)\.duckdb\.lease-(\d+)$/.exec(name)
		if (!match) return []
		if (isProcessAlive({ pid: Number(match[2]) })) return [Number(match[1])]
		rmSync(path.join(folder, name), { force: true })
		return []
	})
}

function generationOf(name: string): number | undefined {
	const match = /^(\d+)\.duckdb$/.exec(name)
	return match ? Number(match[1]) : undefined
}

function toDisk(file: string): void {
	const descriptor = openSync(file, 'r')
	try {
		fsyncSync(descriptor)
	} finally {
		closeSync(descriptor)
	}
}
