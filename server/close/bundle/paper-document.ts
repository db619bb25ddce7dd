import { amountText, countOf, countText, momentText, periodText, sentenceText } from '../../../reports/format.ts'
import { isoCurrencies } from '../../configuration/currencies.ts'
import { type Certification, certifiedRule } from '../certify.ts'
import type { ContentSource, Totals } from '../content.ts'
import { type ItemLife, itemLives, itemName, untouched } from '../item-life.ts'
import type { JournalLine } from '../journal.ts'
import type { Signature } from '../life.ts'
import { itemsTable } from '../tables.ts'
import type { DocumentPart, PaperDocument } from './document.ts'
import type { Evidence } from './evidence.ts'

/**
 * The signed paper as a document: nothing in it but what was signed, what was decided up to the signature, and rows of the signed
 * tables; so it is the same whenever it is made.
 */
export async function paperDocument(evidence: Evidence, source: ContentSource): Promise<PaperDocument> {
	const { content, signature } = evidence
	const company = String(content.settings['company'] ?? '')
	const entity = content.entity === null ? 'all legal entities' : content.entity
	return {
		title: `${periodText(content.period.id)}: bookings against revenue`,
		subtitle: [company, entity].filter(Boolean).join(', '),
		foot: `${company} ${content.paper} · content ${signature.contentHash}`,
		parts: [
			head(evidence),
			totalsPart(content.totals),
			await summaryPart(evidence, source),
			signaturesPart(evidence.signatures),
			overridesPart(evidence.signatures),
			...certifiedPart(evidence),
			await itemsPart(evidence, source),
			decisionsPart(evidence),
			certificatesPart(evidence),
			checksPart(evidence),
			tablesPart(evidence),
		],
	}
}

function head({ content, basis, signature }: Evidence): DocumentPart {
	const { settings, period } = content
	return {
		title: 'What was signed',
		facts: [
			['Paper', content.paper],
			['Period', `${period.start} to ${period.end}${period.is_complete ? '' : ' (not over when it was signed)'}`],
			['Legal entity', content.entity ?? 'all'],
			['Reporting currency', String(settings['reporting_currency'] ?? '')],
			['Rate policy', String(settings['rate_policy'] ?? '')],
			['Materiality', materialityText(settings['materiality'])],
			['State', signature.step],
			['Data known until', `${momentText(basis.loaded_until)}, generation ${basis.generation}`],
			['Content', signature.contentHash],
			['Journal', `line ${signature.seq}, ${signature.hash}`],
			['Made with', `tieout ${content.version}`],
		],
	}
}

/** Each rule as `name value`, as it was written. */
function materialityText(rules: unknown): string {
	const list = Array.isArray(rules) ? (rules as Record<string, unknown>[]) : []
	const words = list.map((rule) =>
		Object.entries(rule)
			.filter(([, value]) => value !== null && value !== undefined)
			.map(([name, value]) => `${name} ${String(value)}`)
			.join(' '),
	)
	return words.filter(Boolean).join('; ') || 'none'
}

function totalsPart(totals: readonly Totals[]): DocumentPart {
	const money = (one: Totals, amount: string) => amountOf(amount, one.currency)
	return {
		title: 'Balances',
		words: ['Variance is bookings less revenue. The first line is of all validated cells in the reporting currency.'],
		columns: [
			{ title: 'Currency', share: 1.4 },
			...['Bookings', 'Billings', 'Revenue', 'Variance', 'Unexplained', 'Unexplained, without signs'].map((title) => ({
				title,
				isNumber: true,
			})),
		],
		rows: totals.map((one) => [
			one.is_reporting ? `${one.currency} (reporting)` : one.currency,
			money(one, one.bookings),
			money(one, one.billings),
			money(one, one.revenue),
			money(one, one.variance),
			money(one, one.unexplained),
			money(one, one.unexplained_absolute),
		]),
	}
}

async function summaryPart({ scope, content }: Evidence, source: ContentSource): Promise<DocumentPart> {
	const { sql, parameters } = itemsTable(scope)
	const rows = await source.rows(
		`select code, currency, cast(count(*) as varchar) as items, cast(sum(amount) as varchar) as amount,
			cast(sum(reporting_amount) as varchar) as reporting_amount, cast(min(opened_date) as varchar) as oldest
		from (${sql}) group by code, currency order by code, currency`,
		parameters,
	)
	const reporting = String(content.settings['reporting_currency'] ?? '')
	return {
		title: 'Items by code',
		columns: [
			{ title: 'Code', share: 1.6 },
			{ title: 'Currency' },
			{ title: 'Items', isNumber: true },
			{ title: 'Amount', isNumber: true, share: 1.4 },
			{ title: `In ${reporting}`, isNumber: true, share: 1.4 },
			{ title: 'Oldest' },
		],
		rows: rows.map((row) => [
			words(row['code']),
			text(row['currency']),
			countText(text(row['items'])),
			amountOf(row['amount'], text(row['currency'])),
			amountOf(row['reporting_amount'], reporting),
			text(row['oldest']),
		]),
	}
}

function signaturesPart(signatures: readonly Signature[]): DocumentPart {
	return {
		title: 'Signatures',
		columns: [
			{ title: 'Step' },
			{ title: 'Who', share: 1.4 },
			{ title: 'When (UTC)', share: 1.3 },
			{ title: 'Statement', share: 2.4 },
			{ title: 'Content', share: 2.6 },
			{ title: 'Journal', isNumber: true, share: 0.6 },
		],
		rows: signatures.map((one) => [
			one.round > 1 ? `${one.step} (round ${one.round})` : one.step,
			[one.name, one.email, one.role].filter(Boolean).join(', '),
			one.at,
			one.statement,
			one.contentHash,
			String(one.seq),
		]),
	}
}

function overridesPart(signatures: readonly Signature[]): DocumentPart {
	const overrides = signatures.flatMap((one) =>
		one.overrides.map((override) => [`${one.step}, ${one.name}`, override.text, `Overridden: ${override.why}`]),
	)
	const warnings = Map.groupBy(
		signatures.flatMap((one) => one.warnings.map((warning) => ({ who: `${one.step}, ${one.name}`, warning }))),
		({ warning }) => warning,
	)
	const shown = [...warnings].map(([warning, all]) => [
		[...new Set(all.map(({ who }) => who))].join('; '),
		warning,
		'Shown, and does not block',
	])
	const rows = [...overrides, ...shown]
	return {
		title: 'What spoke against it',
		...(rows.length === 0 && { words: ['Nothing did.'] }),
		columns: [
			{ title: 'Signed by', share: 2 },
			{ title: 'What', share: 3 },
			{ title: 'Why it was signed', share: 3 },
		],
		rows,
	}
}

/** Rules that certified quiet cells, as they were written, with how many cells each. */
function certifiedPart(evidence: Evidence): DocumentPart[] {
	const newest = newestCertified(evidence)
	if (!newest || newest.certified.length === 0) return []
	const { rules } = certificationOf(evidence)
	return [
		{
			title: 'Certified by rule',
			words: [`Each cell with the figures that its rule looked at: evidence/${newest.certifiedHash}.json.`],
			columns: [
				{ title: 'Rule', share: 1 },
				{ title: 'Cells', isNumber: true, share: 0.4 },
				{ title: 'As written', share: 4 },
			],
			rows: newest.certified.map(({ rule, cells }) => [
				rule,
				countText(cells),
				JSON.stringify(rules.find((one) => one.name === rule) ?? null),
			]),
		},
	]
}

function newestCertified({ signatures }: Evidence): Signature | undefined {
	return signatures.findLast((one) => one.certifiedHash)
}

/** The rules and cells of the last preparation. */
function certificationOf(evidence: Evidence): Pick<Certification, 'rules' | 'cells'> {
	const newest = newestCertified(evidence)
	return newest ? JSON.parse(evidence.documents.get(newest.certifiedHash!)!) : { rules: [], cells: [] }
}

async function itemsPart(evidence: Evidence, source: ContentSource): Promise<DocumentPart> {
	const { scope, content, journal, paper } = evidence
	const { sql, parameters } = itemsTable(scope)
	const rows = await source.rows(
		`select code, customer_name, customer_id, legal_entity, currency, cast(amount as varchar) as amount,
			cast(reporting_amount as varchar) as reporting_amount, cast(age_days as varchar) as age_days, explanation, owner_name, is_carried, cast(opened_date as varchar) as opened_date,
			coalesce(document_number, deal_name, '') as document, item_id
		from (${sql}) order by abs(reporting_amount) desc nulls first, code, item_id, customer_id, legal_entity, currency`,
		parameters,
	)
	const lives = itemLives(journal.filter((line) => line.paper === paper))
	const lifeOf = (row: Record<string, unknown>) =>
		lives.get(itemName({ code: text(row['code']), item_id: text(row['item_id']) })) ?? untouched
	const ruleOf = certifiedRule(certificationOf(evidence), scope)
	const reporting = String(content.settings['reporting_currency'] ?? '')
	return {
		title: 'Items',
		words: [
			rows.length === 0
				? 'There are none: bookings and revenue agree.'
				: `${countOf(rows.length, 'item')}, the largest first; with all columns in tables/items.csv.`,
		],
		columns: [
			{ title: 'Code', share: 1.2 },
			{ title: 'Customer', share: 1.8 },
			{ title: 'Entity', share: 0.8 },
			{ title: 'Currency', share: 0.8 },
			{ title: 'Amount', isNumber: true, share: 1.3 },
			{ title: `In ${reporting}`, isNumber: true, share: 1.3 },
			{ title: 'Days', isNumber: true, share: 0.6 },
			{ title: 'Document', share: 1.4 },
			{ title: 'Owner' },
			{ title: 'Status', share: 1.1 },
			{ title: 'Why', share: 4 },
		],
		rows: rows.map((row) => [
			words(row['code']),
			text(row['customer_name'] ?? row['customer_id']),
			text(row['legal_entity']),
			text(row['currency']),
			amountOf(row['amount'], text(row['currency'])),
			amountOf(row['reporting_amount'], reporting),
			text(row['age_days']),
			text(row['document']),
			lifeOf(row).owner ?? '',
			statusText(lifeOf(row), ruleOf(row as never)),
			sentenceText(text(row['explanation']), isoCurrencies.get(text(row['currency']))),
		]),
	}
}

/** Everything that people wrote down about the paper and its items before the signature, as they wrote it. */
function decisionsPart({ journal, paper }: Evidence): DocumentPart {
	const own = journal.filter((line) => line.paper === paper && !/^paper\.(prepared|reviewed|locked)$/.test(line.kind))
	return {
		title: 'Decisions and comments',
		...(own.length === 0 && { words: ['Nobody wrote anything down but the signatures.'] }),
		columns: [
			{ title: 'Line', isNumber: true, share: 0.5 },
			{ title: 'When (UTC)', share: 1.4 },
			{ title: 'Who', share: 1.2 },
			{ title: 'What', share: 1.2 },
			{ title: 'Item', share: 1.8 },
			{ title: 'Said', share: 5 },
		],
		rows: own.map((line) => [
			String(line.seq),
			line.at,
			line.actor_name,
			words(line.kind.replace('.', ' ')),
			line.item ?? '',
			saidText(line),
		]),
	}
}

function saidText({ body }: JournalLine): string {
	return Object.entries(JSON.parse(body) as Record<string, unknown>)
		.filter(([, value]) => value !== null && value !== '')
		.map(([name, value]) => `${words(name)}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
		.join('\n')
}

function certificatesPart({ basis }: Evidence): DocumentPart {
	return {
		title: 'Certificates of the data',
		columns: [
			{ title: 'Stream', share: 2 },
			{ title: 'Verdict' },
			{ title: 'Source', isNumber: true },
			{ title: 'Loaded', isNumber: true },
			{ title: 'Quarantine', isNumber: true },
			{ title: 'Money', share: 2 },
			{ title: 'When (UTC)', share: 1.4 },
			{ title: 'Why', share: 2.4 },
		],
		rows: basis.certificates.map((one) => [
			one.stream,
			one.verdict,
			text(one.source_rows),
			text(one.loaded_rows),
			text(one.quarantined_rows),
			text(one.money),
			one.certified_at,
			text(one.reason),
		]),
	}
}

function checksPart({ content }: Evidence): DocumentPart {
	return {
		title: 'Checks',
		columns: [
			{ title: 'Check', share: 3 },
			{ title: 'Severity' },
			{ title: 'Blocks' },
			{ title: 'Result' },
			{ title: 'Problems', isNumber: true },
		],
		rows: content.checks.map((one) => [
			one.name,
			one.severity,
			one.is_blocking ? 'yes' : 'no',
			one.status,
			one.problems,
		]),
	}
}

function tablesPart({ content }: Evidence): DocumentPart {
	return {
		title: 'Tables that were signed',
		words: ['The sha256 is of the CSV file in this bundle; all of them are part of the content’s hash.'],
		columns: [
			{ title: 'Table', share: 2 },
			{ title: 'Rows', isNumber: true },
			{ title: 'sha256', share: 4 },
		],
		rows: Object.entries(content.tables)
			.sort(([a], [b]) => (a < b ? -1 : 1))
			.map(([name, table]) => [name, countText(table.rows), table.sha256]),
	}
}

function statusText({ status, reason, dueDate }: ItemLife, rule: string | null): string {
	return [words(status), reason, dueDate && `due ${dueDate}`, rule && `certified by rule: ${rule}`]
		.filter(Boolean)
		.join(', ')
}

function amountOf(value: unknown, currency: string): string {
	return value === null || value === undefined ? 'n/a' : amountText(String(value), isoCurrencies.get(currency))
}

function text(value: unknown): string {
	return value === null || value === undefined ? '' : String(value)
}

function words(value: unknown): string {
	return text(value).replaceAll('_', ' ')
}
