import type { Kysely } from 'kysely'
import type { Project } from '../project.ts'
import type { StateSchema } from '../state.ts'
import { attachmentFile, fileHash } from './attachments.ts'
import { sha256 } from './canonical-json.ts'
import { type JournalVerdict, verifyJournal } from './journal.ts'

/** What the decisions of a project were found to be. `problems`: in order of the journal, the first bad link first. */
export type DecisionsVerdict = JournalVerdict & { documents: number; attachments: number; problems: string[] }

/** Reads everything that decisions stand on: the chain, every document that a line names, every attachment. */
export async function verifyDecisions({
	state,
	project,
}: {
	state: { db: Kysely<StateSchema> }
	project: Pick<Project, 'data'>
}): Promise<DecisionsVerdict> {
	const journal = await verifyJournal(state)
	const lines = await state.db
		.selectFrom('journal')
		.select(['seq', 'kind', 'body'])
		.where((line) => line.or([line('kind', 'like', 'paper.%'), line('kind', '=', 'item.attached')]))
		.orderBy('seq')
		.execute()
	const problems = journal.firstBad ? [`line ${journal.firstBad.seq} of the journal: ${journal.firstBad.problem}`] : []
	const seen = new Set<string>()
	let attachments = 0
	for (const { seq, kind, body } of lines) {
		const named = JSON.parse(body) as Record<string, unknown>
		if (kind === 'item.attached') {
			attachments += 1
			problems.push(...(await attachmentProblem(project, seq, String(named['sha256']))))
			continue
		}
		for (const field of ['content_hash', 'basis_hash', 'fingerprint_hash', 'certified_hash', 'document_hash']) {
			const hash = named[field]
			if (typeof hash !== 'string' || seen.has(hash)) continue
			seen.add(hash)
			problems.push(...(await documentProblem(state.db, seq, field, hash)))
		}
	}
	return { ...journal, documents: seen.size, attachments, problems }
}

async function documentProblem(db: Kysely<StateSchema>, seq: number, field: string, hash: string): Promise<string[]> {
	const row = await db.selectFrom('close_contents').select('content').where('hash', '=', hash).executeTakeFirst()
	if (!row) return [`the ${field.replace('_hash', '')} that line ${seq} names is not there (${hash})`]
	return sha256(row.content) === hash
		? []
		: [`the ${field.replace('_hash', '')} that line ${seq} names was changed (${hash})`]
}

async function attachmentProblem(project: Pick<Project, 'data'>, seq: number, hash: string): Promise<string[]> {
	try {
		const file = attachmentFile(project, hash)
		return (await fileHash(file)) === hash ? [] : [`the attachment that line ${seq} names was changed (${hash})`]
	} catch {
		return [`the attachment that line ${seq} names is not there (${hash})`]
	}
}
