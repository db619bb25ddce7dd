import { readFileSync } from 'node:fs'
import path from 'node:path'
import pino from 'pino'
import { companyClock } from '../../server/clock.ts'
import { readChanges } from '../../server/close/changes.ts'
import type { Closing } from '../../server/close/closing.ts'
import { readPaper } from '../../server/close/papers.ts'
import { preparePaper } from '../../server/close/sign.ts'
import { verifyDecisions } from '../../server/close/verify.ts'
import { commandQueries } from '../../server/command-queries.ts'
import { addUser } from '../../server/people/accounts.ts'
import { runPipeline } from '../../server/pipeline.ts'
import { openState } from '../../server/state.ts'
import { configOf } from '../sample-project.ts'
import { phase } from './measure.ts'

/** Builds, checks and publishes what the warehouse has. */
export async function publishCompany({ folder }: { folder: string }) {
	const config = configOf(folder)
	const now = /^TIEOUT_NOW=(.+)$/m.exec(readFileSync(path.join(folder, '.env'), 'utf8'))![1]!
	const state = await openState(config.project.state)
	const request = { config, state, command: 'run', trigger: 'bench', steps: ['build', 'check', 'publish'] as const }
	const { published } = await runPipeline(request, {
		clock: companyClock({ TIEOUT_NOW: now }),
		log: pino({ level: 'silent' }),
	})
	await state.close()
	return { generation: published?.generation ?? null }
}

/** Somebody opens a paper, and signs it. */
export async function signPaper({ folder, paper }: { folder: string; paper: string }) {
	return await withClosing(folder, async (closing) => {
		const account = { userId: 'ana', name: 'Ana', email: null, role: 'preparer' as const, isAdmin: false }
		const author = { userId: 'system', name: 'bench' }
		const person = await addUser(closing.state, {
			...account,
			password: 'a long word for a bench',
			isInitial: false,
			author,
		})
		const [read, view] = await phase(() => readPaper(closing, paper))
		const overrides = Object.fromEntries(view.reasons.filter(({ blocks }) => blocks).map(({ id }) => [id, 'bench']))
		const request = { paper, person, contentHash: view.hash, generation: view.generation, overrides }
		const [sign] = await phase(() => preparePaper(closing, request))
		const rows = Object.values(view.content.tables).reduce((sum, table) => sum + table.rows, 0)
		return { read, sign, rows }
	})
}

/** What changed since, in a process that has read nothing yet; again; and whether the decisions are whole. */
export async function changesSince({ folder, paper }: { folder: string; paper: string }) {
	return await withClosing(folder, async (closing) => {
		await closing.state.db.deleteFrom('close_changes').execute()
		const [first, changes] = await phase(() => readChanges(closing, paper))
		const [again] = await phase(() => readChanges(closing, paper))
		const [verify, { problems }] = await phase(() =>
			verifyDecisions({ state: closing.state, project: closing.config.project }),
		)
		if (problems.length > 0) throw new Error(problems.join('; '))
		return {
			first,
			again,
			verify,
			records: changes.records.length,
			cells: changes.cells.length,
			cleared: changes.cleared.length,
		}
	})
}

async function withClosing<T>(folder: string, work: (closing: Closing) => Promise<T>): Promise<T> {
	const config = configOf(folder)
	const state = await openState(config.project.state)
	const queries = commandQueries(config)
	try {
		return await work({ config, state, queries })
	} finally {
		await queries.close()
		await state.close()
	}
}
