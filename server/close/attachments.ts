import { createHash, randomUUID } from 'node:crypto'
import {
	createReadStream,
	createWriteStream,
	existsSync,
	mkdirSync,
	readdirSync,
	renameSync,
	rmSync,
	statSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { TieoutError } from '../../models/error.ts'
import type { Person } from '../people/person.ts'
import type { Project } from '../project.ts'
import type { CloseEffects, Closing } from './closing.ts'
import { refuseLocked, requireItems } from './items.ts'
import { appendJournal, type JournalLine } from './journal.ts'
import { paperLives } from './life.ts'
import { activePerson } from './sign.ts'

/** A file that comes in. `name` and `mediaType` are what the sender says: kept as data. */
export type Incoming = { name: string; mediaType: string; stream: Readable }

/**
 * Keeps a file at an item: streamed to `data/attachments/<sha256>`, to disk before its line is written. Throws
 * `close.attachment_too_large` as soon as the limit is passed (nothing stays), and what {@link requireItems} throws.
 */
export async function attachFile(
	closing: Closing,
	{ paper, item, person, file }: { paper: string; item: string; person: Person | null; file: Incoming },
	{ now = () => new Date() }: CloseEffects = {},
): Promise<JournalLine> {
	const { config, state } = closing
	await activePerson(state.db, person, 'preparer')
	refuseLocked(paper, (await paperLives(state.db)).lives.get(paper)?.state)
	await requireItems(closing, paper, [item])
	removeUnfinished(attachmentFolder(config.project), now())
	const kept = await keepFile(config.project, file, limitOf(config.close.attachment_limit))
	return await state.db.transaction().execute(async (transaction) => {
		const actor = await activePerson(transaction, person, 'preparer')
		refuseLocked(paper, (await paperLives(transaction)).lives.get(paper)?.state)
		const body = { name: plainName(file.name), media_type: file.mediaType.slice(0, 200), ...kept }
		return await appendJournal(transaction, { kind: 'item.attached', paper, item, actor, body }, { now })
	})
}

/** Where an attachment lies. Throws `close.no_attachment` for what is none, or is not there. */
export function attachmentFile(project: Pick<Project, 'data'>, sha256: string): string {
	const file = path.join(attachmentFolder(project), sha256)
	if (/^[0-9a-f]{64}$/.test(sha256) && existsSync(file)) return file
	throw new TieoutError('not_found', 'close.no_attachment', `there is no attachment ${sha256.slice(0, 64)}`, {
		where: 'data/attachments',
		next: 'restore it from a backup of the data folder',
	})
}

/** sha256 of a file on disk. */
export async function fileHash(file: string): Promise<string> {
	const hash = createHash('sha256')
	for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
	return hash.digest('hex')
}

function attachmentFolder({ data }: Pick<Project, 'data'>): string {
	return path.join(data, 'attachments')
}

async function keepFile(
	{ data }: Pick<Project, 'data'>,
	{ stream }: Incoming,
	limit: number,
): Promise<{ sha256: string; bytes: number }> {
	const folder = attachmentFolder({ data })
	mkdirSync(folder, { recursive: true, mode: 0o700 })
	const unfinished = path.join(folder, `.${randomUUID()}.part`)
	const hash = createHash('sha256')
	let bytes = 0
	const counted = new Transform({
		transform(chunk: Buffer, _, done) {
			bytes += chunk.length
			hash.update(chunk)
			done(bytes > limit ? tooLarge(limit) : null, chunk)
		},
	})
	try {
		await pipeline(stream, counted, createWriteStream(unfinished, { mode: 0o600 }))
		await toDisk(unfinished)
		const sha256 = hash.digest('hex')
		renameSync(unfinished, path.join(folder, sha256))
		await toDisk(folder)
		return { sha256, bytes }
	} catch (error) {
		rmSync(unfinished, { force: true })
		throw error
	}
}

/** No upload takes a day: what is older was left behind by a process that was killed. */
const unfinishedFor = 24 * 3_600_000

function removeUnfinished(folder: string, now: Date): void {
	if (!existsSync(folder)) return
	for (const name of readdirSync(folder).filter((one) => /^\.[0-9a-f-]{36}\.part$/.test(one))) {
		const file = path.join(folder, name)
		const since = statSync(file, { throwIfNoEntry: false })?.mtimeMs
		if (since !== undefined && since < now.getTime() - unfinishedFor) rmSync(file, { force: true })
	}
}

async function toDisk(file: string): Promise<void> {
	const handle = await open(file, 'r')
	try {
		await handle.sync()
	} finally {
		await handle.close()
	}
}

function tooLarge(limit: number): TieoutError {
	return new TieoutError('usage', 'close.attachment_too_large', `the file is larger than ${limit / 1e6} MB`, {
		where: 'close.attachment_limit',
		allowed: [`at most ${limit / 1e6} MB`],
		next: 'attach a smaller file, or raise close.attachment_limit in tieout.yml',
	})
}

function limitOf(text: string): number {
	return Number(text.slice(0, -2)) * (text.endsWith('GB') ? 1e9 : 1e6)
}

/** What can't be seen and changes what is: control characters, marks that turn the direction of writing, halves of characters. */
const unseen = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu

/** The last part of what may look like a path, without what no name has; it is shown, and never used as a path. */
function plainName(name: string): string {
	const last = name.split(/[/\\]/).at(-1) ?? ''
	const plain = last.replaceAll(unseen, '').trim()
	return /^\.*$/.test(plain) ? 'attachment' : [...plain].slice(0, 255).join('')
}
