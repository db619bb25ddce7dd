import { goLive } from './calendar.ts'

export type EntityCode = 'US' | 'DE' | 'UK' | 'JP'
export type Currency = 'USD' | 'EUR' | 'GBP' | 'JPY' | 'KWD'

export type LegalEntity = {
	code: EntityCode
	/** NetSuite's subsidiary id. */
	subsidiary: string
	/** Salesforce's picklist value. */
	picklist: string
	name: string
	country: string
	currency: Currency
	/** Standard rate of sales tax, in 1e-4 percent. */
	taxRate: bigint
	/** The first hour (UTC) at which its office works, all year; eight hours later it closes on the same UTC date. */
	opens: number
}

/** The four legal entities; US is the parent and USD the reporting currency. */
export const legalEntities: Record<EntityCode, LegalEntity> = {
	US: entity('US', '1', 'Halvorsen US', 'Halvorsen Instruments, Inc.', 'US', 'USD', 0n, 14),
	DE: entity('DE', '2', 'Halvorsen DE', 'Halvorsen Messtechnik GmbH', 'DE', 'EUR', 190_000n, 8),
	UK: entity('UK', '3', 'Halvorsen UK', 'Halvorsen Instruments (UK) Ltd', 'GB', 'GBP', 200_000n, 9),
	JP: entity('JP', '4', 'Halvorsen JP', '日本ハルヴォルセン株式会社', 'JP', 'JPY', 100_000n, 0),
}

export const entityCodes = Object.keys(legalEntities) as EntityCode[]
export const currencyCodes: Currency[] = ['USD', 'EUR', 'GBP', 'JPY', 'KWD']
export const reportingCurrency: Currency = 'USD'

/** NetSuite's internal ids of currencies. */
export const currencyIds: Record<string, string> = { USD: '1', EUR: '4', GBP: '2', JPY: '5', KWD: '7' }

/** What the two systems are meant to share. */
export const scope = {
	goLive,
	minimumAmount: 5000n,
	minimumCurrency: 'USD',
	excludedChannel: 'web',
} as const

/** General ledger accounts by use: NetSuite's id, number, name and type. */
export const ledger = {
	bank: { id: '201', number: '1010', name: 'Cash : Operating', type: 'Bank' },
	receivable: { id: '202', number: '1100', name: 'Accounts Receivable', type: 'AcctRec' },
	inventory: { id: '203', number: '1300', name: 'Inventory Asset', type: 'OthCurrAsset' },
	accrued: { id: '204', number: '1250', name: 'Accrued Revenue', type: 'OthCurrAsset' },
	tax: { id: '205', number: '2200', name: 'Sales Taxes Payable', type: 'OthCurrLiab' },
	deferred: { id: '206', number: '2400', name: 'Deferred Revenue', type: 'DeferRevenue' },
	hardware: { id: '207', number: '4000', name: 'Revenue : Instruments', type: 'Income' },
	consumables: { id: '208', number: '4010', name: 'Revenue : Consumables', type: 'Income' },
	services: { id: '209', number: '4020', name: 'Revenue : Services', type: 'Income' },
	subscription: { id: '210', number: '4030', name: 'Revenue : Subscriptions', type: 'Income' },
	discounts: { id: '211', number: '4090', name: 'Revenue : Sales Discounts', type: 'Income' },
	freight: { id: '212', number: '4200', name: 'Freight Income', type: 'OthIncome' },
	other: { id: '213', number: '4900', name: 'Revenue : Other', type: 'Income' },
	cost: { id: '214', number: '5000', name: 'Cost of Goods Sold', type: 'COGS' },
	orders: { id: '215', number: '9000', name: 'Sales Orders', type: 'NonPosting' },
} as const

export type LedgerAccount = keyof typeof ledger

/** Whether postings to the account are revenue. */
export function isIncome(account: LedgerAccount): boolean {
	return ledger[account].type === 'Income' || ledger[account].type === 'OthIncome'
}

function entity(
	code: EntityCode,
	subsidiary: string,
	picklist: string,
	name: string,
	country: string,
	currency: Currency,
	taxRate: bigint,
	opens: number,
): LegalEntity {
	return { code, subsidiary, picklist, name, country, currency, taxRate, opens }
}
