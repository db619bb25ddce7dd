import type { Ask } from '../../source.ts'
import { vendorCause } from '../../vendor-error.ts'
import type { OracleOptions } from './oracle.ts'
import { resourceRequest } from './request.ts'

/**
 * What `tieout doctor` asks: the legal entities by id, the business units that the user sees, whether Revenue Management is there for it, and
 * whether it sees what is posted to the general ledger.
 */
export async function probeOracle(given: OracleOptions, ask: Ask): Promise<Found[]> {
	const unread = given.orders ? [] : await unreadOrders(given, ask)
	return [
		await legalEntities(given, ask),
		await businessUnits(given, ask),
		await revenueManagement(given, ask),
		...unread,
		await generalLedger(given, ask),
	]
}

type Found = { name: string; detail: string; fix?: string }

async function legalEntities(given: OracleOptions, ask: Ask) {
	const query = { onlyData: 'true', limit: '25', fields: 'LegalEntityId,Name', orderBy: 'LegalEntityId:asc' }
	const { json } = await ask(resourceRequest({ object: 'legalEntitiesLOV' }, given, query))
	const found = (json as { items: { LegalEntityId?: string; Name?: string }[] }).items
	const list = found.map(({ LegalEntityId: id, Name: name }) => `${id} ${name}`).join(', ')
	return { name: 'legal entities', detail: list || 'the user sees none' }
}

async function businessUnits(given: OracleOptions, ask: Ask) {
	const query = { onlyData: 'true', limit: '499', fields: 'BusinessUnitName', orderBy: 'BusinessUnitId:asc' }
	const { json } = await ask(resourceRequest({ object: 'finBusinessUnitsLOV' }, given, query))
	const names = (json as { items: { BusinessUnitName?: string }[] }).items.map((unit) => unit.BusinessUnitName ?? '?')
	const list = names.slice(0, 5).join(', ')
	const more = names.length > 5 ? ` and ${names.length - 5} more` : ''
	const detail =
		names.length === 0
			? 'the user sees none: give it data access to those whose invoices are to be read'
			: `the user sees ${list}${more}; what belongs to others is missing without a word`
	return { name: 'business units', detail }
}

/** Journals go by data access sets of their own: without one the list is empty, and says nothing. */
async function generalLedger(given: OracleOptions, ask: Ask): Promise<Found> {
	const query = { q: "Status = 'P'", onlyData: 'true', limit: '1', fields: 'JeBatchId,BatchName' }
	const found = await ask(resourceRequest({ object: 'journalBatches' }, given, query)).catch(ifNotThere)
	const [batch] = (found?.json as { items?: { BatchName?: string }[] } | undefined)?.items ?? []
	const name = 'general ledger'
	if (batch) return { name, detail: `the user sees posted journals, such as ${batch.BatchName}` }
	return {
		name,
		detail:
			'the user sees no posted journal: journals by hand and adjustments are missing, and no total can be compared',
		fix: 'give the user View Journals, and a data access set with every ledger that is to be read',
	}
}

/** Orders of a company that says it uses no Order Management. */
async function unreadOrders(given: OracleOptions, ask: Ask): Promise<Found[]> {
	const query = { onlyData: 'true', limit: '1', fields: 'OrderNumber' }
	const found = await ask(resourceRequest({ object: 'salesOrdersForOrderHub' }, given, query)).catch(ifNotThere)
	const [order] = (found?.json as { items?: { OrderNumber?: string }[] } | undefined)?.items ?? []
	if (!order) return []
	const detail = `there are orders, such as ${order.OrderNumber}, and orders: false leaves them out`
	return [{ name: 'Order Management', detail, fix: 'take orders: false out of the options' }]
}

/** What the user may not read, or the release has not. */
function ifNotThere(error: unknown): null {
	const action = vendorCause(error)?.action
	if (action === 'denied' || action === 'drift' || action === 'data') return null
	throw error
}

async function revenueManagement(given: OracleOptions, ask: Ask): Promise<Found> {
	const query = { onlyData: 'true', limit: '1', fields: 'CustomerContractHeaderId' }
	const found = await ask(resourceRequest({ object: 'revenueContracts' }, given, query)).catch(ifNotThere)
	const contracts = (found?.json as { items?: unknown[] } | undefined)?.items?.length
	const name = 'Revenue Management'
	const isRead = given.revenue_management
	if (contracts === undefined)
		return {
			name,
			detail: 'not there for this user: revenue is that of the invoices',
			...(isRead && {
				fix: 'where it is used, give the user View Customer Contracts; where not, write revenue_management: false under the options',
			}),
		}
	if (contracts === 0) return { name, detail: 'there, without a contract: revenue is that of the invoices' }
	if (isRead) return { name, detail: 'there: what it recognises counts in place of the invoice lines that it manages' }
	return {
		name,
		detail:
			'there, with contracts: what it recognises is left out, and the invoice lines that it manages count instead',
		fix: 'take revenue_management: false out of the options',
	}
}
