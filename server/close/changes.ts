import { TieoutError } from '../../models/error.ts'
import { addDecimals } from '../../reports/decimal.ts'
import {
	type Accepted,
	type CellChange,
	type ClearedItem,
	isAmount,
	type RecordChange,
} from '../../reports/pages/close/change-data.ts'
import { cellChanges } from './cell-changes.ts'
import { clearedItems } from './cleared.ts'
import { type Closing, withGeneration } from './closing.ts'
import type { ContentSource } from './content.ts'
import { keptDocument } from './documents.ts'
import { type Fingerprint, fingerprintOf, fingerprintUpTo, isSameFingerprint, readKept } from './fingerprint.ts'
import { baseSignature, newLife, type PaperLife, paperLives, type Signature } from './life.ts'
import { madeOtherwise } from './made-otherwise.ts'
import { recordChanges } from './record-changes.ts'
import { findScope, type PaperScope, paperName, paperScopes, type Rows } from './scope.ts'

/** What became of a signed paper: from the generation that its newest signature stands on to the published one. */
export type PaperChanges = {
	signature: Signature
	/** The published generation's name. */
	generation: string
	/** Records of the period and of earlier ones. */
	records: RecordChange[]
	/** The period's own cells: the sums that moved. */
	cells: CellChange[]
	cleared: ClearedItem[]
}

/** Changes of a signed paper as pages and commands show them. */
export type ChangesView = Omit<PaperChanges, 'records' | 'cells'> & {
	scope: PaperScope
	/** Of the period, and of earlier periods that nobody has signed. */
	records: Accepted<RecordChange>[]
	/** Of earlier periods that have a signed paper of their own: they are dealt with there, and shown here. */
	earlier: RecordChange[]
	cells: Accepted<CellChange>[]
	/** In sentences, what else than records is not what it was: tieout.yml, the models, the period's days. */
	otherwise: string[]
	/** Hashes of what nobody has accepted: what an acceptance is for. */
	unaccepted: string[]
}

/** What changed since the newest signature of a paper. Throws `close.not_signed`, and `close.generation_gone` when its generation is not kept. */
export async function readChanges(closing: Closing, paper: string): Promise<ChangesView> {
	return await withGeneration(closing, async (source) => {
		const scopes = await paperScopes(source.rows, { perEntity: closing.config.close.per_entity })
		const { lives } = await paperLives(closing.state.db)
		const scope = findScope(scopes, paper, lives)
		const life = lives.get(paper) ?? newLife(paper)
		const changes = await paperChanges(closing, source, scope, life)
		const otherwise = await madeOtherwise(closing, source.rows, scope, changes.signature)
		return { ...viewChanges(scope, lives, changes), otherwise }
	})
}

/** Changes since the newest signature that nobody has accepted, by hash. */
export async function unacceptedChanges(
	closing: Closing,
	source: ContentSource,
	scope: PaperScope,
	lives: ReadonlyMap<string, PaperLife>,
): Promise<string[]> {
	const life = lives.get(scope.paper) ?? newLife(scope.paper)
	const signature = baseSignature(life)
	if (!signature || signature.generation === source.generation) return []
	const scopes = await paperScopes(source.rows, { perEntity: false })
	const { kept, now } = await fingerprints(closing, source, scope, signature, scopes)
	if (kept && isSameFingerprint(kept, now)) return []
	return viewChanges(scope, lives, await paperChanges(closing, source, scope, life)).unaccepted
}

/** What changed: worked out once for a signature and a generation, and kept in the state. */
export async function paperChanges(
	closing: Closing,
	source: ContentSource,
	scope: PaperScope,
	life: PaperLife,
): Promise<PaperChanges> {
	const signature = baseSignature(life)
	if (!signature)
		throw new TieoutError('usage', 'close.not_signed', `nobody has signed ${scope.paper} yet`, {
			where: scope.paper,
			next: `tieout close status ${scope.paper} shows what would be signed`,
		})
	const facts = { signature, generation: source.generation }
	if (signature.generation === source.generation) return { ...facts, records: [], cells: [], cleared: [] }
	const { db } = closing.state
	const key = { signature: signature.hash, generation: source.generation }
	const known = await db
		.selectFrom('close_changes')
		.select('changes')
		.where('signature', '=', key.signature)
		.where('generation', '=', key.generation)
		.executeTakeFirst()
	if (known && !closing.editors) return { ...facts, ...JSON.parse(known.changes) }
	const found = await compare(closing, source, scope, signature)
	const changes = JSON.stringify(found)
	await db
		.insertInto('close_changes')
		.values({ ...key, changes })
		.onConflict((conflict) => (closing.editors ? conflict.doUpdateSet({ changes }) : conflict.doNothing()))
		.execute()
	return { ...facts, ...found }
}

/** Records and cells are read only where the sums that the signature kept say that something changed. */
async function compare(closing: Closing, source: ContentSource, scope: PaperScope, signature: Signature) {
	const scopes = await paperScopes(source.rows, { perEntity: false })
	const periods = scopes.filter((one) => one.startDate <= scope.startDate).map((one) => one.periodId)
	const { kept, now } = await fingerprints(closing, source, scope, signature, scopes)
	const isSame = kept !== undefined && isSameFingerprint(kept, now)
	const place = { periods, entity: scope.entity, sumsNow: now.records, ...(kept && { sumsThen: kept.records }) }
	return await withSigned(closing, { paper: scope.paper, signature }, async (then) => {
		const [all, cells] = isSame
			? [[], []]
			: await Promise.all([recordChanges(then, source.rows, place), cellChanges(then, source.rows, scope)])
		const touched = new Set(all.flatMap(({ record_id, document_id }) => [record_id, document_id]))
		return {
			records: closing.editors ? await closing.editors(source.rows, all, await knownUntil(then)) : all,
			cells,
			cleared: await clearedItems(then, source.rows, scope, touched),
		}
	})
}

/** Until when the sources had told what they knew (UTC). */
async function knownUntil(rows: Rows): Promise<string | null> {
	const [row] = await rows('select cast(extracted_until as varchar) as moment from tieout.generation')
	return (row?.['moment'] as string | undefined) ?? null
}

/** What the signature kept (undefined: nothing), and the same of the generation that is compared with it. */
async function fingerprints(
	{ config, state }: Closing,
	source: ContentSource,
	scope: PaperScope,
	{ fingerprintHash }: Signature,
	scopes: readonly PaperScope[],
): Promise<{ kept: Fingerprint | undefined; now: Fingerprint }> {
	const kept = fingerprintHash ? readKept(await keptDocument(state.db, fingerprintHash)) : undefined
	const all = await fingerprintOf(source, config.project.published, scope.entity)
	return { kept, now: fingerprintUpTo(all, scope, scopes) }
}

/** The generation that a signature stands on. */
async function withSigned<T>(
	closing: Closing,
	{ paper, signature }: { paper: string; signature: Signature },
	work: (rows: Rows) => Promise<T>,
): Promise<T> {
	if (!closing.queries.kept().includes(signature.generation))
		throw new TieoutError(
			'not_found',
			'close.generation_gone',
			`generation ${signature.generation}, which the signature of ${signature.name} stands on, is not kept any more`,
			{
				where: `generation ${signature.generation}`,
				allowed: closing.queries.kept(),
				next: `build it again: tieout close restore ${paper}`,
			},
		)
	return await withGeneration(closing, ({ rows }) => work(rows), signature.generation)
}

function viewChanges(
	scope: PaperScope,
	lives: ReadonlyMap<string, PaperLife>,
	changes: PaperChanges,
): Omit<ChangesView, 'otherwise'> {
	const life = lives.get(scope.paper) ?? newLife(scope.paper)
	const acceptances = life.acceptances.filter(({ seq }) => seq > changes.signature.seq)
	const accepted = <T extends { hash: string }>(change: T): Accepted<T> => ({
		...change,
		acceptedBy: acceptances.find((one) => one.changes.includes(change.hash)) ?? null,
	})
	const isElsewhere = ({ period_id }: RecordChange) =>
		period_id !== scope.periodId && (lives.get(paperName(period_id, scope.entity))?.signatures.length ?? 0) > 0
	const records = changes.records.filter((change) => !isElsewhere(change)).map(accepted)
	const cells = changes.cells.map(accepted)
	const unaccepted = [...records, ...cells].filter((change) => change.acceptedBy === null).map(({ hash }) => hash)
	return { ...changes, scope, records, earlier: changes.records.filter(isElsewhere), cells, unaccepted }
}

/** What late changes did to a closed period, by cause. Amounts in `currency`. */
export type Restatement = {
	paper: string
	periodId: string
	/** `record`: records changed; `rate`: the same amounts at other rates; `elsewhere`: at another customer or legal entity; `other`. */
	cause: 'record' | 'rate' | 'elsewhere' | 'other'
	measure: string
	currency: string
	from: string
	to: string
	difference: string
	/** Records of the period behind it. */
	records: number
	isAccepted: boolean
}

/** Per signed period and cause: bookings, billings and revenue as signed and as they are now, in the reporting currency. */
export function restatementOf(view: ChangesView): Restatement[] {
	const groups = Map.groupBy(
		view.cells.flatMap((cell) =>
			cell.figures
				.filter((figure) => figure.is_reporting && isAmount(figure))
				.map((figure) => ({ cell, figure, cause: causeOf(view, cell, figure.measure) })),
		),
		({ cause, figure, cell }) => JSON.stringify([cause, figure.measure, cell.reporting_currency]),
	)
	return [...groups].map(([key, list]) => {
		const [cause, measure, currency] = JSON.parse(key) as [Restatement['cause'], string, string]
		const sum = (side: 'from' | 'to' | 'difference') => addDecimals(list.map(({ figure }) => figure[side] ?? '0'))
		return {
			...{ paper: view.scope.paper, periodId: view.scope.periodId, cause, measure, currency },
			...{ from: sum('from'), to: sum('to'), difference: sum('difference') },
			records: view.records.filter((record) => list.some(({ cell }) => isOfCell(record, cell))).length,
			isAccepted: list.every(({ cell }) => cell.acceptedBy !== null),
		}
	})
}

function causeOf(view: ChangesView, cell: CellChange, measure: string): Restatement['cause'] {
	const own = cell.figures.some((figure) => !figure.is_reporting && figure.measure === measure)
	if (!own) return 'rate'
	const behind = view.records.filter((record) => isOfCell(record, cell))
	const isMoved = behind.some(({ fields }) =>
		fields.some(({ field }) => ['customer_id', 'legal_entity'].includes(field)),
	)
	return isMoved ? 'elsewhere' : behind.length > 0 ? 'record' : 'other'
}

/** A record belongs to the cells that it was in and is in. */
function isOfCell(record: RecordChange, cell: CellChange): boolean {
	const ever = (name: string, value: string) => {
		const field = record.fields.find((one) => one.field === name)
		return field ? [field.from, field.to] : [value]
	}
	return (
		ever('customer_id', record.customer_id).includes(cell.customer_id) &&
		ever('legal_entity', record.legal_entity).includes(cell.legal_entity) &&
		ever('currency', record.currency ?? '').includes(cell.currency)
	)
}
