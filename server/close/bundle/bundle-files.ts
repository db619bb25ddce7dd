import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { TieoutError } from '../../../models/error.ts'
import type { Project } from '../../project.ts'
import type { PinnedQueries } from '../../query/queries.ts'
import { attachmentFile, fileHash } from '../attachments.ts'
import { canonicalJson } from '../canonical-json.ts'
import { type ContentSource, paperRates } from '../content.ts'
import type { Signature } from '../life.ts'
import { paperTables, sqlOf } from '../tables.ts'
import type { Evidence } from './evidence.ts'
import { paperDocument } from './paper-document.ts'
import { paperHtml } from './paper-html.ts'
import { paperPdf } from './paper-pdf.ts'

/** A file of a bundle as its manifest lists it. */
export type BundleFile = { path: string; bytes: number; sha256: string }

/** What files are made of. */
export type FileSources = {
	evidence: Evidence
	source: ContentSource
	pinned: PinnedQueries
	project: Pick<Project, 'data'>
}

/** Writes every file of a bundle but its manifest into `folder`, and gives them in order of their paths. */
export async function writeBundleFiles(folder: string, sources: FileSources): Promise<BundleFile[]> {
	const written: BundleFile[] = []
	const put = async (name: string, data: string | Buffer) => {
		const file = path.join(folder, name)
		await mkdir(path.dirname(file), { recursive: true })
		await writeFile(file, data)
		const bytes = Buffer.byteLength(data)
		written.push({ path: name, bytes, sha256: createHash('sha256').update(data).digest('hex') })
	}
	const putRest = async () => {
		await putRecords(sources, put)
		await putModels(sources, put)
		await putPaper(sources, put)
	}
	// Tables are written by a query process, everything else by this one.
	await Promise.all([putTables(folder, sources, put, written), putRest()])
	await putAttachments(folder, sources, written)
	return written.sort((a, b) => (a.path < b.path ? -1 : 1))
}

type Put = (name: string, data: string | Buffer) => Promise<void>

/** What was decided: word for word as the state keeps it, and once more for reading. */
async function putRecords({ evidence, source }: FileSources, put: Put): Promise<void> {
	const { content, basis, documents, journal, paper, signatures, signature, scope } = evidence
	await put('content.json', documents.get(signature.contentHash)!)
	for (const [hash, text] of documents) await put(`evidence/${hash}.json`, text)
	await put('signatures.json', canonicalJson(signatures.map(signatureRow)))
	await put('journal.ndjson', journal.map((line) => `${canonicalJson(line)}\n`).join(''))
	const own = journal.filter((line) => line.paper === paper)
	await put('decisions.json', canonicalJson(own.map((line) => ({ ...line, body: JSON.parse(line.body) }))))
	await put('certificates.json', canonicalJson(basis.certificates))
	await put('checks.json', canonicalJson(content.checks))
	await put('rates.json', canonicalJson(await paperRates(source.rows, scope)))
	await put('verify.mjs', await readFile(path.join(import.meta.dirname, 'verify.mjs')))
	await put('README.txt', readme(evidence))
}

/** As the verifier reads it back from the journal. */
function signatureRow(one: Signature) {
	return {
		...{ seq: one.seq, hash: one.hash, step: one.step, at: one.at, user_id: one.userId, name: one.name },
		...{ email: one.email, role: one.role, content_hash: one.contentHash, basis_hash: one.basisHash },
		...{ generation: one.generation, loaded_until: one.loadedUntil, statement: one.statement, round: one.round },
		...{ overrides: one.overrides, warnings: one.warnings, certified: one.certified },
	}
}

async function putPaper({ evidence, source }: FileSources, put: Put): Promise<void> {
	const document = await paperDocument(evidence, source)
	await put('paper.html', paperHtml(document))
	await put('paper.pdf', await paperPdf(document, new Date(evidence.signature.at)))
}

async function putModels({ source }: FileSources, put: Put): Promise<void> {
	const models = (await source.rows('select name, sql from tieout.models order by name')) as {
		name: string
		sql: string | null
	}[]
	for (const { name, sql } of models) await put(`models/${name}.sql`, sql ?? '')
}

/** CSV must be what was signed: a kept generation that was damaged since is found here. */
async function putTables(
	folder: string,
	{ evidence, source, pinned }: FileSources,
	put: Put,
	written: BundleFile[],
): Promise<void> {
	for (const table of await paperTables(source.rows, evidence.scope)) {
		await put(`tables/${table.name}.sql`, `${sqlOf(table)}\n`)
		for (const format of ['csv', 'parquet'] as const) {
			const name = `tables/${table.name}.${format}`
			const { stream, manifest } = await pinned.exportFile(table.sql, table.parameters, { format, totals: [] })
			await pipeline(stream, createWriteStream(path.join(folder, name)))
			const { bytes, sha256 } = await manifest
			written.push({ path: name, bytes, sha256 })
			const signed = evidence.content.tables[table.name]?.sha256
			if (format === 'csv' && sha256 !== signed) throw changed(name, evidence, sha256, signed)
		}
	}
}

/** Attachments under their hashes: the names that people gave them stand in the journal, and lead nowhere. */
async function putAttachments(
	folder: string,
	{ evidence, project }: FileSources,
	written: BundleFile[],
): Promise<void> {
	for (const sha256 of attachedHashes(evidence)) {
		const name = `attachments/${sha256}`
		const copy = path.join(folder, name)
		await mkdir(path.dirname(copy), { recursive: true })
		await copyFile(attachmentFile(project, sha256), copy)
		const found = await fileHash(copy)
		if (found !== sha256)
			throw new TieoutError(
				'data',
				'close.attachment_changed',
				`the attachment ${sha256} was changed: it is ${found}`,
				{
					where: `data/attachments/${sha256}`,
					next: 'restore data/attachments from a backup',
				},
			)
		written.push({ path: name, bytes: (await stat(copy)).size, sha256 })
	}
}

function attachedHashes({ journal, paper }: Evidence): Set<string> {
	const attached = journal.filter((line) => line.paper === paper && line.kind === 'item.attached')
	return new Set(attached.map((line) => String((JSON.parse(line.body) as { sha256: string }).sha256)))
}

function changed(name: string, { signature }: Evidence, found: string, signed: string | undefined): TieoutError {
	return new TieoutError(
		'data',
		'close.generation_changed',
		`generation ${signature.generation} no longer says what was signed: ${name} is ${found}, signed was ${signed ?? 'no such table'}`,
		{
			where: `data/published/${signature.generation}.duckdb`,
			next: 'restore the file from a backup; tieout bundle <paper> --rebuild compares with a build as of the signature',
		},
	)
}

function readme({ content, signature }: Evidence): string {
	return `Evidence of ${content.paper}, signed ${signature.at} (UTC). Content ${signature.contentHash}

paper.html, paper.pdf   the paper as it was signed
content.json            what the signatures are bound to: its sha256 is the content hash
tables/                 every table: CSV (whose sha256 stands in content.json), Parquet, and the SELECT that gave it
models/                 the SQL of every table of the warehouse (its sha256 stands in content.json)
rates.json              exchange rates in use
certificates.json       how each stream of the source systems was proved when it was loaded
checks.json             what every check found
signatures.json         who signed, when, and what they overrode
decisions.json          everything that was decided about this paper and its items, with comments
attachments/            what was attached to items, by sha256; their names stand in decisions.json
journal.ndjson          every decision of the company up to the last signature, each line bound to the one before it
evidence/               what lines of the journal are bound to, by sha256
manifest.json           every file with its sha256
verify.mjs              checks all of this, with any Node.js from 20 and nothing else:

    node verify.mjs <this archive>.zip

It names the first link that doesn't hold. Whoever makes a whole bundle anew can make all of its hashes anew: so compare the content
hash with the one that was noted outside of it when the paper was signed, or let the verifier do so: --content <sha256>.
A verifier from a source that you trust is better than the one in the archive; tieout has the same: tieout verify <bundle.zip>
`
}
