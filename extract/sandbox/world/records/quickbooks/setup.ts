import { discountItem, type Kit, kits, listPrice, type Product, products } from '../../company/catalogue.ts'
import { type Currency, type EntityCode, ledger, legalEntities } from '../../company/entities.ts'
import { QUANTITY } from '../../company/exact.ts'
import type { Setting } from '../../company/setting.ts'
import { before, type Emit, tracker } from '../emit.ts'
import { recordId, stored } from './documents.ts'
import { type Json, number, reference } from './json.ts'
import { accountReference } from './lines.ts'

/** The customer type of those to whom bills go. */
export const billToType = '1000000000000007001'

const terms = ['Net 30', 'Net 45', 'Net 60']

export function termId(name: string): string {
	return String(terms.indexOf(name) + 3)
}

type Body = { Id: string; [member: string]: Json | undefined }

/** Four companies, one per legal entity, each with its own chart of accounts, items, terms and currencies. */
export function emitQuickbooksSetup(emit: Emit, setting: Setting): void {
	for (const entity of setting.entities) {
		const write = (object: string, body: Body) =>
			tracker(emit, 'quickbooks', object, ['updated']).write(
				recordId(entity, body.Id),
				before,
				before,
				stored(entity, body, { createdAt: before }),
			)
		write('CompanyInfo', company(entity))
		write('Preferences', preferences(entity, setting))
		const { currency: home } = legalEntities[entity]
		for (const [at, code] of setting.currencies.filter((one) => one !== home).entries())
			write('CompanyCurrency', { Id: String(at + 1), Code: code, Name: currencyName(code), Active: true })
		for (const account of Object.values(ledger)) {
			const kind = accountKinds[account.type]
			if (kind) write('Account', accountBody(account, kind, home))
		}
		for (const name of terms)
			write('Term', {
				Id: termId(name),
				Name: name,
				Type: 'STANDARD',
				DueDays: { digits: name.slice(4) },
				Active: true,
			})
		write('CustomerType', { Id: billToType, Name: 'Bill-to', Active: true })
		for (const product of products) write('Item', item(entity, product))
		for (const kit of kits) write('Item', bundle(kit))
		write('Item', {
			Id: discountItem.id,
			Name: discountItem.code,
			FullyQualifiedName: discountItem.code,
			Type: 'Service',
			Active: true,
			IncomeAccountRef: accountReference('discounts'),
		})
	}
}

type Kind = { Classification: string; AccountType: string; AccountSubType: string }

/** QuickBooks' classification, type and detail type of each kind of account; orders are not booked here. */
const accountKinds: Record<string, Kind | undefined> = {
	Bank: { Classification: 'Asset', AccountType: 'Bank', AccountSubType: 'Checking' },
	AcctRec: { Classification: 'Asset', AccountType: 'Accounts Receivable', AccountSubType: 'AccountsReceivable' },
	OthCurrAsset: { Classification: 'Asset', AccountType: 'Other Current Asset', AccountSubType: 'Inventory' },
	OthCurrLiab: {
		Classification: 'Liability',
		AccountType: 'Other Current Liability',
		AccountSubType: 'SalesTaxPayable',
	},
	DeferRevenue: {
		Classification: 'Liability',
		AccountType: 'Other Current Liability',
		AccountSubType: 'DeferredRevenue',
	},
	Income: { Classification: 'Revenue', AccountType: 'Income', AccountSubType: 'SalesOfProductIncome' },
	OthIncome: { Classification: 'Revenue', AccountType: 'Other Income', AccountSubType: 'OtherMiscellaneousIncome' },
	COGS: { Classification: 'Expense', AccountType: 'Cost of Goods Sold', AccountSubType: 'SuppliesMaterialsCogs' },
}

function accountBody(account: (typeof ledger)[keyof typeof ledger], kind: Kind, home: Currency): Body {
	const name = account.name.replaceAll(' : ', ' - ')
	return {
		Id: account.id,
		Name: name,
		FullyQualifiedName: name,
		AcctNum: account.number,
		Active: true,
		SubAccount: false,
		...kind,
		...(account === ledger.discounts && { AccountSubType: 'DiscountsRefundsGiven' }),
		CurrencyRef: reference(home),
	}
}

function company(entity: EntityCode): Body {
	const { name, country } = legalEntities[entity]
	return {
		Id: '1',
		CompanyName: `Halvorsen ${entity}`,
		LegalName: name,
		Country: country,
		CompanyAddr: { Country: country },
		FiscalYearStartMonth: 'January',
		SupportedLanguages: 'en',
	}
}

function preferences(entity: EntityCode, { currencies }: Setting): Body {
	return {
		Id: '1',
		CurrencyPrefs: {
			HomeCurrency: reference(legalEntities[entity].currency),
			MultiCurrencyEnabled: currencies.length > 1,
		},
		AccountingInfoPrefs: { BookCloseDate: '2025-02-28' },
		SalesFormsPrefs: { AllowDiscount: true, AllowShipping: true },
	}
}

function item(entity: EntityCode, product: Product): Body {
	const price = listPrice(product, legalEntities[entity].currency, '2025-01-01')
	const isService = product.family === 'Services' || product.family === 'Subscriptions'
	return {
		Id: product.itemId,
		Name: product.name,
		FullyQualifiedName: product.name,
		Sku: product.code,
		Type: isService ? 'Service' : 'NonInventory',
		Active: true,
		UnitPrice: number(price, 8),
		PurchaseCost: isService ? undefined : number((price * 11n) / 20n, 8),
		IncomeAccountRef: accountReference(product.account),
		ExpenseAccountRef: isService ? undefined : accountReference('cost'),
	}
}

function bundle({ product, components }: Kit): Body {
	return {
		Id: product.itemId,
		Name: product.name,
		FullyQualifiedName: product.name,
		Sku: product.code,
		Type: 'Group',
		Active: true,
		PrintGroupedItems: true,
		ItemGroupDetail: {
			ItemGroupLine: components.map(({ product: { itemId, name }, pieces }) => ({
				ItemRef: reference(itemId, name),
				Qty: number(pieces * QUANTITY, 6),
			})),
		},
	}
}

function currencyName(code: Currency): string | undefined {
	return new Intl.DisplayNames(['en'], { type: 'currency' }).of(code)
}
