import { addressOf } from '../../address.ts'
import { amountColumn } from '../../columns.ts'
import type { PageContext } from '../../context.ts'
import { subtractDecimals } from '../../decimal.ts'
import { countOf, countText } from '../../format.ts'
import { type Html, html } from '../../html.ts'
import type { Column, Row } from '../../report.ts'
import { Status } from '../../status.ts'
import { Table } from '../../table.ts'
import { verdictsInOrder } from '../month-tables.ts'
import type { PaperData } from './paper-data.ts'
import { Hash, paperPath } from './words.ts'

type Properties = { paper: PaperData; context: PageContext }

/** Balances on both sides, explained and unexplained: the reporting currency, then each currency by itself. */
export function TotalsOf({ paper, context }: Properties): Html {
	const rows = paper.content.totals.map((total) => ({
		...total,
		name: total.is_reporting ? `All, in ${total.currency}` : total.currency,
		explained: subtractDecimals(total.variance, total.unexplained),
	}))
	const filter = { period_id: paper.scope.periodId, legal_entity: paper.scope.entity }
	const href = (row: { is_reporting: boolean; currency: string }) =>
		addressOf(['reports', 'bookings-vs-revenue'], { ...filter, currency: row.is_reporting ? null : row.currency })
	return html`<${Table} id="balances" caption="Balances" columns=${totalColumns} rows=${rows} context=${context} rowHref=${href}
		note="Variance = bookings − revenue = explained + unexplained; currencies are never added up" isSum=${(row: Row) => row['is_reporting'] === true}
		empty="Nothing was booked, billed or recognised in this period." />`
}

const totalColumns: Column[] = [
	{ name: 'name', title: 'Currency', kind: 'text' },
	amountColumn('bookings', 'Bookings', 'currency'),
	amountColumn('billings', 'Billings', 'currency'),
	amountColumn('revenue', 'Revenue', 'currency'),
	amountColumn('variance', 'Variance', 'currency'),
	amountColumn('explained', 'Explained', 'currency'),
	amountColumn('unexplained', 'Unexplained', 'currency'),
	{
		...amountColumn('unexplained_absolute', 'Unexplained, without signs', 'currency'),
		description: 'What materiality is about',
	},
]

/** What speaks against the next signature, the blocking ones first, each with where to look. */
export function ReasonsOf({ paper, context }: Properties): Html {
	if (paper.next === null) return null
	const rows = paper.reasons.map((one) => ({ ...one, weight: one.blocks ? 'blocks' : 'shown' }))
	return html`<${Table} id="reasons" caption="What speaks against signing" columns=${reasonColumns(paper)} rows=${rows} context=${context}
		note=${rows.length > 0 && 'A blocking one is signed over only with a reason, which stands on the paper for ever'}
		empty=${html`<${Status} status="pass" word="nothing" /> speaks against it: every check passes, every stream is proved, unexplained is within materiality.`} />`
}

function reasonColumns({ scope }: PaperData): Column[] {
	return [
		{
			name: 'weight',
			title: 'Weight',
			kind: 'text',
			show: (row) => html`<${Status} status=${row['blocks'] ? 'fail' : 'warn'} word=${row['weight']} />`,
		},
		{ name: 'text', title: 'Reason', kind: 'text', isLong: true },
		{
			name: 'kind',
			title: 'Look at',
			kind: 'text',
			href: (row) => reasonPlace(String(row['id']), scope),
			show: (row) => placeWords[String(row['kind'])] ?? String(row['kind']),
		},
	]
}

const placeWords: Record<string, string> = {
	period: 'the month',
	check: 'the check',
	certificate: 'the certificates',
	freshness: 'freshness',
	quarantine: 'quarantine',
	unexplained: 'unexplained breaks',
	rate: 'cells without a rate',
	earlier: 'all papers',
	entity: 'all papers',
	changes: 'the changes',
}

/** Where a reason can be looked at; its id says what it is about. */
export function reasonPlace(id: string, { paper, periodId, entity }: PaperData['scope']): string {
	const [kind = '', ...rest] = id.split(':')
	const about = rest.join(':')
	if (kind === 'check') return addressOf(['checks', about])
	if (kind === 'certificate') return addressOf(['reports', 'certificates'])
	if (kind === 'freshness') return addressOf(['reports', 'freshness'])
	if (kind === 'quarantine') return '/quarantine'
	if (kind === 'unexplained')
		return addressOf(['breaks'], { code: 'unexplained', period_id: periodId, legal_entity: entity })
	if (kind === 'changes') return paperPath(paper, 'changes')
	if (kind === 'earlier' || kind === 'entity') return '/close'
	return addressOf(['month', periodId], { legal_entity: entity })
}

/** Each rule of materiality against the unexplained amounts that it is about. */
export function MaterialityOf({ paper, context }: Properties): Html {
	return html`<${Table} id="materiality" caption="Materiality" columns=${materialityColumns} rows=${paper.materiality} context=${context}
		note="Unexplained breaks added up without their signs; of two limits the smaller one counts" empty="No rule of materiality is about this paper." />`
}

const materialityColumns: Column[] = [
	{
		name: 'about',
		title: 'About',
		kind: 'text',
		show: (row) => (row['about'] === 'all' ? 'the whole paper' : row['about']) as string,
	},
	amountColumn('unexplained', 'Unexplained', 'currency'),
	amountColumn('limit', 'Limit', 'currency'),
	{ name: 'currency', title: 'Currency', kind: 'text' },
	{ name: 'percent', title: 'Of revenue', kind: 'text', missing: '–', show: (row) => `${row['percent']} %` },
	{ name: 'withoutRate', title: 'Without a rate', kind: 'count' },
	{
		name: 'isAbove',
		title: 'Result',
		kind: 'text',
		show: (row) =>
			html`<${Status} status=${row['isAbove'] ? 'fail' : 'pass'} word=${row['isAbove'] ? 'above' : 'within'} />`,
	},
]

/** Quiet cells that a written rule certified. */
export function CertifiedByRule({ paper, context }: Properties): Html {
	if (paper.certified.length === 0) return null
	return html`<${Table} id="certified" caption="Certified by rule" rows=${paper.certified} context=${context}
		columns=${[
			{ name: 'rule', title: 'Rule', kind: 'text' },
			{ name: 'cells', title: 'Cells', kind: 'count' },
		]} note="Quiet cells that fit a rule of close.certify; the rule and what it looked at are kept with the signature" />`
}

/** Checks on the data: how many passed, and those that did not by name. */
export function ChecksOf({ paper, context }: Properties): Html {
	const { checks } = paper.content
	const passed = checks.filter(({ status }) => status === 'pass').length
	const rest = checks.filter(({ status }) => status !== 'pass')
	return html`<${Table} id="checks" caption="Checks" columns=${checkColumns} rows=${rest} context=${context}
		note=${`${countText(passed)} of ${countOf(checks.length, 'check')} on the data pass${rest.length > 0 ? '; the others' : ''}`}
		empty=${checks.length === 0 ? 'No check has run on this generation: nothing here is proved. Run tieout check.' : html`<${Status} status="pass" word=${`all ${checks.length} pass`} />`} />`
}

const checkColumns: Column[] = [
	{ name: 'name', title: 'Check', kind: 'text', href: (row) => addressOf(['checks', String(row['name'])]) },
	{ name: 'status', title: 'Result', kind: 'status' },
	{ name: 'is_blocking', title: 'Blocks signing', kind: 'text' },
	{ name: 'problems', title: 'Problems', kind: 'count' },
]

/** Where the data came from: the newest certificate of each stream, and what waits in quarantine. */
export function CertificatesOf({ paper, context }: Properties): Html {
	const { certificates } = paper.basis
	const waiting = certificates.reduce((sum, one) => sum + Number(one.quarantined_rows ?? 0), 0)
	const fine = verdictsInOrder(certificates)
	return html`<${Table} id="certificates" caption="Completeness" isFolded=${fine !== null} columns=${certificateColumns} rows=${certificates} context=${context}
		note=${html`${fine && html`${fine} `}${waiting === 0 ? 'Nothing waits in quarantine' : html`<a href="/quarantine">${countOf(waiting, 'record')} in quarantine</a>`}`}
		empty="No certificates: it is not known whether everything was loaded. Run tieout run." />`
}

const certificateColumns: Column[] = [
	{ name: 'stream', title: 'Stream', kind: 'text' },
	{ name: 'verdict', title: 'Verdict', kind: 'status' },
	{ name: 'source_rows', title: 'Source says', kind: 'count' },
	{ name: 'loaded_rows', title: 'Loaded', kind: 'count' },
	{ name: 'quarantined_rows', title: 'Quarantine', kind: 'count' },
	{ name: 'certified_at', title: 'Certified', kind: 'moment' },
	{ name: 'reason', title: 'Reason', kind: 'text', isLong: true, missing: '' },
]

/** What a signature binds: every table with its hash, the models, the rates, the whole. */
export function EvidenceOf({ paper, context }: Properties): Html {
	const { content, hash } = paper
	const rows = Object.entries(content.tables).map(([name, table]) => ({
		name,
		...table,
		columns: table.columns.length,
	}))
	return html`<${Table} id="evidence" caption="What a signature binds" columns=${evidenceColumns} rows=${rows} context=${context}
			note=${html`content <${Hash} value=${hash} /> · ${countOf(Object.keys(content.models).length, 'model')} · rates <${Hash} value=${content.rates} />`} />
		<p class="muted">The hash is over every table's rows, each model's SQL, the rates, the settings and the checks. The same data built again has the same one: <code>${hash}</code></p>`
}

const evidenceColumns: Column[] = [
	{ name: 'name', title: 'Table', kind: 'text' },
	{ name: 'rows', title: 'Rows', kind: 'count' },
	{ name: 'columns', title: 'Columns', kind: 'count' },
	{ name: 'sha256', title: 'sha256', kind: 'text', show: (row) => Hash({ value: String(row['sha256']) }) },
]
