import type { Kysely } from 'kysely'
import type { StateSchema } from '../state.ts'
import type { JournalLine } from './journal.ts'

/** How far a paper is. A reopened one is `open` again. */
export const paperStates = ['open', 'prepared', 'reviewed', 'locked'] as const
export type PaperState = (typeof paperStates)[number]

/** The three ways to sign, in order. */
export const signingSteps = ['prepared', 'reviewed', 'locked'] as const
export type SigningStep = (typeof signingSteps)[number]

/** A blocking reason that a signer overrode, and why. It stands on the paper for ever. */
export type Override = { reason: string; text: string; why: string }

/** A signature as the journal keeps it. `hash`: of its line. */
export type Signature = {
	seq: number
	hash: string
	at: string
	step: SigningStep
	userId: string
	name: string
	email: string | null
	role: string
	contentHash: string
	basisHash: string
	generation: string
	loadedUntil: string
	statement: string
	overrides: Override[]
	/** What was known and shown, and did not block. */
	warnings: string[]
	/** Cells that were certified by rule: how many, and the hash of the list with its inputs (`close_contents`). */
	certified: { rule: string; cells: number }[]
	certifiedHash: string | null
	/** Of the sums by which "nothing changed" is told (`close_contents`). */
	fingerprintHash: string | null
	/** Which time the paper was opened: from 1. */
	round: number
}

/** Changes that were accepted: exactly these, by hash. */
export type Acceptance = {
	seq: number
	at: string
	userId: string
	name: string
	reason: string
	generation: string
	changes: string[]
}

/** Why a paper was opened again, or what happened before it. */
export type Note = { seq: number; at: string; userId: string; name: string; reason: string; paper: string }

/** All that was ever decided about a paper. */
export type PaperLife = {
	paper: string
	state: PaperState
	round: number
	/** Of all rounds, the oldest first. */
	signatures: Signature[]
	/** The newest of this round for each step. */
	preparer: Signature | null
	reviewer: Signature | null
	locker: Signature | null
	reopenings: Note[]
	/** Earlier papers that were opened again while this one was signed, in this round. */
	marks: Note[]
	acceptances: Acceptance[]
}

/** The kinds of lines that move papers. */
export const paperKinds = [
	'paper.prepared',
	'paper.reviewed',
	'paper.locked',
	'paper.reopened',
	'paper.marked',
	'paper.accepted',
] as const

/** The life of every paper that anything was decided about, and the number of the last line that says so. */
export async function paperLives(db: Kysely<StateSchema>): Promise<{ lives: Map<string, PaperLife>; last: number }> {
	const lines = await db.selectFrom('journal').selectAll().where('kind', 'in', paperKinds).orderBy('seq').execute()
	const lives = new Map<string, PaperLife>()
	for (const line of lines) {
		const life = lives.get(line.paper!) ?? newLife(line.paper!)
		lives.set(line.paper!, life)
		live(life, line)
	}
	return { lives, last: lines.at(-1)?.seq ?? 0 }
}

/** A paper that nobody has touched. */
export function newLife(paper: string): PaperLife {
	const nothing = { preparer: null, reviewer: null, locker: null }
	return { paper, state: 'open', round: 1, signatures: [], ...nothing, reopenings: [], marks: [], acceptances: [] }
}

/** The signature that changes are measured from: the newest there is. */
export function baseSignature(life: PaperLife): Signature | null {
	return life.signatures.at(-1) ?? null
}

/** Generations that the newest signature of a paper stands on: they may not be cleaned up. */
export async function signedGenerations(db: Kysely<StateSchema>): Promise<number[]> {
	const { lives } = await paperLives(db)
	const names = [...lives.values()].flatMap((life) => baseSignature(life)?.generation ?? [])
	return [...new Set(names.map(Number))].filter(Number.isSafeInteger)
}

function live(life: PaperLife, line: JournalLine): void {
	const body = JSON.parse(line.body)
	const who = { seq: line.seq, at: line.at, userId: line.actor, name: line.actor_name }
	if (line.kind === 'paper.reopened') {
		Object.assign(life, { state: 'open', preparer: null, reviewer: null, locker: null, marks: [] })
		life.round += 1
		life.reopenings.push({ ...who, reason: body.reason, paper: life.paper })
	} else if (line.kind === 'paper.marked') life.marks.push({ ...who, reason: body.reason, paper: body.because })
	else if (line.kind === 'paper.accepted')
		life.acceptances.push({ ...who, reason: body.reason, generation: body.generation, changes: body.changes })
	else sign(life, { ...who, hash: line.hash, step: line.kind.slice('paper.'.length) as SigningStep, ...signed(body) })
}

/** Preparing again takes a review back: it was of something else. */
function sign(life: PaperLife, parts: Omit<Signature, 'round'>): void {
	const signature = { ...parts, round: life.round }
	life.signatures.push(signature)
	life.state = signature.step
	if (signature.step === 'prepared') Object.assign(life, { preparer: signature, reviewer: null, locker: null })
	if (signature.step === 'reviewed') life.reviewer = signature
	if (signature.step === 'locked') life.locker = signature
}

function signed(body: Record<string, never>) {
	return {
		email: body['email'] ?? null,
		role: body['role'] ?? '',
		contentHash: body['content_hash'] ?? '',
		basisHash: body['basis_hash'] ?? '',
		generation: body['generation'] ?? '',
		loadedUntil: body['loaded_until'] ?? '',
		statement: body['statement'] ?? '',
		overrides: body['overrides'] ?? [],
		warnings: body['warnings'] ?? [],
		certified: body['certified'] ?? [],
		certifiedHash: body['certified_hash'] ?? null,
		fingerprintHash: body['fingerprint_hash'] ?? null,
	}
}
