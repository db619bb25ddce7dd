import type { z } from 'zod'
import type { Auth, ClientOptions } from './auth.ts'
import type { ColumnType } from './column-type.ts'
import type { Transport } from './http.ts'
import type { Tokens, Window } from './state.ts'

/** What a system is to the company. */
export type Role = 'crm' | 'erp' | 'billing' | 'cpq' | 'marketing' | 'support' | 'integration'

/**
 * A request as plain data: it is kept as the place where an interrupted run goes on, so it never holds a credential.
 * `path` is below the connection's origin (or a whole address on an allowed origin); `body` is sent as JSON.
 */
export type SourceRequest = {
	method: 'GET' | 'POST'
	path: string
	query?: Record<string, string>
	headers?: Record<string, string>
	body?: unknown
}

/** An answer as the verdict sees it. `text` is empty for a success that was not looked at. */
export type Answer = { status: number; headers: Record<string, string | undefined>; text: string }

/**
 * What an answer means, by vendor and by code: `retry` (wait, ask again) · `smaller` (ask for less) · `auth` (renew the credential
 * once) · `quota` (stop; `until` says when it can go on) · `data` (this record) · `drift` (our question no longer fits the schema)
 * · `denied` (no permission: a visible skip) · `config` (a person must act).
 */
export type Verdict =
	| { action: 'ok' }
	| {
			action: 'retry' | 'smaller' | 'auth' | 'quota' | 'data' | 'drift' | 'denied' | 'config'
			code: string
			message: string
			/** Seconds that the vendor asks to wait. */
			after?: number
			/** It may have been too much at once: where asking again does not help, less is asked for. */
			isTooSlow?: boolean
			until?: string
			next?: string
	  }

/**
 * A pair of method and path that may be asked; everything else is refused before a socket opens. `path` is a pattern over the whole
 * path: `*` is one segment. `refuse` looks at the request and answers why it may not be sent, or null.
 */
export type AllowRule = { method: 'GET' | 'POST'; path: string; refuse?: (request: SourceRequest) => string | null }

/** Which hosts are the source's: whole origins, or `*.` suffixes of hosts (https only). */
export type OriginRule = string

/** A column of a stream. `field`: where the value stands in the vendor's record (a member, or a path with dots). */
export type Column = {
	field: string
	type: ColumnType
	/** A field that each company names itself: `fields:` of the connection says how; it may be missing. */
	isCustom?: boolean
	/** A field that not every version or edition has; empty where it is missing, and nobody is asked to name it. */
	isOptional?: boolean
	/** The exact inverse of another column, to 10 places, half up; the vendor sends no such field. */
	inverseOf?: string
}

/** How versions are stamped: the column, and how far a run looks back. Seconds. */
export type Cursor = {
	column: string
	/** Rows commit later than their stamp says: this much of the end of each window is read again by the next run. */
	heldBack: number
	/** And this much more. */
	overlap: number
	/** Whole days of the account's zone are read again (its filters or stamps may count days). */
	wholeDays?: boolean
}

/** A stream: plain data, whatever the vendor. */
export type Stream = {
	/** Also the name of the raw table, after the kind. */
	name: string
	/** The vendor's name of the object, table or entity. */
	object: string
	/** Landing columns that make the key; joined with `:`. */
	key: string[]
	columns: Record<string, Column>
	/** Null: everything is read each time, and what is missing was deleted. */
	cursor: Cursor | null
	/** A record whose column has this value is deleted. */
	deletedWhen?: { column: string; equals: string }
	/** An empty text means that there is nothing: systems that keep every value as text send it where a person has cleared a field. */
	hasBlanks?: boolean
	/** The money of a record, for the certificate. `currency` null: there is no such column, and it is added up where the options name one. */
	money?: { amount: string; currency: string | null }
	/** The columns that name a record of the source's list of deleted ones; the key, if absent. Lines go with their document. */
	deletedBy?: string[]
	/** Minutes after which all keys are read to find what no list of deletions tells of; a week, if absent. Only with a cursor. */
	sweep?: number
	/**
	 * Minutes after which everything is read again, where people change records of the system every day without a new stamp; as often as the
	 * configuration says (`reconcile.every`), if absent or less. Only with a cursor.
	 */
	whole?: number
	/**
	 * Records give way to others under new keys, and nothing tells of it: each run that brought a new version asks for the count of all, not
	 * one in an hour. Only with a cursor.
	 */
	isReplaced?: true
	/**
	 * An ordinary company may have none of it. Of every other stream it is told when it was read and never had a record: a role that may
	 * see none looks so. Nor does any other list end, or lose more than half, without a person's decision.
	 */
	mayBeEmpty?: boolean
	/** Minutes after which the stream counts as stale. */
	freshness: { warn: number; error: number }
	/** The part of the vendor's table that is read, in the vendor's own language. */
	filter?: string
	/** A list inside the records of another stream: no request of its own, loaded with each new version of the record. */
	within?: Within
	/** 1: a month end can't do without it, so its requests go first; 2, if absent; 3: can wait. Counts when requests are short. */
	priority?: 1 | 2 | 3
	/** Asked for by the keys of another stream's records: those that changed there since this one's last run. */
	follows?: Follows
}

/**
 * Where a list stands inside another stream's records, such as an invoice's lines. The stream's `columns` are members of an element;
 * `^.Amount` is a member of the element that encloses it (of lists in lists), `^^.Id` one of the record. Its `key` is below the
 * record's: the raw `_key` is `<record's key>:<element's key>`; an empty key is the element's place, from 1.
 */
export type Within = {
	/** The stream whose records hold it. */
	stream: string
	/** The landing column of that stream which holds the list as JSON (`type: 'json'`). */
	column: string
	/** The list inside each element of the list that is meant: `LinkedTxn` of `Line`; `details[].events`: a list in the elements of that one. */
	inside?: string
}

/** A stream that can only be asked by keys. A key that was asked for and not answered counts as deleted. */
export type Follows = {
	/** The stream whose keys are asked for. */
	stream: string
	/** The landing column of that stream which holds the key to ask for, if it is not its own: no two of its records name the same one. */
	column?: string
	/** Keys in one request. */
	batch: number
	/** The landing columns that hold the key which was asked for, where it is not this stream's own: several records may answer one. */
	by?: string[]
	/** A key that was merged may be answered with the record that lives on, which was not asked for. */
	mayAnswerOthers?: boolean
	/** Seconds after a record's change for which it is asked for again by each run: what belongs to it may come a little later, unstamped. */
	overlap?: number
	/**
	 * Only keys with more than one version here are asked for: what the stream tells is of changes (who made them), and of a record that
	 * never changed there is nothing to ask. A first read costs no request then.
	 */
	isOfChanges?: boolean
	/** Minutes after which all live keys are asked for again: what belongs to a record may change without a change of the record. */
	again?: number
}

/** What is asked of a source: the stream, its fields (landing name to the vendor's field, null where the company has none), bounds. */
export type Query<Options> = {
	stream: Stream
	fields: Record<string, string | null>
	window: Window
	options: Options
	/** Values of a parsed record's declared columns, to start behind. */
	after?: Record<string, string | null>
	/** Records a page; smaller after the vendor could not bear more. */
	pageSize?: number
	/** Only what is not deleted, whatever its stamp: for the sweep of all keys and its count. */
	isLive?: boolean
	/** Of a stream that follows another: the keys of one request. */
	keys?: string[]
	/** The vendor's fields that are asked for beside the declared ones, to be kept in `_extra`, with the vendor's types. */
	extra?: Record<string, string>
}

/**
 * A page after its scan. `last`: the last record's declared columns; `lastRecord`: as it came. `headers`: lower case. Of a page that overlaps
 * the one before neither that record counts nor, where `hasMoved`, anything of it.
 */
export type Page = {
	hasMoved?: boolean
	rows: number
	envelope: unknown
	last: Record<string, string | null> | null
	lastRecord: Record<string, unknown> | null
	headers: Record<string, string | undefined>
}

/**
 * A page that is one object whose members are the records, such as rates by currency: a member's name stands under each of `names`, its
 * value under `value`, and `constants` beside them.
 */
export type Members = { names: string[]; value: string; constants: Record<string, string> }

/** How a stream's pages are asked for and read. */
export type Reading = {
	first: SourceRequest
	/** Where the records are in a page, a path with dots (a number: an element of a list, from 0); empty: the page is the list. */
	records: string
	/** A page without records has no list: what would hold it is there, without it. */
	mayLackList?: boolean
	/** Members of a record that are the transport's, not the record's. */
	ignore?: string[]
	/** Those of the objects and lists inside a record, however deep. */
	ignoreInside?: string[]
	/** The member that holds the record's own ones, such as `properties`: they land as if they stood on top. */
	unwrap?: string
	/** The page is an object whose members are the records; `records` is empty then. */
	members?: Members
	/**
	 * The page is a report, sections within sections, and no list: its lines as flat records, whose values are text as the vendor wrote it.
	 * `page` is parsed, numbers as text. `records` is empty then. Throws what is worth asking again when it is no such report.
	 */
	lines?(page: unknown, request: SourceRequest): Record<string, string | null>[]
	/** The request that follows, null after the last page. Throws when a page contradicts itself. */
	next(page: Page, request: SourceRequest): SourceRequest | null
	/** Throws when a page is not what was asked for: longer, or with records of before the window. `next` may be asked without records, this not. */
	refuse?(page: Page): void
	/** Records asked for at once, where less can be asked for. */
	pageSize?: number
	/** How many requests so many records take, for `--plan`; as many as full pages hold them, and one at least, if absent. */
	requests?(rows: number): number
	/** How many records the source says there are in all. Asked of each page until one tells; null where a page tells only of what follows it. */
	total?(envelope: unknown, request: SourceRequest): number | null
	/**
	 * The pages are CSV with a header: every value lands as text, an empty one as null. `offsets`: fields whose moments end in `Z` there and
	 * in `+0000` in the vendor's JSON; they land like that, so that a version is the same however it was read; so do `booleans`, without quotes.
	 */
	csv?: { offsets: string[]; booleans?: string[] }
	/** May a page without records be followed by another? */
	mayBeEmpty?: boolean
	/**
	 * Of a request whose page begins with the last record of the page before: the landing column that tells it is that one, else null. Where it
	 * is not, records have gone from the list, all behind them moved up, and some would be passed over: it is read from its first page again.
	 */
	overlap?(request: SourceRequest): string | null
	/** Is this the answer of an expired place in a list? Then the run starts again behind the last record. */
	isExpired?(code: string): boolean
}

/** A large read that the vendor prepares as a whole: a job is made, waited for, and its pages are fetched. */
export type JobPlan = {
	create: SourceRequest
	/** What finds the job again, from the answer to `create`: kept until the run ends. */
	nameOf(answer: unknown): string
	poll(job: string): SourceRequest
	/** How far it is, from the answer to `poll`. `rows`: all its records. */
	progress(
		answer: unknown,
	): { state: 'waiting' } | { state: 'done'; rows: number } | { state: 'failed'; message: string }
	/** Its pages. Their order may be any: a run never starts behind a record. */
	results(job: string, rows: number): Reading
	/** Does this error say that the vendor does not do such a job? Then the stream is read page by page. */
	isRefusal(code: string, message: string): boolean
	/** Does this error code say that the job no longer exists? */
	isGone(code: string): boolean
}

/** Asks one small question outside of paging; numbers in the answer are text, and a 304 is null. */
export type Ask = (request: SourceRequest) => Promise<{ json: unknown; headers: Record<string, string | undefined> }>

/** Deleted records that the source lists: `key` and when (ISO, UTC), read like any stream. */
export type DeletesReading = Reading & {
	/** From a landed line of the list: the key, and the moment of deletion (sortable like the stream's cursor), null to pass over it. */
	read(record: Record<string, unknown>): { key: string; at: string } | null
	/** Is the list complete from where it was asked? Else a sweep must follow. `until`: how far it goes (epoch ms), null as asked. */
	covered?(envelope: unknown): { isComplete: boolean; until: number | null }
	/** Does this error code say that the list is too long to be told? Then a sweep must follow. */
	isTooLong?(code: string): boolean
	/** What the vendor calls the permission that the list needs, where it is one of its own. */
	permission?: string
}

/** What the source itself counts within the bounds. `money`: exact text by currency, where it can tell. */
export type SourceCount = {
	rows: number | null
	money?: Record<string, string>
	reason?: string
	/** The source counts by an index that comes after its records: it has these at least, and more is no fault. */
	isLeast?: boolean
}

/** The type of a field that is there, and whose description could not be had: a permission is missing, a service was down. */
export const typeUnknown = 'unknown'

/**
 * A stream's fields as the vendor describes them: name to type. With a type unknown, fields that we don't read may be left out. Labels
 * help to propose candidates.
 */
export type Description = {
	fields: Record<string, string>
	labels?: Record<string, string>
	/**
	 * Of a system that answers only the fields it is asked for: those that the company has made itself and whose values stand in the record
	 * (no formulas, no texts without end). They are asked for too, declared or not.
	 */
	custom?: string[]
	/** Fields that are there and whose values the user may not read, and how it may; they are not among `fields`. */
	withheld?: { fields: string[]; next: string }
	/** What else the vendor tells, absent where it tells nothing: fields that are never empty, characters, values to choose from. */
	required?: string[]
	lengths?: Record<string, number>
	options?: Record<string, string[]>
}

/** How a person's consent is had: OAuth 2.0's authorization code (RFC 6749, section 4.1), with PKCE (RFC 7636). */
export type Consent = {
	/** The page that the person opens, without parameters. */
	authorizeUrl: string
	/** Who exchanges the code, and where. */
	client: ClientOptions
	scopes: string[]
	/** More parameters of the page's address. */
	parameters?: Record<string, string>
	/** The vendor does not know PKCE. */
	hasNoChallenge?: boolean
	/** What comes with the redirect beside the code: the parameter, and the option of the connection that it must agree with. */
	redirected?: Record<string, string>
	/** Vendors that take no `http://localhost` as the address to come back to: the person pastes where the browser ended. */
	needsHttps?: boolean
}

/** Something that a login or an API depends on and that ends (epoch ms). `next`: what a person does before. */
export type Ending = { what: string; at: number; next: string }

/** What models link to by the CRM (the first two) and by the ERP. */
export const recordObjects = [
	'account',
	'opportunity',
	'customer',
	'order',
	'invoice',
	'credit_note',
	'journal',
] as const

/** One address with `{object}` (a word of {@link recordObjects}) and `{id}`, or one with `{id}` for each kind of record that has a page; of documents also `{number}`. */
export type RecordUrl = string | Partial<Record<(typeof recordObjects)[number], string>>

/** A vendor: data, and a few named strategies. Everything that differs between vendors is here; the engine knows none of them. */
export type Source<Options = Record<string, unknown>> = {
	kind: string
	/** What its raw tables are called before `__`, where several kinds share them; the kind, if absent. */
	tables?: string
	title: string
	role: Role
	options: z.ZodType<Options>
	/** Values that must never be seen in a message. */
	secrets(options: Options): string[]
	origin(options: Options): string
	origins(options: Options): OriginRule[]
	allow: AllowRule[]
	auth(options: Options): Auth
	/** What the tokens are kept under where several connections share one login that rotates them; the connection's name, if absent. */
	login?(options: Options): string | undefined
	/** How a person consents to the connection, for `tieout connect`; null where these options log in without. */
	consent?(options: Options): Consent | null
	/** What the login reaches (organisations, companies): asked after a consent; what `probe` asks, if absent. */
	reach?(options: Options, ask: Ask): Promise<{ name: string; detail: string }[]>
	/** What of the login and of the API ends, and when; `now` and the tokens' moments by the machine's clock (epoch ms). */
	expiry?(options: Options, tokens: Tokens | null, now: number): Ending[]
	verdict(answer: Answer): Verdict
	/** Requests at once, and in any stretch of so many seconds (a moving window), over all streams of an account. */
	budget(options: Options): {
		concurrency: number
		perSecond?: number
		windows?: { seconds: number; requests: number }[]
		/** Limits that some requests have besides: those whose path ends so. */
		apart?: { path: string; seconds: number; requests: number }[]
	}
	/** What the vendor calls the permission that a request needs, where it was denied with this code for want of one. */
	permission?(request: SourceRequest, code: string): string | null
	/** How much of which quota is used, from an answer's headers. `next`: what helps where the rest is left to others, if it is not waiting alone. */
	usage?(
		headers: Record<string, string | undefined>,
		options: Options,
	): { quota: string; used: number; maximum: number; next?: string } | null
	streams: Stream[]
	/** The streams that a connection has, where its options say so; all of them, if absent. */
	inUse?(options: Options): string[]
	/** The options with their paths made absolute, `folder` being the project's. */
	located?(options: Options, folder: string): Options
	/** What answers in place of the network. */
	transport?(options: Options): Transport
	/** The moment that what is read speaks for (epoch ms), where it is not the moment of reading. */
	saidAt?(ask: Ask): Promise<number>
	read(query: Query<Options>): Reading
	/** How a full read of so many records (as `count` says) is done as a job; null: it is read page by page. */
	job?(query: Query<Options>, rows: number): JobPlan | null
	/** The names and types of the fields that a stream has; null where the vendor can't tell. */
	describe?(query: Query<Options>, ask: Ask): Promise<Description | null>
	/** How many requests `describe` takes, for `--plan`; one, if absent. */
	describeRequests?(query: Query<Options>): number
	/** Whether `describe` of this stream takes one request more that is made once a run for all such streams, for `--plan`; none, if absent. */
	describedTogether?(stream: Stream): boolean
	deletes?(query: Query<Options>, since: number): DeletesReading | null
	count?(query: Query<Options>, ask: Ask): Promise<SourceCount>
	/**
	 * Which account the options lead to (a realm, a tenant, an account id); undefined: they don't say. The host that is asked, if absent.
	 * Records of two accounts never belong under one name.
	 */
	account?(options: Options): string | undefined
	/** The time zone in which the vendor writes its stamps; they land in UTC. */
	zone?(options: Options): string
	/** The address at which a person opens a record. */
	recordUrl?(options: Options): RecordUrl
	/** Whether the system has sales orders; it has, if absent. Where it has none, what was not ordered was not invoiced. */
	hasOrders?(options: Options): boolean
	/** What the options choose to take revenue from, for the source's own staging models; one way alone, if absent. */
	revenueFrom?(options: Options): string | undefined
	/** The currency of all its records, where the options say that it has only one and its records name none. */
	ownCurrency?(options: Options): string | undefined
	/** What a record belongs to that names no legal entity, where the options say so: what `legal_entities` of the configuration calls it. */
	ownLegalEntity?(options: Options): string | undefined
	/** The names of the stages in which a deal is won or lost, where the system itself does not say so of a deal. */
	ownStages?(options: Options): { won: readonly string[]; lost: readonly string[] }
	/** Whether references to its records are Salesforce ids or plain text. */
	referenceForm?: 'salesforce' | 'text' | ((options: Options) => 'salesforce' | 'text')
	/** One cheap question each, for `tieout doctor`: what is asked, a sentence of what came and, where it should be otherwise, what to do. */
	probe?(options: Options, ask: Ask): Promise<{ name: string; detail: string; fix?: string }[]>
}

/** Declares a source; keeps its options' type for the strategies and hides it from the engine. */
export function defineSource<Options>(source: Source<Options>): Source {
	return source as unknown as Source
}

/** One org, realm, tenant or account: a name, its options (checked by the source), and what its custom fields are called. */
export type Connection = {
	name: string
	kind: string
	options: Record<string, unknown>
	/** Landing name to the vendor's field. Prefix with the stream (`accounts.legal_entity`) where streams differ. */
	fields?: Record<string, string>
	/** The streams to read; all of the source's if absent. */
	streams?: string[]
}
