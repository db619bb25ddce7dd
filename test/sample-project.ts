import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pino from 'pino'
import type { SandboxOptions } from '../extract/sandbox/options.ts'
import type { Sandboxes } from '../extract/sandbox/sandbox.ts'
import { companyClock } from '../server/clock.ts'
import { sandboxAddress } from '../server/commands/sandbox.ts'
import { loadConfig } from '../server/config.ts'
import { writeDemoProject } from '../server/demo-project.ts'
import { type PipelineEffects, type PipelineRequest, type PipelineResult, runPipeline } from '../server/pipeline.ts'
import { sourceSummaries } from '../server/sources.ts'
import { openState } from '../server/state.ts'
import { startCompany } from './company-sandboxes.ts'
import { sharedFolder } from './shared-folder.ts'

/** A project of the demo in a folder of its own, with its sandboxes running in this process. `close` ends and removes both. */
export type SampleProject = Awaited<ReturnType<typeof startSampleProject>>

/** Starts the sandboxes, and writes the project that reads them. Waiting that faults ask for is kept short. */
export async function startSampleProject(options: SandboxOptions = {}) {
	const sandboxes = await startCompany({
		...options,
		faults: { retryAfterSeconds: 0, slowMilliseconds: 20, ...options.faults },
	})
	const project = projectOn(sandboxes)
	return {
		...project,
		sandboxes,
		close: async () => {
			await sandboxes.close()
			project.remove()
		},
	}
}

/** The same at scale 0.02 after its first run, which is lived through once for all test files that ask for it. */
export async function startPublishedSample(): Promise<SampleProject> {
	const options = { scale: 0.02 }
	const published = await sharedFolder('published', async (folder) => {
		const first = await startSampleProject(options)
		try {
			await first.run()
			cpSync(path.join(first.folder, 'data'), folder, { recursive: true })
		} finally {
			await first.close()
		}
	})
	const project = await startSampleProject(options)
	cpSync(published, path.join(project.folder, 'data'), { recursive: true })
	return project
}

/** A project of its own that reads sandboxes which are running already. */
export function projectOn(sandboxes: Sandboxes) {
	const folder = mkdtempSync(path.join(tmpdir(), 'tieout-sample-'))
	writeDemoProject(folder, sandboxAddress(sandboxes))
	return {
		folder,
		config: () => configOf(folder),
		/** Sets the company's clock, in the sandboxes and in the project. */
		setClock: (moment: number) => {
			sandboxes.setClock(moment)
			writeDemoProject(folder, sandboxAddress(sandboxes))
		},
		run: (changes: Partial<PipelineRequest> = {}, progress?: PipelineEffects['progress']) =>
			runOnce(folder, sandboxes, changes, progress),
		remove: () => rmSync(folder, { recursive: true, force: true }),
	}
}

/** Loads `tieout.yml` of a sample project; the machine's environment has no say. */
export function configOf(folder: string) {
	return loadConfig(folder, sourceSummaries(), { environment: {} })
}

async function runOnce(
	folder: string,
	sandboxes: Sandboxes,
	changes: Partial<PipelineRequest>,
	progress: PipelineEffects['progress'],
): Promise<PipelineResult> {
	const config = configOf(folder)
	const clock = companyClock({ TIEOUT_NOW: new Date(sandboxes.now()).toISOString() })
	const state = await openState(config.project.state)
	try {
		const request: PipelineRequest = {
			config,
			state,
			command: 'run',
			trigger: 'person',
			steps: ['extract', 'build', 'check', 'publish'],
			...changes,
		}
		return await runPipeline(request, { clock, log: pino({ level: 'silent' }), ...(progress && { progress }) })
	} finally {
		await state.close()
	}
}
