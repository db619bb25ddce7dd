import { rmSync } from 'node:fs'
import path from 'node:path'
import { measured, type Phase } from './measure.ts'
import type { BenchOptions, Result } from './result.ts'

/** The sample company has about 15,000 opportunity lines at scale 1. */
const linesAtScaleOne = 15_000
const paper = '2026-10'

/** A month's page, as a browser asks for it. A paper is opened and signed; 1,000 lines of all periods change, a build later it says which. */
export async function benchClose({ lines, folder }: BenchOptions): Promise<Result[]> {
	const company = await measured({
		file: 'build-jobs.ts',
		name: 'extractCompany',
		options: { scale: 1, file: path.join(folder, 'company.sqlite') },
	})
	rmSync(path.join(folder, 'company.sqlite'), { force: true })
	const built = company.more['folder'] as string
	const job = (file: string, name: string, options: Record<string, unknown> = {}) =>
		measured({ file, name, options: { folder: built, ...options } })
	await job('multiply.ts', 'multiplyCompany', { copies: Math.max(1, Math.round(lines / linesAtScaleOne)) })
	await job('close-jobs.ts', 'publishCompany')
	const pages = (await job('page-jobs.ts', 'monthPages', { months: [paper, '2026-09'] })).more as Record<
		'first' | 'again' | 'before',
		Phase
	>
	const signed = (await job('close-jobs.ts', 'signPaper', { paper })).more as { read: Phase; sign: Phase; rows: number }
	const bundle = (await job('bundle-jobs.ts', 'bundlePaper', { paper })).more as Record<'write' | 'verify', Phase> & {
		files: number
		megabytes: number
	}
	await job('build-jobs.ts', 'changeLines', { count: 1000 })
	await job('close-jobs.ts', 'publishCompany')
	const { first, again, verify, ...found } = (await job('close-jobs.ts', 'changesSince', { paper })).more as Record<
		'first' | 'again' | 'verify',
		Phase
	> & { records: number; cells: number; cleared: number }
	const limit = lines >= 1_000_000 ? 'target: under 20 s' : 'target: under 2 s at the sample’s size'
	const counts = `${found.records} records, ${found.cells} cells, ${found.cleared} cleared`
	const pageLimit = lines >= 1_000_000 ? 'target: under 1 s' : 'target: under 0.3 s at the sample’s size'
	return [
		{ title: 'the page of a month, first after a start', cost: pages.first, note: pageLimit },
		{ title: 'the same page again', cost: pages.again },
		{ title: 'the page of another month', cost: pages.before, note: pageLimit },
		{ title: `a paper is opened, first after a build`, cost: signed.read, note: `${signed.rows} rows hashed` },
		{ title: 'it is signed', cost: signed.sign, note: limit },
		{
			title: 'its evidence bundle is written, and verified',
			cost: bundle.write,
			note: `${bundle.files} files, ${bundle.megabytes.toFixed(1)} MB`,
		},
		{ title: 'the bundle is verified once more', cost: bundle.verify, note: limit },
		{ title: 'changed since signing, worked out', cost: first, note: `${counts}; ${limit}` },
		{ title: 'the same, asked again', cost: again },
		{ title: 'journal, documents and attachments verified', cost: verify },
	]
}
