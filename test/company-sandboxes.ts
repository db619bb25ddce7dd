import path from 'node:path'
import { openCompany } from '../extract/sandbox/company.ts'
import type { SandboxOptions } from '../extract/sandbox/options.ts'
import { type Sandboxes, startSandboxes } from '../extract/sandbox/sandbox.ts'
import { usualPair } from '../extract/sandbox/world/systems.ts'
import { isSharing, sharedFolder } from './shared-folder.ts'

/** Starts sandboxes. The records of a sample company are made once in a test run, by the first that asks: all read the same file. */
export async function startCompany(options: SandboxOptions): Promise<Sandboxes> {
	if (options.versions || !isSharing()) return await startSandboxes(options)
	const { pair = usualPair, seed = 1, scale = 1, isOneEntity = false } = options
	const company = { pair, seed, scale, isOneEntity }
	const fileIn = (folder: string) => path.join(folder, 'company.sqlite')
	const folder = await sharedFolder(
		`company-${pair.crm}-${pair.erp}-${seed}-${scale}${isOneEntity ? '-one-entity' : ''}`,
		async (made) => openCompany({ ...company, file: fileIn(made) }).store.close(),
	)
	return await startSandboxes({ ...options, ...company, file: fileIn(folder) })
}
