import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { recordVersions } from '../../extract/sandbox/world/world.ts'
import { paperBundle } from '../../server/close/bundle/write-bundle.ts'
import { paperLives } from '../../server/close/life.ts'
import { readPaper } from '../../server/close/papers.ts'
import { verifyDecisions } from '../../server/close/verify.ts'
import { issueToken } from '../../server/people/tokens.ts'
import { closeProject } from '../server/close/close-project.ts'
import { killedCommand } from '../server/close/killed-command.ts'

// Every point at which signing, and writing a bundle, change a file or the state: the process is killed there, and the same command tried again.
const paper = '2026-09'
let its: Awaited<ReturnType<typeof closeProject>>
let folder: string
const tokens: Record<string, string> = {}

beforeAll(async () => {
	folder = mkdtempSync(path.join(tmpdir(), 'tieout-kill-'))
	const now = Date.parse('2026-11-04T09:00:00Z')
	its = await closeProject({ versions: [...recordVersions({ scale: 0.01, faults: 0 })], now })
	await its.runAt(now)
	for (const [userId, role] of [
		['ana', 'preparer'],
		['ben', 'reviewer'],
	] as const) {
		await its.person(userId, role)
		tokens[userId] = await issueToken(its.state, {
			userId,
			name: 'test',
			days: 1,
			author: { userId: 'system', name: 'test' },
		})
	}
}, 300_000)
afterAll(async () => {
	await its?.close()
	rmSync(folder, { recursive: true, force: true })
})

const state = async () => (await paperLives(its.state.db)).lives.get(paper)?.state ?? 'open'

test.each([
	['prepare', 'ana', 'open', 'prepared'],
	['review', 'ben', 'prepared', 'reviewed'],
	['lock', 'ben', 'reviewed', 'locked'],
] as const)(
	'killed at any point of %s the paper is what it was, or signed',
	{ timeout: 1_800_000 },
	async (step, person, before, after) => {
		const { hash, reasons } = await readPaper(its.closing(), paper)
		const overrides = reasons.flatMap(({ id, blocks }) => (blocks ? ['--override', `${id}=looked at`] : []))
		const words = ['close', step, paper, '--content', hash, ...overrides]
		const options = { folder: its.project.folder, token: tokens[person]!, log: path.join(folder, step) }
		const opening = await openingPoints(options.folder)
		let [point, killed] = [0, 0]
		while ((await state()) === before) {
			point += point + 10 <= opening ? 10 : 1
			killed += 1
			rmSync(options.log, { force: true })
			const { code, notes } = await killedCommand(words, { ...options, point: `#${point}` })
			if (code !== null) throw new Error(`${step} was not killed at point ${point}: ${notes}`)
			const { problems } = await verifyDecisions({ state: its.state, project: its.closing().config.project })
			expect(problems, `point ${point}`).toEqual([])
			expect([before, after], `point ${point}`).toContain(await state())
		}
		const points = readFileSync(options.log, 'utf8').trim().split('\n')
		expect(points.at(-1)).toContain('after commit')
		const again = await killedCommand(words, { ...options, point: '' })
		expect(again, 'whoever tries again is told that it is done').toMatchObject({
			code: 2,
			notes: expect.stringContaining(`is ${after} (`),
		})
		console.log(`${step}: killed at ${killed} points, up to ${point}; ${opening} of them of any command`)
	},
)

/** Points that every command has before it does anything: it opens the state, whose migrations were done before. */
async function openingPoints(project: string): Promise<number> {
	const log = path.join(folder, 'opening')
	expect(await killedCommand(['close', 'status', paper], { folder: project, log })).toMatchObject({ code: 0 })
	return (
		readFileSync(log, 'utf8')
			.split('\n')
			.findLastIndex((line) => line.endsWith('after commit')) + 1
	)
}

test('killed at any point of writing a bundle there is none, or the whole one, and the next try writes the same bytes', {
	timeout: 3_600_000,
}, async () => {
	const { file } = await paperBundle(its.closing(), paper)
	const [whole, bundles] = [readFileSync(file), path.dirname(file)]
	rmSync(file)
	const options = { folder: its.project.folder }
	const log = path.join(folder, 'bundle')
	expect(await killedCommand(['bundle', paper], { ...options, log })).toMatchObject({ code: 0 })
	const points = readFileSync(log, 'utf8').trim().split('\n')
	const chosen = points.flatMap((_, index) => (isTried(points.length, index) ? index + 1 : []))
	let finished = 0
	for (const point of chosen) {
		rmSync(file, { force: true })
		expect(
			(await killedCommand(['bundle', paper], { ...options, point: `#${point}` })).code,
			`point ${point}`,
		).toBeNull()
		if (existsSync(file)) {
			finished += 1
			expect(readFileSync(file).equals(whole), `point ${point}`).toBe(true)
		}
		await paperBundle(its.closing(), paper)
		expect(readFileSync(file).equals(whole), `after point ${point}`).toBe(true)
		expect(readdirSync(bundles), `after point ${point}`).toEqual([path.basename(file)])
	}
	expect(finished).toBeGreaterThan(0)
	console.log(`bundle: killed at ${chosen.length} of ${points.length} points, ${finished} of them behind its end`)
})

/** Hundreds of files are written one like the other: of these every sixtieth, and each point of the archive, its name and what is cleared up. */
function isTried(count: number, index: number): boolean {
	return index % 60 === 0 || index >= count - 24
}
