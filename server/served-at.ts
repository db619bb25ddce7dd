import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { isProcessAlive, processMark } from '../models/living-process.ts'
import type { Config } from './config.ts'
import type { Project } from './project.ts'

const served = z.object({ url: z.string(), host: z.string(), pid: z.number(), started: z.string().nullable() })

/** A server of the project that is running on this machine. */
export type ServedAt = z.infer<typeof served>

/** The server that said last where it listens, while it lives; undefined when there is none. */
export function servedAt(project: Project): ServedAt | undefined {
	const found = read(project)
	return found && found.host === hostname() && isProcessAlive(found) ? found : undefined
}

/** Says where this process serves the project. The returned function takes it back. */
export function noteServed(project: Project, url: string): () => void {
	const mine: ServedAt = { url, host: hostname(), ...processMark() }
	try {
		writeFileSync(fileOf(project), `${JSON.stringify(mine)}\n`)
	} catch {
		// A disk that is full keeps nobody from reading: links then lead to the address of the configuration.
	}
	return () => {
		if (read(project)?.url === url) rmSync(fileOf(project), { force: true })
	}
}

/** Where people find the pages: as configured, else where a server listens, else where one would. */
export function pagesUrl({ alerts, server, project }: Pick<Config, 'alerts' | 'server' | 'project'>): string {
	return alerts.base_url ?? servedAt(project)?.url ?? `http://${server.bind}:${server.port}`
}

function read(project: Project): ServedAt | undefined {
	try {
		return served.parse(JSON.parse(readFileSync(fileOf(project), 'utf8')))
	} catch {
		return undefined
	}
}

function fileOf({ data }: Project): string {
	return path.join(data, 'serving.json')
}
