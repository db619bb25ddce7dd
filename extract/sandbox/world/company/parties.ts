import { createdAt, home, taxNumber } from './birth.ts'
import { positionOf } from './block.ts'
import { DAY, HOUR, MINUTE } from './calendar.ts'
import { type Currency, type EntityCode, legalEntities } from './entities.ts'
import { accountId } from './identifiers.ts'
import { type LinkKind, linkKind, linksOf, writtenReferences } from './links.ts'
import { companyName, domainOf, nameVariant, places, streetAddress } from './names.ts'
import { representatives } from './people.ts'
import { type Random, random } from './random.ts'
import { blockSize, type Setting } from './setting.ts'

/** A CRM account, or (`isErpOnly`) a company that only the ERP knows. */
export type Account = {
	index: number
	id: string
	number: string
	name: string
	country: string
	address: { street: string; city: string; state: string | null; postalCode: string }
	domain: string
	currency: Currency
	entity: EntityCode
	owner: number
	createdAt: number
	taxNumber: string
	segment: string
	terms: string
	parent: number | null
	isErpOnly: boolean
	/** The account into which this one was merged, and when. */
	merged: { into: number; at: number } | null
	link: LinkKind
	customers: ErpCustomer[]
	/** Texts of ERP_Id__c, each from its moment on. */
	erpReferences: { from: number; text: string | null }[]
}

export type ErpCustomer = {
	id: string
	number: string
	name: string
	role: 'sold_to' | 'bill_to'
	subsidiaries: EntityCode[]
	currency: Currency
	createdAt: number
	taxNumber: string | null
	account: number
	/** Texts of custentity_crm_id, each from its moment on. */
	crmReferences: { from: number; text: string | null }[]
	/** The account to which the references lead, each from its moment on; null: none. */
	links: { from: number; account: number | null }[]
}

export function isCustomer(setting: Setting, index: number): boolean {
	return index < setting.accountCount && positionOf(index) !== 'prospect'
}

const cache = new WeakMap<Setting, Map<number, Account>>()

/** The account of that index, always the same; indexes from accountCount on are companies that only the ERP knows. */
export function accountOf(setting: Setting, index: number): Account {
	let known = cache.get(setting)
	if (!known) {
		known = new Map()
		cache.set(setting, known)
	}
	let account = known.get(index)
	if (!account) {
		if (known.size > 4000) known.clear()
		account = makeAccount(setting, index)
		known.set(index, account)
	}
	return account
}

/** The account that stands for this one at a moment: itself, or the one it was merged into. */
export function survivorOf(setting: Setting, account: Account, at: number): Account {
	return account.merged && account.merged.at <= at ? accountOf(setting, account.merged.into) : account
}

/** The ERP customer that people take for an account's by mistake: its parent's, or that of a company elsewhere in the list. */
export function otherCustomer(setting: Setting, account: Account): ErpCustomer {
	const next = ((Math.floor(account.index / blockSize) + 3) * blockSize) % setting.accountCount
	return accountOf(setting, account.parent ?? next).customers[0]!
}

/** Companies that only the ERP knows: one per block. */
export function erpOnlyCount(setting: Setting): number {
	return setting.accountCount / blockSize
}

function makeAccount(setting: Setting, index: number): Account {
	const choices = random(setting.seed, 'account', index)
	const isErpOnly = index >= setting.accountCount
	const [entity, country, currency] = home(choices, setting)
	const place = places[country]!
	const name = companyName(place, choices)
	const account: Account = {
		index,
		id: accountId(index),
		number: `A-${String(10_001 + index).padStart(6, '0')}`,
		name,
		country,
		address: streetAddress(place, choices),
		domain: domainOf(name, index),
		currency,
		entity,
		owner: choices.pick(representatives[entity]).index,
		createdAt: createdAt(choices, index % blockSize === 0),
		taxNumber: taxNumber(country, index, choices),
		segment: choices.weighted([
			['Enterprise', 2],
			['Mid-Market', 4],
			['SMB', 5],
			['Public Sector', 1],
		]),
		terms: choices.weighted([
			['Net 30', 6],
			['Net 45', 2],
			['Net 60', 2],
		]),
		parent: null,
		isErpOnly,
		merged: null,
		link: 'none',
		customers: [],
		erpReferences: [],
	}
	if (isErpOnly) return withCustomers(setting, account, choices)
	if (index >= blockSize && choices.chance(0.12))
		account.parent = Math.floor(choices.between(0, index - blockSize) / blockSize) * blockSize
	if (positionOf(index) === 'duplicate' && setting.faults > 0) {
		const survivor = accountOf(setting, index - 3)
		Object.assign(account, duplicateOf(survivor, account, choices))
	}
	return positionOf(index) === 'prospect' ? withNeighbour(setting, account) : withCustomers(setting, account, choices)
}

function withCustomers(setting: Setting, account: Account, choices: Random): Account {
	const { index, isErpOnly } = account
	account.link = isErpOnly ? 'none' : account.merged ? 'both' : linkKind(setting, index, choices)
	const first = customer(account, 0, 'sold_to', [account.entity], account.currency, choices)
	account.customers.push(first)
	if (!isErpOnly && positionOf(index) === 'two_entities' && setting.entities.length > 1) {
		const second: EntityCode = account.entity === 'DE' ? 'US' : 'DE'
		account.customers.push(customer(account, 1, 'sold_to', [second], legalEntities[second].currency, choices))
	}
	if (!isErpOnly && positionOf(index) === 'bill_to') {
		// One in twelve has no role of its own: a second customer without a place.
		const role = choices.chance(0.08 * setting.faults) ? 'sold_to' : 'bill_to'
		account.customers.push(customer(account, 1, role, [account.entity], account.currency, choices))
	}
	const written = writtenReferences(setting, account, choices)
	account.erpReferences = written.account
	account.customers.forEach((one, at) => {
		one.crmReferences = written.customers[at]!
		one.links = linksOf(setting, account)
		if (account.link === 'tax') one.taxNumber = account.taxNumber
		if (['none', 'doubled', 'late', 'wrong'].includes(account.link) && !isErpOnly) one.taxNumber = null
	})
	return account
}

/** A prospect beside an account whose ERP customer both name. */
function withNeighbour(setting: Setting, account: Account): Account {
	const before = account.index - 1
	if (isCustomer(setting, before)) {
		const neighbour = accountOf(setting, before)
		if (neighbour.link === 'doubled') {
			account.createdAt = neighbour.createdAt + 10 * DAY
			account.erpReferences = [{ from: account.createdAt, text: neighbour.customers[0]!.id }]
		}
	}
	return account
}

function customer(
	account: Account,
	at: number,
	role: 'sold_to' | 'bill_to',
	subsidiaries: EntityCode[],
	currency: Currency,
	choices: Random,
): ErpCustomer {
	const number = `C${20_000 + account.index * 2 + at}`
	return {
		id: String(41_000 + account.index * 2 + at),
		number,
		name: nameVariant(account.name, choices) + (role === 'bill_to' ? ' (Accounts Payable)' : ''),
		role,
		subsidiaries,
		currency,
		createdAt: account.createdAt + choices.between(1, 20) * HOUR + choices.between(0, 59) * MINUTE,
		taxNumber: choices.chance(0.8) ? account.taxNumber : null,
		account: account.index,
		crmReferences: [],
		links: [],
	}
}

/** The same company, entered a second time by somebody who didn't look; merged into the first one day. */
function duplicateOf(survivor: Account, account: Account, choices: Random): Partial<Account> {
	const { name, country, address, domain, currency, entity, owner, segment } = survivor
	const { taxNumber } = account
	if (account.index % (3 * blockSize) !== 4) return { taxNumber }
	const usual = Date.UTC(2025, 8, 1) + choices.between(0, 420) * DAY + 15 * HOUR
	const isNext = account.index % (60 * blockSize) === 4
	const at = isNext
		? Date.UTC(2026, 10, 5, 15, 12)
		: Math.max(usual, account.createdAt + 30 * DAY, survivor.createdAt + 30 * DAY)
	return {
		name: nameVariant(name, choices),
		country,
		address,
		domain,
		currency,
		entity,
		owner,
		segment,
		merged: { into: survivor.index, at },
	}
}
