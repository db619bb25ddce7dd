import { statSync } from 'node:fs'
import { verifyBundle } from '../../server/close/bundle/verify.mjs'
import { paperBundle } from '../../server/close/bundle/write-bundle.ts'
import { commandQueries } from '../../server/command-queries.ts'
import { openState } from '../../server/state.ts'
import { configOf } from '../sample-project.ts'
import { phase } from './measure.ts'

/** The evidence bundle of a signed paper is written (verified, as it always is), and verified once more, by query processes that are up. */
export async function bundlePaper({ folder, paper }: { folder: string; paper: string }) {
	const config = configOf(folder)
	const state = await openState(config.project.state)
	const queries = commandQueries(config)
	try {
		await queries.tables()
		const [write, { file }] = await phase(() => paperBundle({ config, state, queries }, paper))
		const [verify, { problem, facts }] = await phase(() => verifyBundle(file))
		if (problem) throw new Error(`${problem.where}: ${problem.message}`)
		return { write, verify, files: facts!.files, megabytes: statSync(file).size / 1e6 }
	} finally {
		await queries.close()
		await state.close()
	}
}
