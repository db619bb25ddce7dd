import { DAY, HOUR } from './calendar.ts'
import { accountId } from './identifiers.ts'
import type { Account } from './parties.ts'
import type { Random } from './random.ts'
import { blockSize, type Setting } from './setting.ts'

/**
 * How an account and its ERP customers name each other.
 * - both, erp, fifteen, lower: the ERP names the account (the last two in an unusual form of the id);
 * - crm, typo: only the account names the customers (typo: what the ERP has leads nowhere);
 * - tax: neither, but both have the same tax number and nobody else has;
 * - late: nobody, until somebody filled it in;
 * - none, doubled (two accounts name the same customer, which names none): no link;
 * - wrong: the ERP names another account.
 */
export type LinkKind =
	| 'both'
	| 'erp'
	| 'fifteen'
	| 'lower'
	| 'crm'
	| 'typo'
	| 'tax'
	| 'late'
	| 'none'
	| 'doubled'
	| 'wrong'

type References = { from: number; text: string | null }[]

export function linkKind(setting: Setting, index: number, choices: Random): LinkKind {
	const faults = setting.faults
	const kind = choices.weighted<LinkKind>([
		['both', 740],
		['erp', 80],
		['fifteen', 70 * faults],
		['lower', 12 * faults],
		['crm', 50],
		['typo', 10 * faults],
		['tax', 20 * faults],
		['late', 8 * faults],
		['none', 4 * faults],
		['doubled', 60 * faults],
		['wrong', 3 * faults],
	])
	// A doubled reference needs a prospect next door that names the same customer; one customer of one's own is enough.
	const hasNeighbour = [4, 7, 10, 13, 15].includes(index % 17)
	if (kind === 'doubled' && (!hasNeighbour || !choices.chance(0.25))) return 'both'
	const hasTwo = index % 17 === 3 || index % 17 === 9
	return hasTwo && ['tax', 'doubled', 'late', 'wrong'].includes(kind) ? 'both' : kind
}

/** The account to which the references of an account's ERP customers lead, from moment to moment. */
export function linksOf(setting: Setting, account: Account): { from: number; account: number | null }[] {
	const self = account.index
	if (account.isErpOnly || account.link === 'none' || account.link === 'doubled') return [{ from: 0, account: null }]
	if (account.link === 'wrong') return [{ from: 0, account: wrongAccount(setting, self) }]
	if (account.link === 'late')
		return [
			{ from: 0, account: null },
			{ from: filledAt(account), account: self },
		]
	return [{ from: 0, account: self }]
}

/** What stands in the two reference fields, from moment to moment. */
export function writtenReferences(
	setting: Setting,
	account: Account,
	choices: Random,
): { account: References; customers: References[] } {
	const { link, customers, createdAt, id } = account
	const ids = customers.map((customer) => (choices.chance(0.15) ? customer.number : customer.id))
	const crm: References = [
		{ from: createdAt, text: null },
		{ from: customers[0]!.createdAt + HOUR, text: ids.join(choices.pick([', ', ';', ' '])) },
	]
	const none: References = [{ from: createdAt, text: null }]
	const names = (text: string | null): References[] => customers.map(({ createdAt: from }) => [{ from, text }])
	switch (link) {
		case 'both':
			return { account: crm, customers: mergedReferences(account, names(id)) }
		case 'erp':
			return { account: none, customers: names(id) }
		case 'fifteen':
			return { account: crm, customers: names(id.slice(0, 15)) }
		case 'lower':
			return { account: none, customers: names(id.toLowerCase()) }
		case 'crm':
			return { account: crm, customers: names(null) }
		case 'typo':
			return { account: crm, customers: names(`${id.slice(0, 12)}###`) }
		case 'doubled':
			return { account: crm, customers: names(null) }
		case 'wrong':
			return { account: none, customers: names(accountId(wrongAccount(setting, account.index))) }
		case 'late':
			return {
				account: none,
				customers: customers.map(({ createdAt: from }) => [
					{ from, text: null },
					{ from: filledAt(account), text: id },
				]),
			}
		default:
			return { account: none, customers: names(null) }
	}
}

/** Half of the customers of a merged account are told its survivor's id a day later; both ids lead to the survivor. */
function mergedReferences(account: Account, references: References[]): References[] {
	const { merged } = account
	if (!merged || account.index % 2 === 0) return references
	const text = accountId(merged.into)
	return references.map((versions) => [...versions, { from: merged.at + DAY, text }])
}

/** The first account of the next block. */
function wrongAccount(setting: Setting, index: number): number {
	return ((Math.floor(index / blockSize) + 1) * blockSize) % setting.accountCount
}

function filledAt(account: Account): number {
	const day = Date.UTC(2026, 1, 1) + ((account.index * 37) % 270) * DAY + 11 * HOUR
	return Math.max(day, account.createdAt + 20 * DAY)
}
