import { rmSync } from 'node:fs'
import { type BuildResult, build } from '../models/build.ts'
import { TieoutError } from '../models/error.ts'
import type { Config } from './config.ts'
import type { PipelineEffects } from './pipeline.ts'
import { declaredColumns, kindsInUse } from './sources.ts'

/** The build file is made of the warehouse alone: a damaged one is made anew. */
export async function buildProject(config: Config, effects: PipelineEffects): Promise<BuildResult> {
	try {
		return await buildFile(config, effects)
	} catch (error) {
		if (!isDamaged(error, config.project.build)) throw error
		effects.log.warn(`${config.project.build} is damaged: it is built anew`)
		effects.progress?.({ type: 'step', name: 'the build file is damaged: it is built anew' })
		for (const file of [config.project.build, `${config.project.build}.wal`]) rmSync(file, { force: true })
		return await buildFile(config, effects)
	}
}

function isDamaged(error: unknown, file: string): boolean {
	if (!(error instanceof TieoutError) || error.where !== file) return false
	return /not a valid DuckDB database|checksum|corrupt|deserializ/i.test(error.message)
}

async function buildFile(config: Config, { clock, progress, signal }: PipelineEffects): Promise<BuildResult> {
	return await build(buildOptions(config), {
		now: clock.stamp,
		...(signal && { signal }),
		...(progress && { progress: (line) => progress({ type: 'build', ...line }) }),
	})
}

/** What a build of this project is told, whatever moment it is of. */
export function buildOptions(config: Config) {
	return {
		project: config.project.folder,
		kinds: kindsInUse(config),
		rawColumns: declaredColumns(config),
		...buildMemory(config),
	}
}

/** The memory that builds, their checks and publishing may use; nothing where it is not configured. */
export function buildMemory({ build: { memory } }: Config): { memoryLimit?: string } {
	return memory ? { memoryLimit: memory } : {}
}
