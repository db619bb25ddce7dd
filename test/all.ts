// What `npm test` runs: format and lint, types, every test. Ends with "N passed, N failed".
// `--long` (npm run test:long) runs only the long kill, fault and mutation tests.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const isLong = process.argv.includes('--long')
const root = path.dirname(import.meta.dirname)
const results = mkdtempSync(path.join(fastFolder(), 'tieout-test-'))
const report = path.join(results, 'report.json')
const bin = (name: string, file: string) => path.join(root, 'node_modules', name, file)

/** Runs a step; what it writes is shown at once, or kept for when the tests have ended. */
async function step(name: string, script: string, args: string[], { isBeside = false } = {}) {
	const started = performance.now()
	const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...args], {
		cwd: root,
		stdio: isBeside ? ['ignore', 'pipe', 'pipe'] : 'inherit',
		env: { ...process.env, TZ: 'America/New_York', UV_THREADPOOL_SIZE: '32', TMPDIR: results },
	})
	const kept: Buffer[] = []
	for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes: Buffer) => kept.push(bytes))
	const isFine = await new Promise<boolean>((resolve) => child.once('close', (status) => resolve(status === 0)))
	const seconds = ((performance.now() - started) / 1000).toFixed(1)
	return { isFine, said: `${Buffer.concat(kept)}${name}: ${isFine ? 'ok' : 'FAILED'} (${seconds} s)\n` }
}

const besideTests = isLong
	? []
	: [
			step('format and lint', bin('@biomejs/biome', 'bin/biome'), ['check', '--error-on-warnings', '.'], {
				isBeside: true,
			}),
			step('types', bin('typescript', 'bin/tsc'), ['--noEmit'], { isBeside: true }),
		]
const tests = await step('tests', bin('vitest', 'vitest.mjs'), [
	'run',
	'--config',
	path.join(root, 'test/vitest.config.ts'),
	...(isLong ? ['test/long/'] : ['--exclude', 'test/long/**']),
	'--reporter=default',
	'--reporter=json',
	`--outputFile.json=${report}`,
])
const others = await Promise.all(besideTests)
for (const { said } of [tests, ...others]) process.stdout.write(said)

let passed = 0
let failed = 0
try {
	const counts = JSON.parse(readFileSync(report, 'utf8')) as Counts
	passed = counts.numPassedTests
	failed = counts.numFailedTests + counts.testResults.filter(failedBeforeItsTests).length
} catch (error) {
	process.stdout.write(`no test report: ${(error as Error).message}\n`)
}
rmSync(results, { recursive: true, force: true })
if (!tests.isFine && failed === 0) failed = 1
failed += others.filter(({ isFine }) => !isFine).length
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exit(failed > 0 || passed === 0 ? 1 : 0)

/**
 * Where tests write: memory where the system offers 4 GB of it as files, for a warehouse waits for the disk at each commit. The
 * long tests stay on the disk that users have.
 */
function fastFolder(): string {
	try {
		const { bavail, bsize } = statfsSync('/dev/shm')
		return !isLong && bavail * bsize > 4 * 2 ** 30 ? '/dev/shm' : tmpdir()
	} catch {
		return tmpdir()
	}
}

type Counts = { numPassedTests: number; numFailedTests: number; testResults: FileResult[] }
type FileResult = { status: string; assertionResults: { status: string }[] }

/** A file whose tests could not even begin counts as one that failed. */
function failedBeforeItsTests({ status, assertionResults }: FileResult): boolean {
	return status === 'failed' && !assertionResults.some((test) => test.status === 'failed')
}
