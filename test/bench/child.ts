// A process of the bench: runs one job (see measure.ts) and prints what it cost. A job that answers `close` stays until its input ends.
import path from 'node:path'
import { costOf, type Job } from './measure.ts'

const { file, name, options } = JSON.parse(process.argv[2]!) as Job
const jobs = (await import(path.join(import.meta.dirname, file))) as Record<
	string,
	(options: unknown) => Promise<Record<string, unknown>>
>
if (name.startsWith('serve')) {
	const { close, ...said } = (await jobs[name]!(options)) as { close(): Promise<void> }
	process.stdout.write(`${JSON.stringify(said)}\n`)
	process.stdin.resume()
	process.stdin.once('end', () => void close().then(() => process.exit(0)))
} else {
	const cost = await costOf(() => jobs[name]!(options))
	process.stdout.write(`cost ${JSON.stringify(cost)}\n`)
}
