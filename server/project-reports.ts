import { existsSync } from 'node:fs'
import path from 'node:path'
import { currentGeneration } from '../models/generation.ts'
import { type AdaptedReports, adaptReports } from '../reports/adapt.ts'
import { loadReports, type Reports } from '../reports/registry.ts'
import { readSystems } from '../reports/systems.ts'
import type { Project } from './project.ts'
import { openPublished } from './published.ts'

/** Our reports and the project's own, from its folder `reports/` when there is one. */
export async function projectReports(project: Project): Promise<Reports> {
	const folder = path.join(project.folder, 'reports')
	return existsSync(folder) ? await loadReports(folder) : await loadReports()
}

/** The same as the systems behind the generation in service can fill them; before the first publish all of them, as they are. */
export async function fittingReports(project: Project): Promise<AdaptedReports> {
	const reports = await projectReports(project)
	if (!currentGeneration(project.published)) return { reports, absent: [] }
	const published = await openPublished(project)
	try {
		return adaptReports(reports, await readSystems(published.db))
	} finally {
		await published.close()
	}
}
