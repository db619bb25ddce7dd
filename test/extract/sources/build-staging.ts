import { cpSync } from 'node:fs'
import path from 'node:path'
import { rawColumns } from '../../../extract/registry.ts'
import { build } from '../../../models/build.ts'

/** Builds one system's staging models, and those of the configuration, in a project that has a warehouse; answers the build file. */
export async function buildStaging(project: string, kind: string): Promise<string> {
	const folder = path.join(project, 'models')
	for (const source of [kind, 'tieout'])
		cpSync(path.join(import.meta.dirname, '../../../models/staging', source), path.join(folder, 'staging', source), {
			recursive: true,
		})
	const { file } = await build({ project, modelFolders: [folder], kinds: [kind], rawColumns: rawColumns() })
	return file
}
