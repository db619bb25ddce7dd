import type { Config } from '../config.ts'
import { periodCloses } from '../configuration/close-calendar.ts'
import { type Certification, certifiedCounts, certifyCells } from './certify.ts'
import { unacceptedChanges } from './changes.ts'
import { type Closing, paperContent, withGeneration } from './closing.ts'
import type { ContentSource, PaperContent } from './content.ts'
import { type Fingerprint, fingerprintOf, fingerprintUpTo } from './fingerprint.ts'
import { baseSignature, newLife, type PaperLife, type PaperState, paperLives, type SigningStep } from './life.ts'
import { judgeMateriality, type Materiality } from './materiality.ts'
import { type SigningReason, signingReasons } from './reasons.ts'
import { findScope, type PaperScope, paperScopes, type Rows } from './scope.ts'

/** A line of the list of papers. */
export type PaperSummary = PaperScope & {
	state: PaperState
	round: number
	preparer: string | null
	reviewer: string | null
	/** `YYYY-MM-DD`, by the legal entities' own working days; null without any. */
	dueDate: string | null
	/** How often a blocking reason was overridden, ever. */
	overrides: number
	/** Earlier papers that were opened again since this one was signed. */
	marks: number
	/** Changes since the newest signature that nobody has accepted; null when it can't be told. */
	changes: number | null
}

/** A paper as it stands now: what would be signed, what speaks against it, and all that was decided. */
export type PaperView = PaperContent & {
	scope: PaperScope
	generation: string
	life: PaperLife
	dueDate: string | null
	materiality: Materiality[]
	/** What the next signature would certify by rule; of a signed paper see its signature. */
	certification: Certification
	certified: { rule: string; cells: number }[]
	/** The step that comes next; null for a locked paper. */
	next: SigningStep | null
	/** What speaks against that step. */
	reasons: SigningReason[]
	/** What a signature keeps to tell whether anything changed. */
	fingerprint: Fingerprint
	/** Changes since the newest signature that nobody has accepted; null when it can't be told (`changesProblem`). */
	changes: number | null
	changesProblem: string | null
}

/** Every paper with how far it is, the oldest period first. */
export async function listPapers(closing: Closing): Promise<PaperSummary[]> {
	return await withGeneration(closing, (source) => papersOf(closing, source))
}

/** Signed papers that are in no list: the calendar, or the legal entities, have nothing of their name any more. */
export async function signedAndGone({ state }: Closing, papers: readonly { paper: string }[]): Promise<string[]> {
	const { lives } = await paperLives(state.db)
	const signed = [...lives.values()].filter(({ signatures }) => signatures.length > 0).map(({ paper }) => paper)
	return signed.filter((paper) => papers.every((one) => one.paper !== paper)).sort()
}

async function papersOf(closing: Closing, source: ContentSource): Promise<PaperSummary[]> {
	const scopes = await paperScopes(source.rows, { perEntity: closing.config.close.per_entity })
	const { lives } = await paperLives(closing.state.db)
	const due = dueDates(closing.config, scopes)
	const summaries: PaperSummary[] = []
	for (const scope of scopes) {
		const life = lives.get(scope.paper) ?? newLife(scope.paper)
		const newest = baseSignature(life)?.seq ?? 0
		summaries.push({
			...scope,
			state: life.state,
			round: life.round,
			preparer: life.preparer?.name ?? null,
			reviewer: life.reviewer?.name ?? null,
			dueDate: due(scope),
			overrides: life.signatures.reduce((sum, one) => sum + one.overrides.length, 0),
			marks: life.marks.filter((mark) => mark.seq > newest).length,
			changes: (await countChanges(closing, source, scope, lives)).changes,
		})
	}
	return summaries
}

/** One paper in the published generation. `step`: reasons against this step instead of the next one. Throws `close.unknown_paper`. */
export async function readPaper(
	closing: Closing,
	paper: string,
	{ step }: { step?: SigningStep } = {},
): Promise<PaperView> {
	return await withGeneration(closing, (source) => viewPaper(closing, source, paper, step))
}

/** The same in a generation that is held already. */
export async function viewPaper(
	closing: Closing,
	source: ContentSource,
	paper: string,
	step?: SigningStep,
): Promise<PaperView> {
	const { config, state } = closing
	const scopes = await paperScopes(source.rows, { perEntity: config.close.per_entity })
	const { lives } = await paperLives(state.db)
	const scope = findScope(scopes, paper, lives)
	const { published } = config.project
	const [read, materiality, certification, cellsWithoutRate, sums] = await Promise.all([
		paperContent(closing, source, scope),
		judgeMateriality(source.rows, scope, config),
		certifyCells(source.rows, scope, config.close.certify),
		countWithoutRate(source.rows, scope),
		fingerprintOf(source, published, scope.entity),
	])
	const life = lives.get(paper) ?? newLife(paper)
	const next = step ?? nextStep(life.state)
	const signed = baseSignature(life)
	const found = await countChanges(closing, source, scope, lives)
	const reasons =
		next === null
			? []
			: signingReasons({
					...{ scope, scopes, content: read.content, basis: read.basis, materiality, cellsWithoutRate, lives, config },
					step: next,
					changes: next === 'prepared' ? 0 : found.changes,
					otherContent: signed && signed.contentHash !== read.hash ? signed : null,
				})
	return {
		...read,
		...found,
		scope,
		generation: source.generation,
		life,
		dueDate: dueDates(config, scopes)(scope),
		materiality,
		certification,
		certified: certifiedCounts(certification),
		next,
		reasons,
		fingerprint: fingerprintUpTo(sums, scope, scopes),
	}
}

/** What a paper in this state waits for. */
export function nextStep(state: PaperState): SigningStep | null {
	return ({ open: 'prepared', prepared: 'reviewed', reviewed: 'locked', locked: null } as const)[state]
}

async function countWithoutRate(rows: Rows, { periodId, entity }: PaperScope): Promise<number> {
	const [row] = await rows(
		`select count(*) as cells from marts.cells where period_id = $1 and not is_validated and ($2 is null or legal_entity = $2)`,
		[periodId, entity],
	)
	return Number(row!['cells'])
}

/** A kept generation that is gone, or damaged, is told and no reason to show nothing. */
async function countChanges(
	closing: Closing,
	source: ContentSource,
	scope: PaperScope,
	lives: ReadonlyMap<string, PaperLife>,
) {
	if (!lives.get(scope.paper)) return { changes: 0, changesProblem: null }
	try {
		return { changes: (await unacceptedChanges(closing, source, scope, lives)).length, changesProblem: null }
	} catch (error) {
		return { changes: null, changesProblem: (error as Error).message }
	}
}

/** Until when a paper is to be closed, `YYYY-MM-DD`; null without any legal entity. */
export function dueDateOf(config: Config, scope: PaperScope): string | null {
	return dueDates(config, [scope])(scope)
}

/** A paper of the company is due when its last legal entity is. */
function dueDates(config: Config, scopes: readonly PaperScope[]): (scope: PaperScope) => string | null {
	const periods = scopes.map((scope) => ({ ...scope, year: null, quarter: null, number: null }))
	const closes = periodCloses(config, periods)
	return ({ periodId, entity }) =>
		closes
			.filter((one) => one.periodId === periodId && (entity === null || one.legalEntity === entity))
			.map((one) => one.dueDate)
			.sort()
			.at(-1) ?? null
}
