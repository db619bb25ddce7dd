import { TieoutError } from '../../../models/error.ts'
import type { State } from '../../state.ts'
import { sha256 } from '../canonical-json.ts'
import type { Basis, Content } from '../content.ts'
import { type JournalLine, journalLines, requireJournal } from '../journal.ts'
import { baseSignature, newLife, paperLives, type Signature } from '../life.ts'
import type { PaperScope } from '../scope.ts'

/** What a signed paper stands on, all of it as it was written down: nothing here is read from the data of today. */
export type Evidence = {
	paper: string
	/** The newest signature: the bundle is of it. */
	signature: Signature
	/** Every signature up to it, the oldest first. */
	signatures: Signature[]
	content: Content
	basis: Basis
	scope: PaperScope
	/** What lines about the paper are bound to (contents, bases, certified cells, changes): canonical JSON by its sha256. */
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
			next: `tieout close status ${paper} shows what would be signed`,
		})
	const journal = await journalLines(state.db, { limit: signature.seq })
	const documents = await readDocuments(
		state,
		journal.filter((line) => line.paper === paper),
	)
	const content = JSON.parse(documents.get(signature.contentHash)!) as Content
	const { period, entity } = content
	return {
		paper,
		signature,
		signatures: life.signatures,
		content,
		basis: JSON.parse(documents.get(signature.basisHash)!) as Basis,
		scope: {
			...{ paper, entity, periodId: period.id, startDate: period.start, endDate: period.end },
			isComplete: period.is_complete,
		},
		documents,
		journal,
	}
}

/** Bodies of lines name what they are bound to in these. */
const bindings = ['content_hash', 'basis_hash', 'certified_hash', 'document_hash']

async function readDocuments({ db, path }: State, lines: readonly JournalLine[]): Promise<Map<string, string>> {
	const bodies = lines.map(({ body }) => JSON.parse(body) as Record<string, unknown>)
	const wanted = new Set(
		bodies.flatMap((body) => bindings.map((name) => body[name]).filter((one) => typeof one === 'string')),
	)
	const found = new Map<string, string>()
	for (const hash of wanted) {
		const row = await db.selectFrom('close_contents').select('content').where('hash', '=', hash).executeTakeFirst()
		if (row?.content === undefined || sha256(row.content) !== hash)
			throw new TieoutError(
				'data',
				'close.content_missing',
				`what was signed is not in the state, or was changed: ${hash}`,
				{
					where: `${path}: close_contents`,
					next: 'restore the state file from a backup',
				},
			)
		found.set(hash, row.content)
	}
	return found
}
