/** What of an archive doesn't hold: a code (`bundle.changed`), the file or line, and what is wrong with it. */
export type BundleProblem = { code: string; where: string; message: string }

/** Who signed, as the journal has it. `at` is UTC. */
export type BundleSignature = {
	seq: number
	hash: string
	step: string
	at: string
	user_id: string
	name: string
	content_hash: string
}

/** What an intact bundle is of. */
export type BundleFacts = {
	company: string
	paper: string
	version: string
	generation: string
	content: string
	journal: { lines: number; head: string }
	signatures: BundleSignature[]
	files: number
}

/** `passed`: the links that hold, in order; `problem`: the first that doesn't. */
export type BundleVerdict =
	| { isIntact: true; passed: string[]; facts: BundleFacts; problem?: undefined }
	| { isIntact: false; passed: string[]; problem: BundleProblem; facts?: undefined }

export const limits: {
	entries: number
	directory: number
	document: number
	line: number
	ratio: number
	small: number
	piece: number
}

export function verifyBundle(file: string, options?: { content?: string }): Promise<BundleVerdict>

export function verdictLines(verdict: BundleVerdict): string[]

export function readManifest(file: string): Promise<{ files: { path: string; bytes: number; sha256: string }[] }>
