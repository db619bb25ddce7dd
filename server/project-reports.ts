import { existsSync } from 'node:fs'
import path from 'node:path'
import { loadReports, type Reports } from '../reports/registry.ts'
import type { Project } from './project.ts'

/** Our reports and the project's own, from its folder `reports/` when there is one. */
export async function projectReports(project: Project): Promise<Reports> {
	const folder = path.join(project.folder, 'reports')
	return existsSync(folder) ? await loadReports(folder) : await loadReports()
}
