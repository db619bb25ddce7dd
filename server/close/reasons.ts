import { signedAmountText } from '../../reports/format.ts'
import type { Config } from '../config.ts'
import { knownCurrencies } from '../configuration/schema.ts'
import type { Basis, Content } from './content.ts'
import type { PaperLife, Signature, SigningStep } from './life.ts'
import type { Materiality } from './materiality.ts'
import { type PaperScope, paperName } from './scope.ts'

/** What speaks against signing. One that `blocks` is signed over only with a reason of one's own; the others are shown. */
export type SigningReason = {
	/** Stable, such as `certificate:erp.invoices`: what an override names. */
	id: string
	kind:
		| 'period'
		| 'check'
		| 'certificate'
		| 'freshness'
		| 'quarantine'
		| 'unexplained'
		| 'rate'
		| 'earlier'
		| 'entity'
		| 'changes'
		| 'content'
	blocks: boolean
	text: string
}

/** What reasons are made of. `changes`: how many changes since the last signature nobody has accepted; null: it can't be told. */
export type Findings = {
	scope: PaperScope
	scopes: readonly PaperScope[]
	step: SigningStep
	content: Content
	basis: Basis
	materiality: readonly Materiality[]
	cellsWithoutRate: number
	lives: ReadonlyMap<string, PaperLife>
	changes: number | null
	/** The newest signature, when it is for another content than the one that is there now. */
	otherContent: Signature | null
	config: Pick<Config, 'close' | 'currencies'>
}

/** The reasons against one way of signing, the blocking ones first. */
export function signingReasons(findings: Findings): SigningReason[] {
	return [
		...periodReason(findings),
		...checkReasons(findings),
		...certificateReasons(findings),
		...materialityReasons(findings),
		...changesReason(findings),
		...contentReason(findings),
		...otherPapers(findings),
		...freshnessReasons(findings),
		...rateReason(findings),
	].sort((a, b) => Number(b.blocks) - Number(a.blocks))
}

function periodReason({ scope }: Findings): SigningReason[] {
	if (scope.isComplete) return []
	return [
		{
			id: 'period',
			kind: 'period',
			blocks: true,
			text: `${scope.periodId} has not ended in the data: it goes to ${scope.endDate}`,
		},
	]
}

function checkReasons({ content }: Findings): SigningReason[] {
	return content.checks
		.filter(({ status }) => ['fail', 'broken', 'warn'].includes(status))
		.map(({ name, status, problems, is_blocking }) => ({
			id: `check:${name}`,
			kind: 'check' as const,
			blocks: is_blocking && status !== 'warn',
			text: `check ${name} ${{ fail: 'fails', broken: 'is broken', warn: 'warns' }[status]}: ${problems} ${problems === '1' ? 'problem' : 'problems'}`,
		}))
}

function certificateReasons({ basis }: Findings): SigningReason[] {
	return basis.certificates.flatMap(({ stream, verdict, reason, quarantined_rows: quarantined }) => {
		const why = reason ? `: ${reason}` : ''
		const blocks = ['short', 'over', 'moved'].includes(verdict)
		const rows = Number(quarantined ?? 0)
		const waiting = `${rows} ${rows === 1 ? 'record' : 'records'} of ${stream} in quarantine`
		return [
			...(verdict === 'proved'
				? []
				: [
						{
							id: `certificate:${stream}`,
							kind: 'certificate' as const,
							blocks,
							text: `${stream} is ${verdict}${why}`,
						},
					]),
			...(rows > 0 ? [{ id: `quarantine:${stream}`, kind: 'quarantine' as const, blocks: false, text: waiting }] : []),
		]
	})
}

function materialityReasons({ materiality, config }: Findings): SigningReason[] {
	const digits = knownCurrencies(config)
	const money = (amount: string, currency: string) => `${signedAmountText(amount, digits.get(currency))} ${currency}`
	return materiality
		.filter(({ isAbove }) => isAbove)
		.map((one) => ({
			id: `unexplained:${one.about}`,
			kind: 'unexplained' as const,
			blocks: true,
			text: `unexplained ${money(one.unexplained, one.currency)}${one.about === 'all' ? '' : ` (${one.about})`} is above materiality: ${money(one.limit, one.currency)}${one.withoutRate > 0 ? `, and ${one.withoutRate} breaks have no rate` : ''}`,
		}))
}

function changesReason({ changes }: Findings): SigningReason[] {
	if (changes === 0) return []
	const count = changes === 1 ? '1 change' : `${changes} changes`
	return [
		{
			id: 'changes',
			kind: 'changes',
			blocks: true,
			text: `${count} since the last signature that nobody has accepted`,
		},
	]
}

/** Later-dated records move explanations, and so the content: each who signs, signs what is there. */
function contentReason({ otherContent, step }: Findings): SigningReason[] {
	if (!otherContent || step === 'prepared') return []
	const { name, step: done, generation } = otherContent
	const text = `what ${name} ${done} was generation ${generation}: later records have moved the paper since`
	return [{ id: 'content', kind: 'content', blocks: false, text }]
}

/** Earlier papers that are not locked are shown; a company's paper is locked after its entities' papers. */
function otherPapers({ scope, scopes, step, lives, config }: Findings): SigningReason[] {
	const isLocked = (paper: string) => lives.get(paper)?.state === 'locked'
	const earlier = scopes.filter(
		(one) => one.entity === scope.entity && one.startDate < scope.startDate && !isLocked(one.paper),
	)
	const newest = earlier.at(-1)
	const entities =
		config.close.per_entity && scope.entity === null && step === 'locked'
			? scopes.filter((one) => one.periodId === scope.periodId && one.entity !== null && !isLocked(one.paper))
			: []
	return [
		...entities.map(({ entity }) => ({
			id: `entity:${entity}`,
			kind: 'entity' as const,
			blocks: true,
			text: `${paperName(scope.periodId, entity)} is not locked`,
		})),
		...(newest
			? [
					{
						id: 'earlier',
						kind: 'earlier' as const,
						blocks: false,
						text: `${earlier.length === 1 ? `${newest.paper} is` : `${earlier.length} earlier papers are, the last of them ${newest.paper},`} not locked`,
					},
				]
			: []),
	]
}

/** What was never read, or not since the period ended, may lack records of it; what is late since then is shown. */
function freshnessReasons({ basis, scope }: Findings): SigningReason[] {
	return basis.freshness
		.filter(({ status, outcome }) => status !== 'off' && (status !== 'pass' || outcome))
		.map(({ stream, status, watermark, outcome, problem, is_read: isRead }) => {
			const isWhole = watermark !== null && watermark.slice(0, 10) > scope.endDate
			const read = watermark ? `was last read up to ${watermark} UTC` : 'was never read'
			const before = watermark && !isWhole ? `, before ${scope.periodId} ended` : ''
			return {
				id: `freshness:${stream}`,
				kind: 'freshness' as const,
				blocks: !isWhole && isRead !== false && scope.isComplete,
				text: `${stream} ${read}${before} (${outcome ? [outcome, problem].filter(Boolean).join(': ') : status})`,
			}
		})
}

function rateReason({ cellsWithoutRate: count }: Findings): SigningReason[] {
	if (count === 0) return []
	const text = `${count} ${count === 1 ? 'cell has' : 'cells have'} no rate and ${count === 1 ? 'is' : 'are'} in no total`
	return [{ id: 'rate', kind: 'rate', blocks: false, text }]
}
