import { TieoutError } from '../../../models/error.ts'
import type { State } from '../../state.ts'
import type { Basis, Content } from '../content.ts'
import { type JournalLine, journalLines, requireJournal } from '../journal.ts'
import { baseSignature, newLife, type PaperLife, paperLives, type Signature } from '../life.ts'
import type { PaperScope } from '../scope.ts'

/** What a signed paper stands on, all of it as it was written down: nothing here is read from the data of today. */
export type Evidence = {
	paper: string
	/** The newest signature: the bundle is of it. */
	signature: Signature
	/** Every signature up to it, the oldest first. */
	signatures: Signature[]
	life: PaperLife
	content: Content
	basis: Basis
	scope: PaperScope
	/** What signatures are bound to (contents, bases, certified cells): canonical JSON by its sha256. */
	documents: Map<string, string>
	/** The whole journal up to the signature's line: a chain can't be proved in parts. */
	journal: JournalLine[]
}

/**
 * The evidence of a paper's newest signature. Throws `close.not_signed`, `journal.broken` for a journal that doesn't hold, and
 * `close.content_missing` where the state lacks what a signature is bound to.
 */
export async function readEvidence(state: State, paper: string): Promise<Evidence> {
	await requireJournal(state)
	const { lives } = await paperLives(state.db)
	const life = lives.get(paper) ?? newLife(paper)
	const signature = baseSignature(life)
	if (!signature)
		throw new TieoutError('refused', 'close.not_signed', `nobody has signed ${paper}`, {
			where: paper,
			allowed: [...lives.values()].filter((one) => one.signatures.length > 0).map((one) => one.paper),
			next: `tieout close prepare ${paper}`,
		})
	const documents = await readDocuments(state, life.signatures)
	const content = JSON.parse(documents.get(signature.contentHash)!) as Content
	const { period, entity } = content
	return {
		paper,
		signature,
		signatures: life.signatures,
		life,
		content,
		basis: JSON.parse(documents.get(signature.basisHash)!) as Basis,
		scope: {
			...{ paper, entity, periodId: period.id, startDate: period.start, endDate: period.end },
			isComplete: period.is_complete,
		},
		documents,
		journal: await journalLines(state.db, { limit: signature.seq }),
	}
}

async function readDocuments({ db, path }: State, signatures: readonly Signature[]): Promise<Map<string, string>> {
	const wanted = new Set(
		signatures.flatMap((one) => [one.contentHash, one.basisHash, ...(one.certifiedHash ? [one.certifiedHash] : [])]),
	)
	const found = new Map<string, string>()
	for (const hash of wanted) {
		const row = await db.selectFrom('close_contents').select('content').where('hash', '=', hash).executeTakeFirst()
		if (!row)
			throw new TieoutError('data', 'close.content_missing', `what was signed is not in the state: ${hash}`, {
				where: `${path}: close_contents`,
				next: 'restore the state file from a backup',
			})
		found.set(hash, row.content)
	}
	return found
}
