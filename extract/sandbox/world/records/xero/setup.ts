import { freightProduct, listPrice, products } from '../../company/catalogue.ts'
import { type EntityCode, ledger, legalEntities } from '../../company/entities.ts'
import { divide } from '../../company/exact.ts'
import { people } from '../../company/people.ts'
import type { Setting } from '../../company/setting.ts'
import { before, type Emit, tracker } from '../emit.ts'
import { stored } from './documents.ts'
import { tenantOf, uuid } from './identifiers.ts'
import { digits, type Json, msDate } from './json.ts'
import { accountId, itemId } from './lines.ts'

/** Four organisations, one per legal entity, each with its own chart of accounts, items and users. */
export function emitXeroSetup(emit: Emit, setting: Setting): void {
	for (const entity of setting.entities) {
		const write = (object: string, id: string, body: { [member: string]: Json | undefined }, status = 'ACTIVE') =>
			tracker(emit, 'xero', object, ['updated']).write(id, before, before, stored(entity, body, { status }))
		write('Organisation', tenantOf(entity), organisation(entity, setting))
		for (const account of Object.values(ledger)) {
			const kind = accountKinds[account.type]
			if (!kind) continue
			const AccountID = accountId(entity, account.number)
			write('Accounts', AccountID, {
				AccountID,
				Code: account.number,
				Name: account.name.replaceAll(' : ', ' - '),
				Status: 'ACTIVE',
				...kind,
				TaxType: 'NONE',
				EnablePaymentsToAccount: account === ledger.bank,
				ReportingCode: '',
			})
		}
		for (const product of [...products, freightProduct]) {
			const id = itemId(entity, product.itemId)
			write('Items', id, item(id, entity, product))
		}
		for (const person of people.filter((one) => one.entity === entity)) {
			const UserID = uuid(`user ${person.erpId}`)
			write('Users', UserID, {
				UserID,
				EmailAddress: person.email,
				FirstName: person.first,
				LastName: person.last,
				IsSubscriber: person.index === 0,
				OrganisationRole: person.isActive ? 'STANDARD' : 'REMOVED',
			})
		}
	}
}

/** Xero's type and class of each kind of account; orders are not booked here. */
const accountKinds: Record<string, { Type: string; Class: string; SystemAccount?: string } | undefined> = {
	Bank: { Type: 'BANK', Class: 'ASSET' },
	AcctRec: { Type: 'CURRENT', Class: 'ASSET', SystemAccount: 'DEBTORS' },
	OthCurrAsset: { Type: 'CURRENT', Class: 'ASSET' },
	OthCurrLiab: { Type: 'CURRLIAB', Class: 'LIABILITY' },
	DeferRevenue: { Type: 'CURRLIAB', Class: 'LIABILITY' },
	Income: { Type: 'REVENUE', Class: 'REVENUE' },
	OthIncome: { Type: 'OTHERINCOME', Class: 'REVENUE' },
	COGS: { Type: 'DIRECTCOSTS', Class: 'EXPENSE' },
}

function organisation(entity: EntityCode, { currencies }: Setting): { [member: string]: Json } {
	const { name, country, currency } = legalEntities[entity]
	const zones = { US: 'EASTERNSTANDARDTIME', DE: 'WEUROPESTANDARDTIME', UK: 'GMTSTANDARDTIME', JP: 'TOKYOSTANDARDTIME' }
	return {
		OrganisationID: tenantOf(entity),
		Name: `Halvorsen ${entity}`,
		LegalName: name,
		PaysTax: true,
		Version: entity === 'UK' ? 'UK' : entity === 'US' ? 'US' : 'GLOBAL',
		OrganisationType: 'COMPANY',
		BaseCurrency: currency,
		CountryCode: country,
		IsDemoCompany: false,
		OrganisationStatus: 'ACTIVE',
		PeriodLockDate: msDate('2025-02-28'),
		CreatedDateUTC: '/Date(1577872800000)/',
		Timezone: zones[entity],
		ShortCode: `!h${entity}`,
		// The plan: of those of a country the dearer ones have several currencies.
		Class: currencies.length > 1 ? 'PREMIUM' : 'STANDARD',
		Addresses: [],
		Phones: [],
	}
}

function item(
	id: string,
	entity: EntityCode,
	product: (typeof products)[number],
): { [member: string]: Json | undefined } {
	const { currency } = legalEntities[entity]
	const isFreight = product === freightProduct
	const price = isFreight ? 0n : divide(listPrice(product, currency, '2025-01-01'), 10_000n)
	const isStocked = !isFreight && product.family !== 'Services' && product.family !== 'Subscriptions'
	return {
		ItemID: id,
		Code: product.code,
		Name: product.name.slice(0, 50),
		Description: product.name,
		IsSold: true,
		IsPurchased: isStocked,
		IsTrackedAsInventory: false,
		SalesDetails: {
			...(!isFreight && { UnitPrice: digits(price, 4) }),
			AccountCode: ledger[product.account].number,
			TaxType: 'OUTPUT',
		},
		PurchaseDetails: isStocked ? { UnitPrice: digits((price * 11n) / 20n, 4), AccountCode: ledger.cost.number } : {},
	}
}
