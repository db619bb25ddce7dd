import type { Row } from '../../model-cases/book.ts'
import type { Records } from './records.ts'
import { number, text } from './values.ts'

/** The rows of a table that are not deleted. */
export type Rows = (table: string) => readonly Row[]
export type Company = {
	/** Code of an item, by its id. */
	codes: ReadonlyMap<string, string>
	accounts: ReadonlySet<string>
	/** The account of an ERP customer. */
	accountOf: (customer: string) => string
	accountEntity: ReadonlyMap<string, string | null>
	entityCode: ReadonlyMap<string, string>
	entityCurrency: ReadonlyMap<string, string>
	periods: ReadonlySet<string>
}

/** Who is whom, of both systems. */
export function readCompany(rows: Rows): Company {
	const customers = rows('canonical.customers')
	const accounts = new Set(
		customers.map((row) => String(row['customer_id'])).filter((id) => id.startsWith('salesforce:')),
	)
	const named = new Map(customers.map((row) => [String(row['customer_id']), `salesforce:${row['other_reference']}`]))
	return {
		codes: productCodes(rows),
		accounts,
		accountOf: (customer) => (accounts.has(named.get(customer) ?? '') ? named.get(customer)! : customer),
		accountEntity: new Map(customers.map((row) => [String(row['customer_id']), text(row['legal_entity_reference'])])),
		entityCode: new Map(
			rows('staging.stg_tieout__legal_entity_codes').map((row) => [
				`${row['connection']}:${row['reference']}`,
				String(row['legal_entity']),
			]),
		),
		entityCurrency: new Map(
			rows('canonical.legal_entities').map((row) => [String(row['legal_entity_id']), String(row['currency'])]),
		),
		periods: new Set(rows('staging.stg_tieout__periods').map((row) => String(row['period_id']))),
	}
}

/** By product id, the CRM's code: the one that is told for the ERP's, else the same, else the only one that is written alike. */
function productCodes(rows: Rows): Map<string, string> {
	const products = rows('canonical.products').map((row) => ({
		id: String(row['product_id']),
		code: String(row['code']),
	}))
	const isOfCrm = ({ id }: { id: string }) => id.startsWith('salesforce:')
	const ofCrm = [...new Set(products.filter(isOfCrm).map(({ code }) => code))]
	const told = new Map(
		rows('staging.stg_tieout__product_codes').map((row) => [String(row['erp_code']), String(row['crm_code'])]),
	)
	const bare = (code: string) => code.replaceAll(' ', '').toUpperCase()
	const compared = (code: string) => {
		const alike = ofCrm.filter((one) => bare(one) === bare(code))
		return told.get(code.trim()) ?? (ofCrm.includes(code) || alike.length !== 1 ? code : alike[0]!)
	}
	return new Map(products.map((one) => [one.id, isOfCrm(one) ? one.code : compared(one.code)]))
}

/** A product's units are those of its code's group, in whichever system has one. */
export function unitTables(rows: Rows): Pick<Records, 'unitFactor' | 'hasUnits'> {
	const codes = productCodes(rows)
	const groups = new Map(
		rows('canonical.products')
			.filter((row) => text(row['unit_group']))
			.map((row) => [codes.get(String(row['product_id']))!, String(row['unit_group'])]),
	)
	const factors = new Map(
		rows('canonical.units').map((row) => [`${row['unit_group']} ${row['unit']}`, number(row['base_quantity'], 6)!]),
	)
	return {
		unitFactor: (code, unit) => factors.get(`${groups.get(code ?? '')} ${unit}`) ?? null,
		hasUnits: (code) => groups.has(code ?? ''),
	}
}

/** ISO 4217, by currency. */
export function minorDigitsOf(rows: Rows): Records['minorDigits'] {
	const digits = new Map(
		rows('staging.stg_tieout__currencies').map((row) => [String(row['currency']), Number(row['minor_digits'])]),
	)
	return (currency) => digits.get(currency) ?? 2
}
