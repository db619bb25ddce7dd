import { existsSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { TieoutError } from '../../../models/error.ts'
import { isProcessAlive } from '../../../models/living-process.ts'
import type { Project } from '../../project.ts'
import { canonicalJson } from '../canonical-json.ts'
import { type Closing, withGeneration } from '../closing.ts'
import { putInPlace, writeArchive } from './archive.ts'
import { type BundleFile, writeBundleFiles } from './bundle-files.ts'
import { type Evidence, readEvidence } from './evidence.ts'
import { verifyBundle } from './verify.mjs'

/** The archive of a signature. `isKept`: it was there already; what was written once is never written again. */
export type Bundle = { file: string; paper: string; content: string; seq: number; isKept: boolean }

/** What is in a bundle, and that nothing else is. */
export type BundleManifest = {
	schema: 'tieout.bundle/1'
	paper: string
	version: string
	generation: string
	signature: { seq: number; hash: string }
	journal: { lines: number; head: string }
	files: BundleFile[]
}

/**
 * The evidence bundle of a paper's newest signature, in `data/bundles`: written when it is first asked for, from the generation that was
 * signed, and kept. It is verified before it gets its name. Throws what `readEvidence` throws, and `query.generation_gone` when the
 * signed generation is no longer kept.
 */
export async function paperBundle(closing: Closing, paper: string): Promise<Bundle> {
	const evidence = await readEvidence(closing.state, paper)
	const { signature } = evidence
	const file = bundleFile(closing.config.project, evidence)
	const bundle = { file, paper, content: signature.contentHash, seq: signature.seq }
	if (existsSync(file)) {
		await removeLeftovers(path.dirname(file))
		return { ...bundle, isKept: true }
	}
	await writeBundle(closing, evidence, file)
	return { ...bundle, isKept: false }
}

/** Where the bundle of a signature lies: each has its own, so that a new signature leaves the first one's evidence as it is. */
export function bundleFile({ data }: Project, { paper, signature }: Evidence): string {
	return path.join(data, 'bundles', `tieout-${paper.replaceAll(/[^A-Za-z0-9._-]+/g, '-')}-line-${signature.seq}.zip`)
}

async function writeBundle(closing: Closing, evidence: Evidence, target: string): Promise<void> {
	const { project } = closing.config
	const folder = path.dirname(target)
	mkdirSync(folder, { recursive: true })
	await removeLeftovers(folder)
	const work = mkdtempSync(path.join(folder, `.writing-${process.pid}-`))
	try {
		const files = await withGeneration(
			closing,
			(source, pinned) => writeBundleFiles(work, { evidence, source, pinned, project }),
			evidence.signature.generation,
		)
		await writeFile(path.join(work, 'manifest.json'), canonicalJson(manifestOf(evidence, files)))
		const finished = path.join(work, 'bundle.zip')
		await writeArchive(work, ['manifest.json', ...files.map((one) => one.path)], finished)
		await refuseBroken(finished)
		await putInPlace(finished, target)
	} finally {
		await rm(work, { recursive: true, force: true })
	}
}

function manifestOf({ paper, signature, content, journal }: Evidence, files: BundleFile[]): BundleManifest {
	return {
		schema: 'tieout.bundle/1',
		paper,
		version: content.version,
		generation: signature.generation,
		signature: { seq: signature.seq, hash: signature.hash },
		journal: { lines: journal.length, head: journal.at(-1)!.hash },
		files,
	}
}

/** What leaves the house holds: an auditor is not the first to verify it. */
async function refuseBroken(file: string): Promise<void> {
	const { problem } = await verifyBundle(file)
	if (problem)
		throw new TieoutError('broken', problem.code, `the bundle doesn't hold: ${problem.where}: ${problem.message}`, {
			next: 'report this: nothing was written',
		})
}

/** What writers left that were killed. */
async function removeLeftovers(folder: string): Promise<void> {
	for (const name of readdirSync(folder)) {
		const writer = /^\.writing-(\d+)-/.exec(name)
		if (writer && !isProcessAlive({ pid: Number(writer[1]) }))
			await rm(path.join(folder, name), { recursive: true, force: true })
	}
}
