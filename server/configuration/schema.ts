import { validate as isCron } from 'node-cron'
import { z } from 'zod'
import { recordObjects } from '../../extract/source.ts'
import { calendarSchema } from './calendar-schema.ts'
import { closeSchema } from './close.ts'
import { closeCalendarSchema } from './close-calendar.ts'
import { isoCurrencies } from './currencies.ts'

/** The codes that stay open until their balance is zero: only they can have a limit of age. */
const carriedCodes = [
	'timing',
	'not_ordered',
	'awaiting_approval',
	'not_invoiced',
	'partly_invoiced',
	'deferred',
] as const

/** The mark that the editor's schema turns into "text or number": YAML numbers reach us as their digits. */
const digits = { digits: true }
const timeZones = new Set([...Intl.supportedValuesOf('timeZone'), 'UTC'])

const amount = z
	.string()
	.regex(/^\d{1,30}(\.\d{1,4})?$/, 'an amount such as 5000 or 880.50')
	.meta(digits)
const date = z.iso.date('a date such as 2026-10-31')
const timeZone = z
	.string()
	.refine((name) => timeZones.has(name), 'a time zone of the IANA list, such as Europe/Berlin')
	.describe('IANA name')
const schedule = z
	.string()
	.refine((text) => text === 'off' || isCron(text), 'a cron expression of five fields such as "0 2 * * *", or off')
const duration = z
	.string()
	.regex(/^[1-9]\d{0,4}(m|h|d)$/, 'a duration such as 15m, 4h or 2d')
	.transform((text) => Number(text.slice(0, -1)) * { m: 1, h: 60, d: 1440 }[text.slice(-1) as 'm' | 'h' | 'd'])
const interval = z.union([z.literal('off').transform(() => null), duration])
const days = z
	.string()
	.regex(/^[1-9]\d{0,3}d$/, 'whole days such as 2d or 30d')
	.transform((text) => Number(text.slice(0, -1)))
const share = z
	.string()
	.regex(/^(100|\d{1,2}(\.\d{1,2})?) ?%$/, 'a share such as 1 % or 0.5 %')
	.transform((text) => Math.round(Number(text.replace('%', '')) * 100))
const person = z.string().min(1)

const freshness = z.strictObject({
	warn: duration.optional().describe('older than this: a warning'),
	error: duration.optional().describe('older than this: the month is not trusted'),
})

const stream = z.strictObject({
	schedule: schedule.optional().describe('cadence of this stream alone; the default is the whole run'),
	freshness: freshness.optional(),
	error_rate: share.optional().describe('share of landed records that may wait in quarantine'),
	owner: person.optional(),
	reconcile: interval
		.optional()
		.describe(
			'after which everything is read again, or off; the default is reconcile.every, or what the system needs (docs/systems.md) if that is less',
		),
	enabled: z.boolean().optional().describe('false: this stream is not read'),
	may_be_empty: z.boolean().optional().describe('true: that it never had a record is nothing to tell'),
})

const connection = z.strictObject({
	source: z.string().describe('the kind of system'),
	role: z
		.enum(['crm', 'erp', 'billing', 'cpq', 'marketing', 'support', 'integration'])
		.optional()
		.describe('what the system is to the company; the default is the source’s own'),
	options: z.record(z.string(), z.unknown()).default({}).describe(`address and credentials; secrets as \${env:NAME}`),
	fields: z
		.record(z.string(), z.string())
		.default({})
		.describe('custom fields: the name that models read, then the name that the system has'),
	formerly: z
		.union([z.string().meta(digits), z.array(z.string().meta(digits)).min(1)])
		.transform((given) => (typeof given === 'string' ? [given] : given))
		.optional()
		.describe('what the same account was called before: the host, realm, tenant or account id that the run names'),
	time_zone: timeZone.optional().describe('of the account, where the system stamps local times'),
	record_url: z
		.union([z.string(), z.partialRecord(z.enum(recordObjects), z.string())])
		.optional()
		.describe(
			`address that opens a record, with {object} and {id} (of documents also {number}); or one for each of ${recordObjects.join(', ')}. The default is the source’s own`,
		),
	freshness: freshness.optional().describe('for every stream that says nothing itself'),
	error_rate: share
		.optional()
		.describe(
			'share of landed records that may wait in quarantine, for every stream that says nothing itself; default 1 %',
		),
	streams: z.record(z.string(), stream).default({}),
	enabled: z
		.boolean()
		.optional()
		.describe('false: nothing of it is read any more, and what was read stays (a system that was replaced)'),
	owner: person.optional().describe('who repairs it'),
})

const references = z.union([
	z
		.string()
		.meta(digits)
		.transform((one) => [one]),
	z.array(z.string().meta(digits)).min(1),
])

/** What `marts.field_drift` compares. */
const sharedFields = [
	'name',
	'tax_number',
	'payment_terms',
	'currency',
	'country',
	'state',
	'city',
	'postal_code',
	'street',
	'email',
	'phone',
	'segment',
	'credit_limit_amount',
] as const

const fieldOwner = z.strictObject({
	owner: z.enum(['crm', 'erp']),
	tolerance: z
		.string()
		.regex(/^(\d+(\.\d+)?)?$/, 'an amount such as 0.50')
		.default('')
		.meta(digits)
		.describe('of credit_limit_amount: a difference up to this amount is none'),
})

const linkRules = z.strictObject({
	crm: z.string().describe('the connection'),
	erp: z.string().describe('the connection'),
	orders: z
		.array(z.enum(['order_names_deal', 'deal_names_order', 'lines_name_deal_lines']))
		.min(1)
		.refine((rules) => new Set(rules).size === rules.length, 'each rule once')
		.optional()
		.describe(
			'the first rule that finds a deal counts; one that is left out never does. A person’s decision comes before all; default: order_names_deal, deal_names_order, lines_name_deal_lines',
		),
	lines: z
		.array(z.enum(['line_names_deal_line', 'only_one_of_product', 'same_product', 'lines_left']))
		.min(1)
		.refine((rules) => new Set(rules).size === rules.length, 'each rule once')
		.refine(
			(rules) => !rules.slice(0, -1).includes('lines_left'),
			'lines_left takes what no other rule found: put it last',
		)
		.optional()
		.describe(
			'the first rule that finds a line of those deals for the line of the order counts; one that is left out never does. `same_product` shares over all deal lines with the product, `only_one_of_product` refuses several; default: line_names_deal_line, same_product, lines_left',
		),
	invoices: z
		.enum(['whole', 'parts'])
		.default('whole')
		.describe(
			'what an invoice without an order bills of its deal: all of it, so that it stands for the order, or a part (subscriptions, instalments), so that the rest of the deal is `partly_invoiced`',
		),
})

const alerts = z.strictObject({
	webhook: z.string().optional().describe(`address that gets a POST with JSON; usually \${env:NAME}`),
	base_url: z.url().optional().describe('address under which people reach the pages, for links in messages'),
})

const memory = z.string().regex(/^[1-9]\d{0,5}(MB|GB)$/, 'an amount of memory such as 800MB or 8GB')

const building = z.strictObject({
	memory: memory
		.optional()
		.describe(
			'what a build may use before it works on disk; default: 1GB, and half of the machine’s (4GB at most) for a table that does not fit',
		),
})

const server = z.strictObject({
	bind: z.string().default('127.0.0.1').describe('another address than loopback needs tokens'),
	port: z
		.string()
		.regex(/^\d{1,5}$/, 'a port between 0 and 65535')
		.meta(digits)
		.default('4000')
		.transform(Number)
		.refine((port) => port <= 65_535, 'a port between 0 and 65535'),
	tokens: z
		.record(z.string(), z.string().min(1))
		.default({})
		.describe(`who may read: a name and its token, as \${env:NAME}; at least 24 characters`),
})

const reconcile = z.strictObject({
	every: interval
		.prefault('7d')
		.describe('after which a stream is read whole again, for what changes without a new stamp; off: only by --full'),
	requests: z
		.string()
		.regex(/^[1-9]\d{0,6}$/, 'a number of requests from 1 to 9999999')
		.meta(digits)
		.default('1000')
		.transform(Number)
		.describe(
			'what one run may ask of a connection for it: streams take turns; never more than a tenth of a daily limit',
		),
})

const loading = z.strictObject({
	memory: memory
		.optional()
		.describe('what DuckDB may use while records are loaded; default: 128MB, and 128MB for each thread'),
	threads: z
		.string()
		.regex(/^[1-9]\d?$/, 'a number from 1 to 99')
		.meta(digits)
		.transform(Number)
		.optional()
		.describe('threads that load records; default: half of the cores, from 1 to 4'),
})

/** `tieout.yml`. Unknown keys are errors. Every default is here. */
export const configurationSchema = z.strictObject({
	company: z.strictObject({
		name: z.string().min(1),
		time_zone: timeZone,
		reporting_currency: z.string().describe('ISO 4217 code'),
		rate_policy: z
			.enum(['average', 'closing', 'crm'])
			.default('average')
			.describe(
				'the rate at which breaks are translated: the ERP’s average or closing rate of the period, or the CRM’s rate of its last day (for ERPs without group rates); of several systems the first of connections that has one',
			),
		materiality: amount.default('0').describe('unexplained above this, in the reporting currency, is not trusted'),
	}),
	calendar: calendarSchema,
	close_calendar: closeCalendarSchema,
	connections: z.record(z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, 'a name of a-z, 0-9 and _'), connection),
	legal_entities: z
		.record(z.string(), z.record(z.string(), references))
		.default({})
		.describe('the company’s code, then what each connection calls it'),
	product_codes: z
		.record(z.string(), references)
		.default({})
		.describe('products whose codes the systems write differently: the CRM’s, then the ERP’s'),
	scope: z
		.strictObject({
			go_live: date.optional().describe('deals and orders before this date are out of scope'),
			minimum_amount: z.strictObject({ amount, currency: z.string() }).optional(),
			exclude_channels: z.array(z.string()).default([]),
			exclude_accounts: z
				.array(z.string().meta(digits))
				.default([])
				.describe(
					'income accounts that are no customer’s (interest, gains from rates), as the ERP numbers them, or connection:account',
				),
		})
		.prefault({}),
	currencies: z
		.record(
			z.string().regex(/^[A-Z]{3}$/),
			z
				.string()
				.regex(/^[0-4]$/, '0 to 4')
				.meta(digits),
		)
		.default({})
		.describe('codes that ISO 4217 lacks, or other minor digits'),
	field_owners: z
		.strictObject({ customers: z.partialRecord(z.enum(sharedFields), fieldOwner).optional() })
		.default({})
		.describe('which system owns each field that both have'),
	owners: z
		.strictObject({
			default: person.default('unassigned'),
			checks: z.record(z.string(), person).default({}).describe('who answers for a check'),
			breaks: z.record(z.string(), person).default({}).describe('who answers for a break code'),
		})
		.prefault({}),
	links: z
		.array(linkRules)
		.default([])
		.describe(
			'which record is believed about the deals that an order belongs to; default: the order, then the deal, then the order’s lines',
		),
	break_limits: z
		.partialRecord(z.enum(carriedCodes), days)
		.default({})
		.describe('how old a carried break may get: a code, and whole days; one without a limit has none'),
	close: closeSchema,
	ageing_buckets: z
		.array(
			z
				.string()
				.regex(/^\d{1,4}$/, 'whole days such as 30')
				.meta(digits)
				.transform(Number),
		)
		.min(1)
		.max(8)
		.default(() => [30, 60, 90])
		.refine(
			(list) => list.every((days, index) => days > (list[index - 1] ?? 0)),
			'days that grow, such as [30, 60, 90]',
		)
		.describe('the last day of each bucket of age; what is older is in one more'),
	schedule: schedule.default('0 2 * * *').describe('the whole run, in the company’s time zone'),
	reconcile: reconcile.prefault({}),
	build: building.prefault({}),
	loading: loading.prefault({}),
	alerts: alerts.prefault({}),
	server: server.prefault({}),
})

/** What `tieout.yml` says, defaults filled in, durations in minutes (`break_limits`: days), shares in hundredths of a percent. */
export type ConfigurationValues = z.output<typeof configurationSchema>
export type ConnectionValues = ConfigurationValues['connections'][string]

/** Every currency the project knows: ISO 4217 and what the configuration adds. */
export function knownCurrencies(values: Pick<ConfigurationValues, 'currencies'>): Map<string, number> {
	return new Map([
		...isoCurrencies,
		...Object.entries(values.currencies).map(([code, minor]) => [code, Number(minor)] as const),
	])
}
