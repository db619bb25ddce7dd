import { DAY, dateOf, HOUR, isWeekend, lastMoment, stampOf } from '../../company/calendar.ts'
import { freightProduct, kits, type Product, products, unitGroups } from '../../company/catalogue.ts'
import { type Currency, isIncome, type LedgerAccount, ledger, legalEntities } from '../../company/entities.ts'
import { rateText } from '../../company/exact.ts'
import { erpRate } from '../../company/rates.ts'
import type { Setting } from '../../company/setting.ts'
import { before, type Emit, type Values } from '../emit.ts'
import { accountSegments, businessUnitName, ledgerName, legalEntityIdentifier, writeSetup } from './book.ts'
import { businessUnitId, ledgerId, legalEntityId, oracleId } from './identifiers.ts'

/** The item's id; freight is an item too. */
export function itemId(product: Product): string {
	return oracleId('setup', 10_000 + product.index)
}

/** The pairs of currencies that the company enters daily rates of: each into the currency of a ledger. */
export function ratePairs({ entities, currencies }: Pick<Setting, 'entities' | 'currencies'>): string[] {
	const bases = entities.map((code) => legalEntities[code].currency)
	return bases.flatMap((base) => currencies.filter((code) => code !== base).map((code) => `${code}/${base}`))
}

/** Legal entities with their business units and ledgers, accounts, units, items, and the daily rates. */
export function emitSetup(emit: Emit, setting: Setting): void {
	const write = (object: string, id: string, values: Values, from = before) =>
		writeSetup(emit, object, id, from, values)
	for (const code of setting.entities) {
		const { name, currency } = legalEntities[code]
		const [entity, unit, own] = [legalEntityId(code), businessUnitId(code), ledgerId(code)]
		write('legalEntitiesLOV', entity, {
			LegalEntityId: entity,
			Name: name,
			LegalEntityIdentifier: legalEntityIdentifier(code),
		})
		write('finBusinessUnitsLOV', unit, {
			BusinessUnitId: unit,
			BusinessUnitName: businessUnitName(code),
			LegalEntityId: entity,
			PrimaryLedgerId: own,
		})
		write('ledgersLOV', own, {
			LedgerId: own,
			Name: ledgerName(code),
			CurrencyCode: currency,
			LedgerCategoryCode: 'PRIMARY',
		})
		for (const account of Object.keys(ledger) as LedgerAccount[]) {
			const id = oracleId('setup', Number(legalEntities[code].subsidiary) * 1000 + Number(ledger[account].id))
			write('accountCombinationsLOV', id, {
				_CODE_COMBINATION_ID: id,
				_CHART_OF_ACCOUNTS_ID: oracleId('setup', 8),
				AccountType: isIncome(account) ? 'R' : 'A',
				EnabledFlag: 'Y',
				...accountSegments(account, code),
			})
		}
	}
	for (const group of Object.values(unitGroups))
		for (const unit of group.units)
			write('unitsOfMeasure', unit.abbreviation, {
				UOMCode: unit.abbreviation,
				UnitOfMeasure: unit.name,
				ClassCode: group.name,
				BaseUnitFlag: unit.base === 1n,
				StandardConversion: String(unit.base),
			})
	emitItems(write)
	emitRates(write, setting)
}

type Write = (object: string, id: string, values: Values, from?: number) => void

function emitItems(write: Write): void {
	for (const product of [...products, freightProduct, ...kits.map((kit) => kit.product)]) {
		const [unit] = product.unitGroup.units
		write('itemsV2', itemId(product), {
			ItemId: itemId(product),
			OrganizationId: oracleId('setup', 9),
			OrganizationCode: 'MASTER',
			ItemNumber: product.code,
			ItemDescription: product.name,
			ItemClass: product.family,
			UserItemTypeValue: product === freightProduct ? 'Freight' : 'Finished good',
			PrimaryUOMCode: unit!.abbreviation,
			PrimaryUOMValue: unit!.name,
			ItemStatusValue: 'Active',
			CreationDateTime: stampOf(before),
			LastUpdateDateTime: stampOf(before),
		})
	}
}

/** Daily rates into each ledger's currency, entered the evening before. */
function emitRates(write: Write, setting: Setting): void {
	const pairs = ratePairs(setting)
	for (let at = Date.UTC(2025, 0, 1); at < lastMoment; at += DAY) {
		const date = dateOf(at)
		if (isWeekend(date)) continue
		for (const pair of pairs) {
			const [from, to] = pair.split('/') as [Currency, Currency]
			write(
				'currencyRates',
				`${pair} ${date}`,
				{
					FromCurrency: from,
					ToCurrency: to,
					UserConversionType: 'Corporate',
					ConversionDate: date,
					ConversionRate: rateText(erpRate(from, to, date)),
				},
				at - 2 * HOUR,
			)
		}
	}
}
