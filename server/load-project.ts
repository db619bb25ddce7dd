import { existsSync } from 'node:fs'
import path from 'node:path'
import { loadSources, sources } from '../extract/registry.ts'
import { type Config, loadConfig } from './config.ts'
import { sourceSummaries } from './sources.ts'

/** The project in `folder`: its own sources, and `tieout.yml` checked against them and the product's. Throws as both do. */
export async function loadProject(
	folder: string,
	{ environment }: { environment?: NodeJS.ProcessEnv } = {},
): Promise<Config> {
	const own = path.join(folder, 'sources')
	const ownSources = existsSync(own) && existsSync(path.join(folder, 'tieout.yml')) ? await loadSources(own) : []
	const summaries = sourceSummaries([...sources, ...ownSources])
	return loadConfig(folder, summaries, { ...(environment && { environment }), ownSources })
}
