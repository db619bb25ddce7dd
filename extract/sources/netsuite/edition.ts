import { TieoutError } from '../../../models/error.ts'
import type { Stream } from '../../source.ts'

/** Which of its features an account has, as the options say. `currency`: its one currency, without Multiple Currencies. */
export type Edition = { isOneWorld: boolean; currency: string | undefined }

/** What an account has unless the options say otherwise. */
export const fullEdition: Edition = { isOneWorld: true, currency: undefined }

/** The options' word for what the account has. */
export function editionOf(options: { one_world?: boolean | undefined; currency?: string | undefined }): Edition {
	return { isOneWorld: options.one_world !== false, currency: options.currency }
}

/**
 * What an account without OneWorld is called where others name a subsidiary: the id of the root one, which takes over everything when
 * OneWorld is switched on (Oracle's help, Subsidiary).
 */
export const ownSubsidiary = '1'

/**
 * A feature without which tables and fields are not there. `table`: the one that is there with the feature alone. `write`: what says in
 * `options:` that it is off.
 */
type Feature = {
	title: string
	isOff(edition: Edition): boolean
	write: string
	table: string
	tables: readonly string[]
	fields: Record<string, readonly string[]>
	/** The stream that is looked at to tell whether the feature is there after all. */
	told: string
}

const features: readonly Feature[] = [
	{
		title: 'OneWorld',
		isOff: ({ isOneWorld }) => !isOneWorld,
		write: 'one_world: false',
		table: 'subsidiary',
		tables: ['subsidiary', 'customersubsidiaryrelationship', 'consolidatedexchangerate'],
		fields: { transactionline: ['subsidiary'], revenueelement: ['subsidiary'] },
		told: 'transaction_lines',
	},
	{
		title: 'Multiple Currencies',
		isOff: ({ currency }) => currency !== undefined,
		write: 'currency: <its one currency, such as USD>',
		table: 'currency',
		tables: ['currency', 'currencyrate', 'consolidatedexchangerate'],
		fields: {
			customer: ['currency'],
			subsidiary: ['currency'],
			transaction: [
				'currency',
				'exchangerate',
				'foreigntotal',
				'foreigntaxtotal',
				'foreignamountunpaid',
				'foreignpaymentamountunused',
			],
			transactionline: ['foreignamount'],
			transactionaccountingline: ['exchangerate'],
			nexttransactionlinelink: ['foreignamount'],
			revenueelement: ['currency', 'exchangerate'],
			revenueplan: ['revenueplancurrency', 'parentlinecurrency', 'exchangerate'],
			revenueplanplannedrevenue: ['exchangerate'],
		},
		told: 'transactions',
	},
]

/** What also needs Multi-Subsidiary Customer: a customer has one subsidiary without it. */
const ofSharedCustomers = 'customersubsidiaryrelationship'

/** What stands in for fields of a feature, and is not read where those are there. */
const standIn = { stream: 'open_amounts', isNeeded: ({ currency }: Edition) => currency !== undefined }

/** The streams whose tables an account of this edition can have. */
export function streamsOf(streams: readonly Stream[], edition: Edition): string[] {
	const absent = features.filter(({ isOff }) => isOff(edition)).flatMap(({ tables }) => tables)
	return streams
		.filter(({ object }) => !absent.includes(object))
		.filter(({ name }) => name !== standIn.stream || standIn.isNeeded(edition))
		.map(({ name }) => name)
}

/** Does the stream want a question that tells whether its table is there? */
export function comesWithFeature({ object }: Stream): boolean {
	return features.some(({ tables }) => tables.includes(object))
}

/** Is the stream one that tells whether a feature is there which the options say is off? */
export function tellsOfFeature({ name }: Stream, edition: Edition): boolean {
	return features.some(({ told, isOff }) => told === name && isOff(edition))
}

/** The error of a table that is not there: what switched-off feature it may come with, and what to write. Null: with none. */
export function missingTable({ object, name }: Stream, cause: unknown): TieoutError | null {
	const off = features.filter(({ tables }) => tables.includes(object))
	if (off.length === 0) return null
	return new TieoutError(
		'configuration',
		'netsuite.feature',
		`NetSuite has no table ${object}: the account has no ${titles(off)}, or the role may not see it`,
		{
			next: `without ${titles(off)}: write ${off.map(({ write }) => write).join(', or ')} under the connection's options; with it give the role the permission${object === ofSharedCustomers ? `, and without Multi-Subsidiary Customer write streams: { ${name}: { enabled: false } }` : ''}`,
			cause,
		},
	)
}

/** Throws for a field that the account lacks and that the options say it has. */
export function refuseMissing({ object }: Stream, known: readonly string[], edition: Edition): void {
	const there = new Set(known.map((field) => field.toLowerCase()))
	for (const feature of features) {
		const missing = (feature.fields[object] ?? []).filter((field) => !there.has(field))
		if (missing.length === 0 || feature.isOff(edition)) continue
		throw new TieoutError(
			'configuration',
			'netsuite.feature',
			`NetSuite's ${object} has no ${missing.join(', ')}: the account has no ${feature.title}, or the role may not see ${missing.length === 1 ? 'it' : 'them'}`,
			{
				next: `without ${feature.title}: write ${feature.write} under the connection's options; with it give the role the permission`,
			},
		)
	}
}

/**
 * Throws where the account has a feature that the options say is off: its records name what the options would hide. `isThere` asks for a
 * table.
 */
export async function refusePresent(
	{ name }: Stream,
	edition: Edition,
	isThere: (table: string) => Promise<boolean>,
): Promise<void> {
	for (const { title, table, write } of features.filter(({ told, isOff }) => told === name && isOff(edition))) {
		if (!(await isThere(table))) continue
		const [option] = write.split(':')
		throw new TieoutError(
			'configuration',
			'netsuite.feature',
			`the account has ${title} (NetSuite answers for its table ${table}), and the option ${option} says that it has not`,
			{
				next: `take ${option} out of the connection's options, then tieout run --full: what was read before names nothing`,
			},
		)
	}
}

/** Do transactions name currencies although the options say that there is only one? */
export function namesCurrencies({ name }: Stream, known: readonly string[], { currency }: Edition): boolean {
	return currency !== undefined && name === 'transactions' && known.includes('currency')
}

/** Throws where they name more than one. Which currency an id is, only the table of currencies tells. */
export function refuseSeveral({ currency }: Edition, named: [least: string, greatest: string] | null): void {
	if (named === null || named[0] === named[1]) return
	throw new TieoutError(
		'configuration',
		'netsuite.feature',
		`transactions name several currencies (the ids ${named.join(' and ')} among them), and the option currency says that all are in ${currency}`,
		{
			next: "take currency out of the connection's options, give the role the permission Lists, Currency, then tieout run --full",
		},
	)
}

function titles(some: readonly Feature[]): string {
	return some.map(({ title }) => title).join(' or ')
}
