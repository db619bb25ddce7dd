import { setTimeout } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import { TieoutError } from '../../models/error.ts'
import { currentGeneration } from '../../models/generation.ts'
import type { Person, Role } from '../people/person.ts'
import { personColumns, personOfRow } from '../people/person.ts'
import { allowed } from '../people/request.ts'
import type { StateSchema } from '../state.ts'
import { canonicalJson, sha256 } from './canonical-json.ts'
import { readChanges } from './changes.ts'
import { type CloseEffects, type Closing, withGeneration } from './closing.ts'
import { contentDifferences } from './content-differences.ts'
import { keepDocument } from './documents.ts'
import { appendJournal, type JournalLine, requireJournal } from './journal.ts'
import { newLife, type Override, type PaperLife, paperLives, type SigningStep } from './life.ts'
import { nextStep, type PaperView, viewPaper } from './papers.ts'

/** A signature that somebody wants to give. */
export type SignRequest = {
	paper: string
	person: Person | null
	/** Of what the person looked at: when the published generation says something else, the signature is refused. */
	contentHash: string
	/** The generation that the person looked at: then a refusal can say what changed since. */
	generation?: string
	/** What the person declares; a usual sentence, if absent. */
	statement?: string
	/** Why each blocking reason is overridden, by the reason's id. */
	overrides?: Readonly<Record<string, string>>
}

/** Signs as preparer; on a prepared or reviewed paper anew, which takes the review back. Throws what {@link sign} throws. */
export async function preparePaper(
	closing: Closing,
	request: SignRequest,
	effects: CloseEffects = {},
): Promise<JournalLine> {
	return await sign(closing, 'prepared', request, effects)
}

/** Signs as reviewer: another person than the preparer. Throws what {@link sign} throws. */
export async function reviewPaper(
	closing: Closing,
	request: SignRequest,
	effects: CloseEffects = {},
): Promise<JournalLine> {
	return await sign(closing, 'reviewed', request, effects)
}

/** Locks a reviewed paper: a reviewer, and not its preparer. Throws what {@link sign} throws. */
export async function lockPaper(
	closing: Closing,
	request: SignRequest,
	effects: CloseEffects = {},
): Promise<JournalLine> {
	return await sign(closing, 'locked', request, effects)
}

/**
 * A signature is tried again when something was published or signed while it was being made, after these waits in milliseconds: the
 * processes that read the new generation need a moment to open it, longer on a busy machine.
 */
const waits = [0, 200, 400, 800, 1600, 3200, 6400]

/**
 * Signs one step. Everything is judged on the published generation, and again in the transaction that writes: when another build was
 * published or another signature came first meanwhile, it is judged anew. Throws `people.nobody` and `people.role`; `close.state` for a paper that
 * is not at this step; `close.four_eyes`; `close.content_changed` with what changed; `close.blocked` with the reasons that want one.
 */
async function sign(
	closing: Closing,
	step: SigningStep,
	request: SignRequest,
	effects: CloseEffects,
): Promise<JournalLine> {
	await requireJournal(closing.state)
	for (const wait of waits) {
		await setTimeout(wait)
		const view = await withGeneration(closing, (source) => viewPaper(closing, source, request.paper, step))
		await refuseOtherContent(closing, view, request)
		const line = await writeSignature(closing, step, view, request, effects)
		if (line) return line
	}
	throw new TieoutError(
		'busy',
		'close.moving',
		`builds are being published faster than ${request.paper} can be signed`,
		{
			where: request.paper,
			next: 'look at the paper again and sign it then',
		},
	)
}

/** In one transaction: what was read still holds, the person may, nothing blocks; content and line are written. Undefined: look again. */
async function writeSignature(
	closing: Closing,
	step: SigningStep,
	view: PaperView,
	{ paper, person, statement, overrides = {} }: SignRequest,
	{ now }: CloseEffects,
): Promise<JournalLine | undefined> {
	const { state, config } = closing
	return await state.db.transaction().execute(async (transaction) => {
		const signer = await activePerson(transaction, person, step === 'prepared' ? 'preparer' : 'reviewer')
		const { lives } = await paperLives(transaction)
		const life = lives.get(paper) ?? newLife(paper)
		refuseState(step, life, view.hash)
		refuseSamePerson(step, life, signer)
		const isMoved = lastSeq(life) !== lastSeq(view.life)
		if (isMoved || String(currentGeneration(config.project.published)?.generation) !== view.generation) return undefined
		const given = overridden(view, step, overrides)
		const basis = canonicalJson(view.basis)
		const certification = step === 'prepared' ? canonicalJson(view.certification) : null
		const fingerprint = canonicalJson(view.fingerprint)
		for (const document of [canonicalJson(view.content), basis, fingerprint, ...(certification ? [certification] : [])])
			await keepDocument(transaction, document)
		const body = {
			content_hash: view.hash,
			basis_hash: sha256(basis),
			fingerprint_hash: sha256(fingerprint),
			generation: view.generation,
			loaded_until: view.basis.loaded_until,
			email: signer.email,
			role: signer.role,
			statement: statement?.trim() || statements[step],
			overrides: given,
			warnings: view.reasons.filter((reason) => !reason.blocks).map((reason) => reason.text),
			...(certification && { certified: view.certified, certified_hash: sha256(certification) }),
		}
		const entry = { kind: `paper.${step}`, paper, actor: signer, body }
		return await appendJournal(transaction, entry, { ...(now && { now }) })
	})
}

/** What a signature says when the person adds nothing. */
const statements: Readonly<Record<SigningStep, string>> = {
	prepared: 'Prepared: the items are worked through and what is open is explained.',
	reviewed: 'Reviewed: the figures, the items and their explanations are as they should be.',
	locked: 'Locked: the period is closed.',
}

/** Opens a signed paper again. Later signed papers are marked. Throws `close.reason`, `close.state`. */
export async function reopenPaper(
	{ state }: Closing,
	{ paper, person, reason }: { paper: string; person: Person | null; reason: string },
	later: readonly string[],
	{ now }: CloseEffects = {},
): Promise<JournalLine> {
	await requireJournal(state)
	const why = requireReason(reason, 'opened again')
	return await state.db.transaction().execute(async (transaction) => {
		const actor = await activePerson(transaction, person, 'reviewer')
		const { lives } = await paperLives(transaction)
		const life = lives.get(paper)
		if (!life || life.state === 'open')
			throw new TieoutError('refused', 'close.state', `${paper} is open: there is nothing to open again`, {
				where: paper,
			})
		const body = { reason: why, was: life.state }
		const line = await appendJournal(
			transaction,
			{ kind: 'paper.reopened', paper, actor, body },
			{ ...(now && { now }) },
		)
		for (const other of later.filter((one) => one !== paper && (lives.get(one)?.state ?? 'open') !== 'open'))
			await appendJournal(
				transaction,
				{ kind: 'paper.marked', paper: other, actor: 'system', body: { because: paper, reason: why } },
				{ ...(now && { now }) },
			)
		return line
	})
}

/**
 * Accepts what changed since the signature: exactly the changes of these hashes, which must be what is there now. Throws
 * `close.changes_moved` when something else has changed meanwhile, `close.nothing_to_accept`, `close.reason`.
 */
export async function acceptChanges(
	closing: Closing,
	{
		paper,
		person,
		reason,
		changes,
	}: { paper: string; person: Person | null; reason: string; changes: readonly string[] },
	{ now }: CloseEffects = {},
): Promise<JournalLine> {
	await requireJournal(closing.state)
	const why = requireReason(reason, 'accepted')
	const view = await readChanges(closing, paper)
	const open = new Set(view.unaccepted)
	const gone = changes.filter((hash) => !open.has(hash))
	if (gone.length > 0 || changes.length === 0)
		throw new TieoutError(
			'refused',
			changes.length === 0 ? 'close.nothing_to_accept' : 'close.changes_moved',
			changes.length === 0
				? `no change of ${paper} was named`
				: `${gone.length} of ${changes.length} changes are not what they were when you looked, or were accepted meanwhile`,
			{ where: paper, next: `look at the changes again: tieout close changes ${paper}` },
		)
	return await closing.state.db.transaction().execute(async (transaction) => {
		const actor = await activePerson(transaction, person, 'preparer')
		const accepted = [...view.records, ...view.cells].filter(({ hash }) => changes.includes(hash))
		const document = canonicalJson({ schema: 'tieout.accepted/1', paper, changes: accepted.map(withoutAcceptance) })
		await keepDocument(transaction, document)
		const body = {
			reason: why,
			generation: view.generation,
			signature: view.signature.hash,
			changes: [...changes].sort(),
			document_hash: sha256(document),
		}
		return await appendJournal(transaction, { kind: 'paper.accepted', paper, actor, body }, { ...(now && { now }) })
	})
}

/** The person as the state knows them now: whoever was disabled, or lost the role, since the page was loaded may not. */
export async function activePerson(db: Kysely<StateSchema>, person: Person | null, least: Role): Promise<Person> {
	const row =
		person &&
		(await db
			.selectFrom('users')
			.select([...personColumns])
			.where('user_id', '=', person.userId)
			.where('disabled_at', 'is', null)
			.executeTakeFirst())
	if (person && !row)
		throw new TieoutError('refused', 'people.disabled', `${person.name} may not come in any more`, {
			where: person.userId,
			next: `an administrator can let them in again: tieout user enable ${person.userId}`,
		})
	return allowed(row ? personOfRow(row) : null, least)
}

/** Preparing again is for another content than the one that was prepared. */
function refuseState(step: SigningStep, life: PaperLife, hash: string): void {
	const isNext = nextStep(life.state) === step
	const isSigned = life.state === 'prepared' || life.state === 'reviewed'
	const isAgain = step === 'prepared' && isSigned && life.preparer?.contentHash !== hash
	if (isNext || isAgain) return
	const last = life.signatures.at(-1)
	const since = life.state !== 'open' && last ? ` (${last.name}, ${last.at})` : ''
	const next = nextStep(life.state)
	throw new TieoutError('refused', 'close.state', `${life.paper} is ${life.state}${since}: it can't be ${step} now`, {
		where: life.paper,
		...(next && { allowed: [next] }),
		next: next === null ? `open it again: tieout close reopen ${life.paper} --reason "..."` : `it waits to be ${next}`,
	})
}

function refuseSamePerson(step: SigningStep, life: PaperLife, signer: Person): void {
	const inRound = life.signatures.filter((one) => one.round === life.round && one.userId === signer.userId)
	const other =
		step === 'prepared'
			? inRound.find((one) => one.step !== 'prepared')
			: inRound.find((one) => one.step === 'prepared')
	if (!other) return
	throw new TieoutError(
		'refused',
		'close.four_eyes',
		`${signer.name} has ${other.step} ${life.paper}: preparer and reviewer are different people`,
		{ where: life.paper, next: 'ask another person' },
	)
}

async function refuseOtherContent(closing: Closing, view: PaperView, request: SignRequest): Promise<void> {
	const { paper, contentHash } = request
	if (contentHash === view.hash) return
	const changed = await contentDifferences(closing, view, request)
	throw new TieoutError(
		'refused',
		'close.content_changed',
		`${paper} is not what you looked at: ${changed.join('; ')}`,
		{ where: paper, next: `look at it again (generation ${view.generation}), and sign that` },
	)
}

/** The overrides of the step's blocking reasons. Throws `close.blocked` for those without one. */
function overridden(view: PaperView, step: SigningStep, given: Readonly<Record<string, string>>): Override[] {
	const blocking = view.reasons.filter((reason) => reason.blocks)
	const open = blocking.filter(({ id }) => !given[id]?.trim())
	if (open.length > 0)
		throw new TieoutError(
			'refused',
			'close.blocked',
			`${view.scope.paper} can't be ${step}: ${open.map(({ text }) => text).join('; ')}`,
			{
				where: view.scope.paper,
				allowed: open.map(({ id }) => id),
				next: 'settle these, or override each with a reason, which stands on the paper for ever',
			},
		)
	return blocking.map(({ id, text }) => ({ reason: id, text, why: given[id]!.trim() }))
}

function requireReason(reason: string, what: string): string {
	if (reason.trim().length >= 3) return reason.trim()
	throw new TieoutError('usage', 'close.reason', `a paper is ${what} with a reason`, {
		where: 'reason',
		next: 'say why, in a sentence that will be understood in a year',
	})
}

function lastSeq({ signatures, reopenings, acceptances }: PaperLife): number {
	return Math.max(0, ...[...signatures, ...reopenings, ...acceptances].map(({ seq }) => seq))
}

function withoutAcceptance<T extends { acceptedBy: unknown }>({ acceptedBy: _, ...change }: T) {
	return change
}
