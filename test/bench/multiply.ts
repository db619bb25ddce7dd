import type { Stream } from '../../extract/source.ts'
import { netsuite } from '../../extract/sources/netsuite/netsuite.ts'
import { salesforce } from '../../extract/sources/salesforce/salesforce.ts'
import { projectFiles } from '../../models/project-files.ts'
import { openDatabase } from '../../models/warehouse.ts'

/** Columns with numbers of the company's parties and documents, by raw table; what all copies share (products, users, rates) has none. */
const numbers: Record<string, string> = {
	salesforce__accounts: 'account_number erp_id tax_number',
	salesforce__opportunities: 'erp_order_number',
	netsuite__customers: 'id entityid externalid vatregnumber parent defaultbillingaddress',
	netsuite__customer_subsidiaries: 'id entity',
	netsuite__customer_addresses: 'nkey',
	netsuite__contacts: 'id company',
	netsuite__transactions: 'id tranid entity externalid otherrefnum bill_to',
	netsuite__transaction_lines: 'transaction uniquekey entity createdfrom revenueelement',
	netsuite__transaction_accounting_lines: 'transaction',
	netsuite__transaction_line_links: 'previousdoc nextdoc',
	netsuite__revenue_elements: 'id entity source',
	netsuite__revenue_plans: 'id recordnumber createdfrom',
	netsuite__planned_revenue: 'id revenueplan journal',
}

/** Columns with Salesforce ids. */
const salesforceIds: Record<string, string> = {
	salesforce__accounts: 'id parent_id master_record_id',
	salesforce__contacts: 'id account_id',
	salesforce__opportunities: 'id account_id',
	salesforce__opportunity_lines: 'id opportunity_id',
	salesforce__stage_changes: 'id opportunity_id',
	netsuite__customers: 'crm_id',
	netsuite__transactions: 'crm_opportunity',
	netsuite__transaction_lines: 'crm_line',
}

const names: Record<string, string> = { salesforce__accounts: 'name', netsuite__customers: 'companyname altname' }

/**
 * Makes a company of `copies` like it in one warehouse (at most 1,000): every party and document once more under ids of its own, with all
 * its references. Two places of a Salesforce id that are always zero number the copy, by digits and small letters, so that its checksum
 * stays right; other numbers get three digits more.
 */
export async function multiplyCompany({ folder, copies }: { folder: string; copies: number }) {
	if (copies > 1000) throw new Error(`${copies} copies would share ids`)
	const database = await openDatabase(projectFiles(folder).warehouse)
	try {
		for (const table of Object.keys({ ...numbers, ...salesforceIds })) {
			const replaced = columnsOf(table)
			const key = streamOf(table)
				.key.map((column) => replaced[column] ?? column)
				.join(` || ':' || `)
			const list = Object.entries({ ...replaced, _key: key }).map(([column, text]) => `${text} as ${column}`)
			await database.run(`create table raw.multiplied as
				select company.* replace (${list.join(', ')})
				from range(${copies}) as copies, raw.${table} as company;
				drop table raw.${table};
				alter table raw.multiplied rename to ${table}`)
			await database.checkpoint()
		}
		const [counted] = await database.all<{ lines: string; rows: string }>(
			`select (select count(*) from raw.salesforce__opportunity_lines) as lines,
				(select sum(estimated_size) from duckdb_tables() where schema_name = 'raw') as rows`,
		)
		return { ...counted }
	} finally {
		await database.close()
	}
}

function columnsOf(table: string): Record<string, string> {
	const number = "lpad(cast(copies.range as varchar), 3, '0')"
	const place = (of: string) => `substr('0123456789abcdefghijklmnopqrstuvwxyz', cast(${of} as integer) + 1, 1)`
	const list = (columns: Record<string, string>) => (columns[table] ?? '').split(' ').filter(Boolean)
	return Object.fromEntries([
		...list(numbers).map((column) => [column, `regexp_replace(${column}, '([0-9]+)', '\\1' || ${number}, 'g')`]),
		...list(salesforceIds).map((column) => [
			column,
			`regexp_replace(${column}, '(00[1368k]5g0)00', '\\1' || ${place('copies.range // 36')} || ${place('copies.range % 36')}, 'gi')`,
		]),
		...list(names).map((column) => [column, `${column} || ' ' || copies.range`]),
	])
}

function streamOf(table: string): Stream {
	const [kind, name] = table.split('__')
	const source = kind === 'salesforce' ? salesforce : netsuite
	return source.streams.find((stream) => stream.name === name)!
}
