import { addressOf, changed } from '../address.ts'
import { breakCodeWords } from '../break-codes.ts'
import { type Bridge, bridgeFinding, bridgeRemainder, drawBridge, isDense } from '../bridge.ts'
import { amountColumn, reportingAmountColumn } from '../columns.ts'
import type { PageContext } from '../context.ts'
import { absoluteDecimal, compareDecimals, isZeroDecimal, subtractDecimals } from '../decimal.ts'
import { FileLinks } from '../file-links.ts'
import { Amount, countOf, Moment, periodText, signedAmountText } from '../format.ts'
import { type Html, html, RawFigure } from '../html.ts'
import { Absences } from '../list-view.ts'
import type { Run } from '../run-history.ts'
import { Status } from '../status.ts'
import { absences } from '../systems.ts'
import { Table } from '../table.ts'
import { MonthClose } from './close/month-close.ts'
import type { PaperSummary } from './close/paper-data.ts'
import { listedCustomers, type Measures, type Memo, type Month } from './month-data.ts'
import {
	CertificateTable,
	CheckCounts,
	CodeTable,
	nothingMoved,
	RollForward,
	Steps,
	UnexplainedTable,
	unexplainedStatus,
} from './month-tables.ts'

type Properties = { month: Month; context: PageContext; paper?: PaperSummary | null; unpublished?: Run | null }

/** `October 2026, DE, in EUR`: what the figures are of. The choice itself is not printed. */
export function monthTitle({ period, filter: { legal_entity, currency } }: Pick<Month, 'period' | 'filter'>): string {
	return [periodText(period.period_id), legal_entity, currency && `in ${currency}`].filter(Boolean).join(', ')
}

/** The page of one period: figures and bridge on the first screen, what they consist of and rest on below. */
export function MonthView(properties: Properties): Html {
	return html`<${Heading} ...${properties} />
		<${Unpublished} ...${properties} />
		<${Unread} ...${properties} />
		<${SwitchedOff} ...${properties} />
		<${Unvalidated} ...${properties} />
		<${Figures} ...${properties} />
		<${BridgeSection} ...${properties} />
		<${Absences} sentences=${absences(['orders', 'deal_lines', 'recognition'], properties.context.systems)} />
		<${CodeTable} ...${properties} />
		<${UnexplainedTable} ...${properties} />
		<${Groups} ...${properties} />
		<${RollForward} ...${properties} />
		<${Steps} ...${properties} />
		<${CheckCounts} ...${properties} />
		<${CertificateTable} ...${properties} />
		<${Downloads} ...${properties} />`
}

function Heading({ month, context, paper = null }: Properties): Html {
	const { previousPeriod, nextPeriod, period } = month
	const beside = (id: string | null, label: string, sign: string) =>
		id
			? html`<a class="button" href=${changed({ path: addressOf(['month', id]), query: context.address.query })} aria-label=${`${label}: ${periodText(id)}`}>${sign}</a>`
			: html`<span class="button off" aria-hidden="true">${sign}</span>`
	return html`<div class="heading">
		<h1>${monthTitle(month)}</h1>
		<span class="beside">${beside(previousPeriod, 'Previous period', '‹')}${beside(nextPeriod, 'Next period', '›')}</span>
		<span class="muted">${period.is_complete ? `ended ${period.end_date}` : `ends ${period.end_date}: figures still move`}</span>
		<${Judgement} month=${month} context=${context} />
		<${MonthClose} paper=${paper} context=${context} />
		${
			(hasSeveral(month, 'legal_entity') || hasSeveral(month, 'currency')) &&
			html`<form class="narrow" method="get" action=${context.address.path}>
			<${Choice} name="legal_entity" label="Legal entity" all="All" values=${month.entities} chosen=${month.filter.legal_entity} />
			<${Choice} name="currency" label="Currency" all=${`All, in ${context.reportingCurrency}`} values=${month.currencies} chosen=${month.filter.currency} />
			<button type="submit">Show</button>
		</form>`
		}
	</div>`
}

/** Whether there is anything to choose, or to part by: one legal entity, or one currency, is the whole. */
function hasSeveral(month: Month, what: 'legal_entity' | 'currency'): boolean {
	const values = what === 'currency' ? month.currencies : month.entities
	return values.length > 1 || Boolean(month.filter[what])
}

/** The period's unexplained breaks against materiality, in the first line: can it be signed for? */
function Judgement({ month, context }: Properties): Html {
	if (month.filter.legal_entity || month.filter.currency) return null
	const own = month.unexplainedPeriods.find((group) => group.period_id === month.period.period_id)
	const { status, word } = unexplainedStatus(own, context.materiality)
	const amount = own && signedAmountText(own.amount, context.minorDigits(context.reportingCurrency))
	// The figure below is their net.
	const isOfBothSigns = own && compareDecimals(absoluteDecimal(own.netAmount), own.amount) !== 0
	return html`<a class="judgement" href="#unexplained"><${Status} status=${status} word=${own ? `unexplained ${amount}${isOfBothSigns ? ' in size' : ''}, ${word}` : word} /></a>`
}

type ChoiceProperties = { name: string; label: string; all: string; values: string[]; chosen: string | undefined }

function Choice({ name, label, all, values, chosen }: ChoiceProperties): Html {
	const shown = chosen && !values.includes(chosen) ? [...values, chosen] : values
	return html`<label>${label} <select name=${name}>
		<option value="">${all}</option>${shown.map((value) => html`<option value=${value} selected=${value === chosen}>${value}</option>`)}
	</select></label>`
}

/** The newest run failed: the last good generation is shown, and that it is not the newest try. */
function Unpublished({ unpublished, context: { generation } }: Properties): Html {
	if (!unpublished || !generation) return null
	const { run_id, outcome, started_at, error, next_step } = unpublished
	return html`<div class="banner bad" role="note"><p>The last run <a href=${addressOf(['runs', run_id])}>${run_id}</a> <${Status} status=${outcome} /> at <${Moment} at=${started_at} /> and published nothing${error && html`: ${error}`}. These figures are of generation ${generation.generation}, as of <${Moment} at=${generation.loadedUntil} />.</p>
		${next_step && html`<p>Next: ${next_step}</p>`}</div>`
}

/** Streams that the page names; the rest is counted. */
const namedStreams = 3

/** What was not read, or not lately, is not in the figures: said before them. */
function Unread({ context }: Properties): Html {
	const found = context.trust.reasons.filter(({ kind }) => kind === 'freshness' || kind === 'empty')
	const rest = found.length - namedStreams
	if (found.length === 0) return null
	const blocks = found.some((reason) => reason.blocks)
	return html`<div class=${`banner ${blocks ? 'bad' : 'warn'}`} role="note"><p><${Status} status=${blocks ? 'fail' : 'warn'} word="not all is read" /> ${
		blocks ? 'These figures are not whole, or not of today' : 'Not everything in these figures is of the newest run'
	}: <a href="/reports/freshness">how old each stream is</a>.</p>
		<ul>${found.slice(0, namedStreams).map(({ text, next }) => html`<li>${text}${next && html`. Next: ${next}`}</li>`)}${rest > 0 && html`<li>and ${countOf(rest, 'more stream')}</li>`}</ul></div>`
}

/** What the company chose not to read is in no figure, or stays as it was when it was last read: whoever reads them should know. */
function SwitchedOff({ context }: Properties): Html {
	const off = context.trust.switchedOff ?? []
	const rest = off.length - namedStreams
	if (off.length === 0) return null
	return html`<p class="banner" role="note"><${Status} status="off" word="switched off" /> Not read, by tieout.yml: ${off
		.slice(0, namedStreams)
		.map(
			({ subject, feeds, watermark }, index) =>
				html`${index > 0 && '; '}${subject}${feeds && ` (${feeds})`}, ${watermark ? `in these figures as of ${watermark.slice(0, 10)}` : 'in no figure'}`,
		)}${rest > 0 && html`; and ${countOf(rest, 'more stream')}`}: <a href="/reports/freshness?status=off">which</a>.</p>`
}

/** What has no valid rate is outside every reporting-currency total: said before the figures. */
function Unvalidated({ month }: Properties): Html {
	const { legal_entity } = month.filter
	const outside = month.unvalidated
	if (outside.length === 0 || month.filter.currency) return null
	return html`<p class="banner warn" role="note"><${Status} status="warn" word="no rate" /> Cells without a valid exchange rate in ${outside.map(
		({ currency }, index) =>
			html`${index > 0 && ', '}<a href=${addressOf(['month', month.period.period_id], { legal_entity, currency })}>${currency}</a>`,
	)} are UNVALIDATED and outside these figures. They are shown in their own currency <a href="#unvalidated">below</a>.</p>`
}

function Figures({ month, context }: Properties): Html {
	const period = month.period.period_id
	const { legal_entity, currency } = month.filter
	const cells = addressOf(['reports', 'bookings-vs-revenue'], { period_id: period, legal_entity, currency })
	const unexplained = addressOf(['breaks'], { period_id: period, code: 'unexplained', legal_entity, currency })
	const figure = (title: string, name: keyof Month['figures'], href: string) => {
		const digits = context.minorDigits(month.currency)
		const value = month.figures[name]
		const before = month.previousFigures?.[name]
		return html`<div class="figure"><dt>${title} <small>${month.currency}</small></dt>
			<dd><a href=${href}><${Amount} value=${value} digits=${digits} /></a></dd>
			${
				before !== undefined &&
				html`<dd class="before">last period <${Amount} value=${before} digits=${digits} /></dd><dd class="before">change <${Amount} value=${subtractDecimals(value, before)} digits=${digits} /></dd>`
			}</div>`
	}
	return html`<dl class="figures">
		${figure('Bookings', 'bookings', cells)} ${figure('Billings', 'billings', cells)} ${figure('Revenue', 'revenue', cells)}
		${figure('Variance', 'variance', cells)} ${figure('Unexplained', 'unexplained', unexplained)}
	</dl>`
}

function BridgeSection({ month, context }: Properties): Html {
	const bridge = bridgeOf(month)
	const digits = context.minorDigits(month.currency)
	const remainder = bridgeRemainder(bridge)
	const { legal_entity: entity, currency: in_currency } = month.filter
	const file = addressOf(['reports', 'bridge.csv'], { period_id: month.period.period_id, entity, in_currency })
	return html`<div class=${isDense(bridge) ? 'bridge-section dense' : 'bridge-section'}>
		<section class="chart-box" aria-label="Chart of the bridge"><div class="caption"><h2>From bookings to revenue <small>${month.currency}</small></h2></div>
			<${RawFigure} svg=${drawBridge(bridge, context.minorDigits)} caption=${bridgeFinding(bridge, context.minorDigits)} />
		</section>
		<${Table} caption="Bridge" context=${{ ...context, reportingCurrency: month.currency }}
			note=${
				isZeroDecimal(remainder)
					? html`<${Status} status="pass" word="adds up" /> bookings − breaks = revenue`
					: html`<${Status} status="fail" word="does not add up" /> ${signedAmountText(remainder, digits)} ${month.currency} is in no break`
			}
			files=${html`<${FileLinks} of="Bridge" href=${file} />`}
			columns=${bridgeColumns} rows=${bridgeRows(month, bridge)} isSum=${(row: { code?: string }) => row.code === undefined} rowHref=${(row: { href: string }) => row.href} />
	</div>`
}

const bridgeColumns = [
	{ name: 'title', title: 'Step', kind: 'text' as const },
	amountColumn('amount', 'This period', 'reporting'),
	amountColumn('before', 'Last period', 'reporting'),
]

/** The bridge of the figures: breaks by size, `unexplained` last and always. */
function bridgeOf(month: Month): Bridge {
	const { period_id } = month.period
	const { legal_entity, currency } = month.filter
	const cells = addressOf(['reports', 'bookings-vs-revenue'], { period_id, legal_entity, currency })
	const step = (code: string, amount: string) => ({
		code,
		amount,
		title: breakCodeWords(code).title,
		href: addressOf(['breaks'], { period_id, code, legal_entity, currency }),
	})
	const explained = month.codes.filter((group) => group.code !== 'unexplained' && !isZeroDecimal(group.amount))
	return {
		period: periodText(period_id),
		currency: month.currency,
		from: { title: 'Bookings', amount: month.figures.bookings, href: cells },
		to: { title: 'Revenue', amount: month.figures.revenue, href: cells },
		steps: [
			...explained.map((group) => step(group.code, group.amount)),
			step('unexplained', month.figures.unexplained),
		],
	}
}

function bridgeRows(month: Month, { from, to, steps }: Bridge) {
	const before = month.previousFigures
	const previous = (code: string) => month.codes.find((group) => group.code === code)?.previousAmount ?? '0'
	return [
		{ ...from, before: before?.bookings ?? null },
		...steps.map((step) => ({ ...step, before: before && previous(step.code) })),
		{ ...to, before: before?.revenue ?? null },
	]
}

function Groups({ month, context }: Properties): Html {
	const shared = { period_id: month.period.period_id, ...month.filter }
	const inReporting = { ...context, reportingCurrency: month.currency }
	const link = (name: string) => (row: { id: string }) =>
		addressOf(['reports', 'bookings-vs-revenue'], { ...shared, [name]: row.id })
	const currencies = month.byCurrency.map((group) => ({ ...group, currency: group.id }))
	const rest = month.customerCount - month.byCustomer.length
	const all = html`<a href=${addressOf(['reports', 'bookings-vs-revenue'], shared)}>all cells of the period</a>`
	const isOneCurrency = !hasSeveral(month, 'currency') && currencies[0]?.id === context.reportingCurrency
	return html`${
		!isOneCurrency &&
		html`<${Table} id="by-currency" caption="By currency" note=${`Each in its own currency: they are never added up.${month.unvalidated.length > 0 ? ' Also what has no rate.' : ''}`} context=${context}
			columns=${[{ name: 'name', title: 'Currency', kind: 'text' }, ...measureColumns('currency')]}
			rows=${currencies.map(flatPrevious)} rowHref=${link('currency')} empty=${nothingMoved} />`
	}
		${
			month.unvalidated.length > 0 &&
			html`<${Table} id="unvalidated" caption="UNVALIDATED" context=${context}
			note="No valid exchange rate: outside every total in the reporting currency. Memo: at the CRM’s rates, where it has them; in no total either."
			columns=${[{ name: 'currency', title: 'Currency', kind: 'text' }, ...ownColumns('currency'), ...memoColumns]}
			rows=${month.unvalidated.map((group) => ({ ...group, ...flatMemo(group.memo) }))}
			rowHref=${({ currency }: { currency: string }) => addressOf(['reports', 'bookings-vs-revenue'], { ...shared, currency, is_validated: 'false' })} />`
		}
		${
			(hasSeveral(month, 'legal_entity') || month.byEntity.length === 0) &&
			html`<${Table} id="by-entity" caption="By legal entity" context=${inReporting} columns=${[{ name: 'name', title: 'Legal entity', kind: 'text' }, ...measureColumns('reporting')]}
			rows=${month.byEntity.map(flatPrevious)} rowHref=${link('legal_entity')} empty=${nothingMoved} />`
		}
		<${Table} id="by-customer" caption="By customer" context=${inReporting}
			note=${rest > 0 ? html`the ${listedCustomers} with the largest variance; ${all}` : null}
			columns=${[{ name: 'name', title: 'Customer', kind: 'text' }, ...measureColumns('reporting')]}
			rows=${month.byCustomer.map(flatPrevious)} rowHref=${link('customer_id')} empty="No customer has a booking or an invoice in this period." />`
}

function ownColumns(currency: string) {
	return [
		amountColumn('bookings', 'Bookings', currency),
		amountColumn('billings', 'Billings', currency),
		amountColumn('revenue', 'Revenue', currency),
		amountColumn('variance', 'Variance', currency),
	]
}

function measureColumns(currency: string) {
	return [...ownColumns(currency), amountColumn('before', 'Variance before', currency)]
}

const memoColumns = [
	reportingAmountColumn('memo_bookings', 'Memo: bookings'),
	reportingAmountColumn('memo_revenue', 'Memo: revenue'),
	reportingAmountColumn('memo_variance', 'Memo: variance'),
]

function flatMemo(memo: Memo | null) {
	return {
		memo_bookings: memo?.bookings ?? null,
		memo_revenue: memo?.revenue ?? null,
		memo_variance: memo?.variance ?? null,
	}
}

function flatPrevious<T extends { previous: Measures }>(group: T) {
	return { ...group, before: group.previous.variance }
}

function Downloads({ month }: Properties): Html {
	const period_id = month.period.period_id
	const files = [
		['Cells with every break code', addressOf(['month', `${period_id}.csv`], month.filter)],
		['Breaks', addressOf(['breaks.csv'], { period_id, ...month.filter })],
		['Roll-forward', addressOf(['reports', 'roll-forward.csv'], { period_id, currency: month.filter.currency })],
	] as const
	const page = addressOf(['api', 'month', period_id], month.filter)
	return html`<section class="downloads" aria-label="Downloads"><h2>Downloads</h2><ul>${files.map(
		([label, href]) => html`<li>${label}: <${FileLinks} of=${label} href=${href} /></li>`,
	)}<li><a href=${page}>This page as JSON</a></li></ul><p class="muted">Files are complete. Each has its manifest beside it: rows, totals per currency, generation and hash.</p></section>`
}
