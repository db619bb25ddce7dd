import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openState, type State } from '../../server/state.ts'

/** A state database in a folder of its own; `remove` closes and deletes both. */
export async function stateFixture(): Promise<{ state: State; folder: string; remove(): Promise<void> }> {
	const folder = mkdtempSync(path.join(tmpdir(), 'tieout-state-'))
	const state = await openState(path.join(folder, 'data', 'state.sqlite'))
	const remove = async () => {
		await state.close()
		rmSync(folder, { recursive: true, force: true })
	}
	return { state, folder, remove }
}
