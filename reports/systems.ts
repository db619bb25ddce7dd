import { type Kysely, sql } from 'kysely'
import type { EntitiesTable, Schema } from '../models/schema.ts'

/** A part that a system may have: an entity (`orders`), a column of one (`products.unit_cost`), a kind (`revenue_entries:recognition`), or pages of its records (`invoices@page`). */
type Part = { role: 'crm' | 'erp' | 'integration'; part: string }

/** What reports may need of the systems: any of the parts will do. Without `lacks` it says nothing by itself where it is missing. */
type NeedDeclaration = { parts: readonly Part[]; lacks?: string; instead?: string }

const declared = {
	orders: {
		parts: [{ role: 'erp', part: 'orders' }],
		lacks: 'sales orders',
		instead: 'an invoice stands for the order',
	},
	deal_lines: {
		parts: [{ role: 'crm', part: 'opportunity_lines' }],
		lacks: 'deal lines',
		instead: 'a deal is compared as a whole',
	},
	/** Something with lines on both sides of a comparison: deal and order, or order and invoice. */
	compared_lines: {
		parts: [
			{ role: 'crm', part: 'opportunity_lines' },
			{ role: 'erp', part: 'orders' },
		],
	},
	units: {
		parts: [
			{ role: 'erp', part: 'order_lines.unit' },
			{ role: 'erp', part: 'invoice_lines.unit' },
		],
		lacks: 'units of measure',
		instead: 'quantities are compared as they stand',
	},
	stage_history: {
		parts: [{ role: 'crm', part: 'stage_changes' }],
		lacks: 'stage history',
		instead: 'a deal is won on its close date, at no known hour',
	},
	/** The moment, not only the date, at which an order (or the invoice that stands for it) was made. */
	order_moment: {
		parts: [
			{ role: 'erp', part: 'orders.created_at' },
			{ role: 'erp', part: 'invoices.created_at' },
		],
		lacks: 'time of invoicing',
		instead: 'only its date is known',
	},
	recognition: {
		parts: [{ role: 'erp', part: 'revenue_entries:recognition' }],
		lacks: 'revenue recognition',
		instead: 'revenue is what was posted to income accounts',
	},
	/** The rule of an invoice line, by the ERP or by the deal. */
	recognition_terms: {
		parts: [
			{ role: 'erp', part: 'recognition_terms' },
			{ role: 'crm', part: 'opportunity_lines.service_end_date' },
		],
		lacks: 'terms of service',
		instead: 'no revenue is computed from them',
	},
	payments: {
		parts: [{ role: 'erp', part: 'payment_applications' }],
		lacks: 'payments',
		instead: 'what is paid is not known',
	},
	credit_notes: { parts: [{ role: 'erp', part: 'credit_notes' }], lacks: 'credit notes' },
	receivables: {
		parts: [{ role: 'erp', part: 'invoices.open_amount' }],
		lacks: 'open amounts',
		instead: 'what customers owe is not known',
	},
	cost: {
		parts: [{ role: 'erp', part: 'products.unit_cost' }],
		lacks: 'item costs',
		instead: 'margin is not known',
	},
	segment: {
		parts: [
			{ role: 'crm', part: 'customers.segment' },
			{ role: 'erp', part: 'customers.segment' },
		],
		lacks: 'customer segments',
	},
	crm_activity: {
		parts: [{ role: 'crm', part: 'customers.last_activity_date' }],
		lacks: 'date of last activity',
	},
	crm_customer_pages: {
		parts: [{ role: 'crm', part: 'customers@page' }],
		lacks: 'address that opens an account',
		instead: 'record_url of its connection can name one',
	},
	erp_customer_pages: {
		parts: [{ role: 'erp', part: 'customers@page' }],
		lacks: 'address that opens a customer',
		instead: 'record_url of its connection can name one',
	},
	deal_pages: {
		parts: [{ role: 'crm', part: 'opportunities@page' }],
		lacks: 'address that opens a deal',
		instead: 'record_url of its connection can name one',
	},
	document_pages: {
		parts: (['orders', 'invoices', 'credit_notes', 'revenue_entries'] as const).map((entity) => ({
			role: 'erp' as const,
			part: `${entity}@page`,
		})),
		lacks: 'address that opens a document',
		instead: 'record_url of its connection can name one',
	},
	/** How many records a system's own report adds up; files may say it too. */
	reported_counts: {
		parts: (['crm', 'erp', 'integration'] as const).map((role) => ({ role, part: 'reported_totals.record_count' })),
	},
	/** Since when an ERP customer has been there, and so its link. */
	customer_since: { parts: [{ role: 'erp', part: 'customers.created_at' }] },
} as const satisfies Record<string, NeedDeclaration>

/** What a report, a column or a break code may need of the systems in use. */
export type Need = keyof typeof declared

/** Every need, in the order in which what is missing is told. */
export const needNames = Object.keys(declared) as Need[]

/** What the systems of a generation have, and which break codes it holds. */
export type Systems = {
	/** Whether a system in use has it; also while it isn't known what they have. */
	has(need: Need): boolean
	/** Those of a role that have not: what sentences call them. Empty while it isn't known. */
	without(need: Need): string[]
	/** Break codes that occur: they are shown, whatever the systems are said to have. */
	codes: ReadonlySet<string>
}

/** Of systems that nothing is known of: nothing is left out. */
export const allSystems: Systems = { has: () => true, without: () => [], codes: new Set() }

/** What the systems behind a published generation have. One of an older release says nothing of it. */
export async function readSystems(db: Kysely<Schema>): Promise<Systems> {
	const { rows: known } =
		await sql`select 1 from duckdb_tables() where schema_name = 'tieout' and table_name = 'entities'`.execute(db)
	if (known.length === 0) return allSystems
	const [entities, codes] = await Promise.all([
		db.selectFrom('tieout.entities').selectAll().orderBy('connection').execute(),
		db.selectFrom('marts.breaks').select('code').distinct().execute(),
	])
	return systemsOf(entities, new Set(codes.map(({ code }) => code)))
}

/** The same from rows of `tieout.entities`. */
export function systemsOf(entities: readonly EntitiesTable[], codes: ReadonlySet<string> = new Set()): Systems {
	const connections = [...Map.groupBy(entities, (row) => row.connection).values()].map((rows) => ({
		role: rows[0]!.role,
		title: rows[0]!.title,
		parts: new Set(rows.flatMap(partsOf)),
	}))
	const hasPart = ({ part }: Part, parts: ReadonlySet<string>) =>
		parts.has(part) || (part.includes(':') && parts.has(part.split(':')[0]!.concat(':')))
	return {
		codes,
		has: (need) => {
			const { parts }: NeedDeclaration = declared[need]
			const asked = connections.filter(({ role }) => parts.some((one) => one.role === role))
			return (
				asked.length === 0 ||
				asked.some((one) => parts.some((part) => part.role === one.role && hasPart(part, one.parts)))
			)
		},
		without: (need) => {
			const { parts }: NeedDeclaration = declared[need]
			const lacking = connections.filter(
				({ role, parts: own }) =>
					parts.some((one) => one.role === role) && !parts.some((part) => part.role === role && hasPart(part, own)),
			)
			return [...new Set(lacking.map(({ title }) => title))]
		},
	}
}

/** `orders`, `orders@page`, `orders.number`, `revenue_entries:recognition`; `revenue_entries:` where any kind may come. */
function partsOf({ entity, columns, kinds, has_page }: EntitiesTable): string[] {
	return [
		entity,
		...(has_page ? [`${entity}@page`] : []),
		...columns.split(', ').map((column) => `${entity}.${column}`),
		...(kinds === null ? [`${entity}:`] : kinds.split(', ').map((kind) => `${entity}:${kind}`)),
	]
}

/**
 * What the systems don't have of what is needed, one sentence each: `Xero has no sales orders: an invoice stands for the order.` A need
 * that only some of the systems meet is told of the others.
 */
export function absences(needs: Iterable<Need>, systems: Systems): string[] {
	const asked = new Set(needs)
	return needNames.flatMap((need) => {
		const { parts, lacks, instead }: NeedDeclaration = declared[need]
		// What one side has and the other has not is there all the same.
		const isElsewhere = new Set(parts.map(({ role }) => role)).size > 1 && systems.has(need)
		const titles = asked.has(need) && !isElsewhere ? systems.without(need) : []
		if (!lacks || titles.length === 0) return []
		const who = titles.length > 1 ? `${titles.slice(0, -1).join(', ')} and ${titles.at(-1)}` : titles[0]
		return [`${who} ${titles.length > 1 ? 'have' : 'has'} no ${lacks}${instead ? `: ${instead}` : ''}.`]
	})
}
