import { TieoutError } from '../models/error.ts'
import { currentGeneration } from '../models/generation.ts'
import type { Reason, Verdict } from '../models/trust.ts'
import { compareDecimals } from '../reports/decimal.ts'
import { countText, momentText, periodText, signedAmountText } from '../reports/format.ts'
import { nothingPublished, readTrust } from '../reports/published-trust.ts'
import type { Config } from './config.ts'
import { knownCurrencies } from './configuration/schema.ts'
import { type MonthSummary, newestMonth, readMonth } from './month.ts'
import { openPublished, trustSettings } from './published.ts'
import type { Style } from './terminal.ts'

/** What `tieout status` says; amounts are exact text in the reporting currency. */
export type StatusDocument = {
	schema: string
	verdict: Verdict
	reasons: Reason[]
	generation: number | null
	as_of: string | null
	minor_digits: number | undefined
	checks: { status: string; count: number }[]
	month: MonthSummary | null
	next: string
}

/** Reads the status of a period (default: the newest complete one) from the generation in service. Throws `usage` for no such period. */
export async function statusDocument(config: Config, periodId?: string): Promise<StatusDocument> {
	if (!currentGeneration(config.project.published))
		return {
			schema: 'tieout.status/1',
			...nothingPublished,
			generation: null,
			as_of: null,
			minor_digits: undefined,
			checks: [],
			month: null,
			next: 'tieout run',
		}
	const published = await openPublished(config.project)
	try {
		const { db } = published
		const trust = await readTrust(db, trustSettings(config))
		const wanted = periodId ?? (await newestMonth(db))
		const month = wanted === undefined ? undefined : await readMonth(db, wanted, config.break_limits)
		if (periodId !== undefined && !month) throw await noPeriod(db, periodId)
		const generation = await db.selectFrom('tieout.generation').select('loaded_until').executeTakeFirstOrThrow()
		const checks = await db
			.selectFrom('tieout.checks')
			.select(['status', (query) => query.fn.countAll().as('count')])
			.groupBy('status')
			.orderBy('status')
			.execute()
		return {
			schema: 'tieout.status/1',
			...trust,
			generation: published.generation,
			as_of: generation.loaded_until,
			minor_digits: knownCurrencies(config).get(config.company.reporting_currency),
			checks: checks.map((row) => ({ status: row.status, count: Number(row.count) })),
			month: month ?? null,
			next: nextStep(trust.reasons),
		}
	} finally {
		await published.close()
	}
}

/** The ten lines for a person; with `hasBreaks` the variance by break beneath it. */
export function statusLines(status: StatusDocument, style: Style, { hasBreaks = false } = {}): string[] {
	const { month, verdict, reasons, as_of, generation } = status
	const blocking = reasons.filter((reason) => reason.blocks)
	const warnings = reasons.filter((reason) => !reason.blocks)
	const count = blocking.length > 0 ? ` (${blocking.length} ${blocking.length === 1 ? 'reason' : 'reasons'})` : ''
	// Ten lines in all, the next step among them: three for the reasons, one for each kind.
	const kinds = [...Map.groupBy(blocking, (reason) => reason.kind).values()]
	const listed = kinds.length > 3 ? 2 : 3
	const rest = kinds.slice(listed).flat().length
	const word =
		verdict === 'trusted'
			? style.green(verdict.toUpperCase())
			: verdict === 'trusted with warnings'
				? style.yellow(verdict.toUpperCase())
				: style.red(verdict.toUpperCase())
	return [
		`${style.bold(month ? periodText(month.periodId) : 'no month')} · ${word}${count}`,
		...(month ? figureLines(month, status.minor_digits, hasBreaks) : []),
		...(status.checks.length > 0 && hasBreaks
			? [`  checks     ${status.checks.map((one) => `${one.count} ${one.status}`).join(', ')}`]
			: []),
		...kinds
			.slice(0, listed)
			.map((list) => `  ${style.red(style.bad)} ${list[0]!.kind.padEnd(10)} ${withoutKind(list[0]!)}${moreOf(list)}`),
		...(rest > 0 ? [`  ${style.red(style.bad)} ${rest} more reasons: tieout status --json`] : []),
		...(warnings.length > 0 ? [`  ${style.yellow(style.warn)} warnings   ${countsByKind(warnings)}`] : []),
		`  as of ${as_of ? momentText(as_of) : 'n/a'} · generation ${generation ?? 'none'}`,
	]
}

function figureLines(month: MonthSummary, digits: number | undefined, hasBreaks: boolean): string[] {
	const figures = [month.bookings, month.revenue, month.variance, month.explained, month.unexplained].map((amount) =>
		signedAmountText(amount, digits),
	)
	const width = Math.max(...figures.slice(0, 3).map((text) => text.length), 12)
	const [bookings, revenue, variance, explained, unexplained] = figures as [string, string, string, string, string]
	const currency = month.reportingCurrency
	const age = month.oldestDays === null ? '' : `, oldest ${month.oldestDays} days`
	const over = month.overLimit === null ? '' : `, ${countText(month.overLimit)} over their limit`
	const apart =
		month.unvalidatedCells > 0 ? `; ${month.unvalidatedCells} cells have no rate and are not in these figures` : ''
	return [
		`  bookings   ${bookings.padStart(width)} ${currency}    revenue   ${revenue} ${currency}`,
		`  variance   ${variance.padStart(width)} ${currency}    explained ${explained}   unexplained ${unexplained}`,
		...(hasBreaks
			? month.breaks
					.filter((one) => compareDecimals(one.amount, '0') !== 0)
					.map(
						(one) =>
							`    ${one.code.padEnd(22)} ${signedAmountText(one.amount, digits).padStart(width + 6)}   ${countText(one.count)} ${one.count === 1 ? 'break' : 'breaks'}`,
					)
			: []),
		`  breaks     ${countText(month.open)} open at its end${over}${age}${apart}`,
	]
}

function nextStep(reasons: readonly Reason[]): string {
	const worst = reasons.find((reason) => reason.blocks)
	if (worst?.next) return worst.next
	if (worst?.kind === 'freshness' || worst?.kind === 'certificate')
		return `tieout run --source ${worst.subject.split('.')[0]}`
	if (worst?.kind === 'quarantine') return 'tieout replay --quarantine'
	if (worst?.kind === 'data') return 'tieout run'
	return worst ? 'tieout serve   (Health: Checks shows the rows)' : 'tieout serve'
}

async function noPeriod(db: Awaited<ReturnType<typeof openPublished>>['db'], periodId: string): Promise<TieoutError> {
	const periods = await db.selectFrom('marts.cells').select('period_id').distinct().orderBy('period_id').execute()
	return new TieoutError('usage', 'usage.unknown_period', `there is nothing in a period "${periodId}"`, {
		where: '--period',
		allowed: periods.map((row) => row.period_id),
		next: 'name one of these',
	})
}

/** `3 checks, 2 streams late`: what each kind of warning is about, in the order of the reasons. */
const kindNouns: Record<Reason['kind'], [one: string, several: string]> = {
	check: ['check', 'checks'],
	freshness: ['stream late or not read', 'streams late or not read'],
	empty: ['on streams without a record', 'on streams without a record'],
	certificate: ['stream unproved', 'streams unproved'],
	quarantine: ['stream with records in quarantine', 'streams with records in quarantine'],
	unexplained: ['on unexplained breaks', 'on unexplained breaks'],
	data: ['without data', 'without data'],
}

function countsByKind(reasons: readonly Reason[]): string {
	return [...Map.groupBy(reasons, (reason) => reason.kind)]
		.map(([kind, list]) => `${list.length} ${kindNouns[kind][list.length === 1 ? 0 : 1]}`)
		.join(', ')
}

/** The reasons of the same kind that stand behind the first one, counted. */
function moreOf(list: readonly Reason[]): string {
	const more = list.length - 1
	return more === 0 ? '' : `, and ${more} more ${kindNouns[list[0]!.kind][more === 1 ? 0 : 1]}`
}

/** The kind stands in front already. */
function withoutKind({ kind, text }: Reason): string {
	return oneLine(text.startsWith(`${kind} `) ? text.slice(kind.length + 1) : text)
}

function oneLine(text: string): string {
	return text.replaceAll(/\s+/g, ' ')
}
