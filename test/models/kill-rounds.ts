import { spawn } from 'node:child_process'
import path from 'node:path'
import { tableFingerprint } from '../../models/fingerprint.ts'
import { currentGeneration } from '../../models/generation.ts'
import { projectFiles } from '../../models/project-files.ts'
import { openDatabase } from '../../models/warehouse.ts'
import { shopProject } from './shop.ts'

/** What a generation serves: the hash of its contents, and a fingerprint of a mart that does not come from it. */
type Served = { hash: string; hosts: string }

/**
 * Loads the shop `rounds` times and builds, checks and publishes each time in a process that is killed while it works, beside a
 * clean project that never is. Gives each round's served contents: before, after the kill, and what the clean one serves; `last` are
 * both after a last run that nobody killed.
 */
export async function killRounds(rounds: number, delay: (round: number) => number) {
	const shop = shopProject()
	const clean = shopProject()
	try {
		const history: {
			isDone: boolean
			before: Served | undefined
			after: Served | undefined
			clean: Served | undefined
		}[] = []
		for (let round = 1; round <= rounds; round += 1) {
			const people = peopleOf(round)
			await shop.load(people)
			await clean.load(people)
			const before = await served(shop.project)
			const isDone = await run(shop.project, delay(round))
			const after = await served(shop.project)
			await run(clean.project)
			history.push({ isDone, before, after, clean: await served(clean.project) })
		}
		await run(shop.project)
		return { history, last: { killed: await served(shop.project), clean: await served(clean.project) } }
	} finally {
		shop.remove()
		clean.remove()
	}
}

function peopleOf(round: number) {
	const loadedAt = new Date(Date.UTC(2026, 10, 1, round)).toISOString().replace('T', ' ').slice(0, 19)
	return Array.from({ length: 40 }, (_, index) => ({
		id: String(index),
		email: `p${index}@host${(index * round) % 7}.test`,
		loadedAt,
	}))
}

/** Runs the shop's pipeline in a process of its own, killed `after` so many milliseconds of work; true when it got to the end. */
function run(project: string, after?: number): Promise<boolean> {
	const script = path.join(import.meta.dirname, 'run-shop.ts')
	const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, project])
	let said = ''
	child.stdout.on('data', (text) => {
		if (said === '' && after !== undefined) setTimeout(() => child.kill('SIGKILL'), after)
		said += text
	})
	return new Promise((resolve) => child.once('exit', () => resolve(said.includes('done'))))
}

async function served(project: string): Promise<Served | undefined> {
	const current = currentGeneration(projectFiles(project).published)
	if (!current) return undefined
	const database = await openDatabase(current.file, { readOnly: true })
	const [generation] = await database.all<{ content_hash: string }>('select content_hash from tieout.generation')
	const { rows, sum } = await tableFingerprint(database, 'marts.hosts')
	await database.close()
	return { hash: generation!.content_hash, hosts: `${rows} ${sum}` }
}
