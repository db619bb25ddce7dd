import type { SourceSummary } from '../config.ts'
import { dayAfter } from './calendar.ts'
import { type Problem, unknownName } from './problems.ts'
import { type ConfigurationValues, knownCurrencies } from './schema.ts'
import type { ConfigurationText, ValuePath } from './text.ts'

/** What names something that isn't there: sources, streams, connections, currencies, periods out of order. */
export function referenceProblems(
	values: ConfigurationValues,
	text: ConfigurationText,
	sources: Readonly<Record<string, SourceSummary>>,
): Problem[] {
	return [
		...sourceProblems(values, text, sources),
		...fieldProblems(values, text, sources),
		...roleProblems(values, text, sources),
		...legalEntityProblems(values, text),
		...productCodeProblems(values, text),
		...currencyProblems(values, text),
		...calendarProblems(values, text),
		...linkProblems(values, text),
		...closeProblems(values, text),
		...tokenProblems(values, text),
	]
}

function sourceProblems(
	values: ConfigurationValues,
	text: ConfigurationText,
	sources: Readonly<Record<string, SourceSummary>>,
): Problem[] {
	return Object.entries(values.connections).flatMap(([name, connection]) => {
		const path: ValuePath = ['connections', name]
		const source = sources[connection.source]
		if (!source)
			return [
				unknownName(
					text.locate([...path, 'source']),
					`connections.${name}.source`,
					connection.source,
					Object.keys(sources).sort(),
				),
			]
		return Object.keys(connection.streams)
			.filter((stream) => !source.streams.includes(stream))
			.map((stream) =>
				unknownName(
					text.locate([...path, 'streams', stream], 'key'),
					`a stream under connections.${name}.streams`,
					stream,
					[...source.streams],
				),
			)
	})
}

/** A custom field under a name that its source does not read would be passed over in silence. */
function fieldProblems(
	values: ConfigurationValues,
	text: ConfigurationText,
	sources: Readonly<Record<string, SourceSummary>>,
): Problem[] {
	return Object.entries(values.connections).flatMap(([name, { source, fields }]) => {
		const known = sources[source]?.fields
		if (!known) return []
		return Object.keys(fields)
			.filter((field) => !known.includes(field))
			.map((field) =>
				unknownName(
					text.locate(['connections', name, 'fields', field], 'key'),
					`a field under connections.${name}.fields`,
					field,
					known,
				),
			)
	})
}

/** Rules of links stand between a CRM and an ERP that are there. */
function linkProblems(values: ConfigurationValues, text: ConfigurationText): Problem[] {
	const connections = Object.keys(values.connections)
	return values.links.flatMap((pair, at) =>
		(['crm', 'erp'] as const)
			.filter((side) => !connections.includes(pair[side]))
			.map((side) =>
				unknownName(text.locate(['links', at, side]), `links.${at}.${side}`, pair[side], connections.toSorted()),
			),
	)
}

/** A reconciliation has two sides. A project without connections is empty, which `run` says in its own words. */
function roleProblems(
	values: ConfigurationValues,
	text: ConfigurationText,
	sources: Readonly<Record<string, SourceSummary>>,
): Problem[] {
	const roles = Object.values(values.connections).map(
		(connection) => connection.role ?? sources[connection.source]?.role,
	)
	if (roles.length === 0 || roles.includes(undefined)) return []
	return (['crm', 'erp'] as const)
		.filter((role) => !roles.includes(role))
		.map((role) => ({
			where: text.locate(['connections'], 'key'),
			message: `no connection has the role ${role}`,
			next: `add a connection of ${role === 'crm' ? 'a CRM' : 'an ERP'}, or write role: ${role} under the one that is it`,
		}))
}

function legalEntityProblems(values: ConfigurationValues, text: ConfigurationText): Problem[] {
	const known = Object.keys(values.connections)
	const owners = new Map<string, string>()
	return Object.entries(values.legal_entities).flatMap(([code, byConnection]) =>
		Object.entries(byConnection).flatMap(([connection, references]) => {
			const path = ['legal_entities', code, connection]
			if (!known.includes(connection))
				return [unknownName(text.locate(path, 'key'), `a connection under legal_entities.${code}`, connection, known)]
			return references.flatMap((reference) => {
				const key = `${connection}\0${reference}`
				const other = owners.get(key)
				owners.set(key, code)
				if (other === undefined) return []
				return [
					{
						where: text.locate(path),
						message: `${path.join('.')} is ${JSON.stringify(reference)}, which is legal entity ${other} already`,
						next: 'let each reference stand under one legal entity',
					},
				]
			})
		}),
	)
}

function productCodeProblems(values: ConfigurationValues, text: ConfigurationText): Problem[] {
	const owners = new Map<string, string>()
	return Object.entries(values.product_codes).flatMap(([crmCode, erpCodes]) =>
		erpCodes.flatMap((erpCode) => {
			const other = owners.get(erpCode)
			owners.set(erpCode, crmCode)
			if (other === undefined) return []
			return [
				{
					where: text.locate(['product_codes', crmCode]),
					message: `product_codes.${crmCode} is ${JSON.stringify(erpCode)}, which is ${other} already`,
					next: 'let each code of the ERP stand under one of the CRM',
				},
			]
		}),
	)
}

/** What a connection's options say of records that name none must be a currency, and a legal entity as `legal_entities` calls it. */
export function ownProblems(
	connection: string,
	{ currency, legalEntity }: ReturnType<NonNullable<SourceSummary['own']>>,
	values: ConfigurationValues,
	text: ConfigurationText,
): Problem[] {
	const path = (option: string): ValuePath => ['connections', connection, 'options', option]
	const references = Object.values(values.legal_entities).flatMap((byConnection) => byConnection[connection] ?? [])
	const problems: Problem[] = []
	if (currency !== undefined && !knownCurrencies(values).has(currency))
		problems.push({
			where: text.locate(path('currency')),
			message: `${path('currency').join('.')} is ${JSON.stringify(currency)}; allowed: a code of ISO 4217 such as USD, or one under currencies:`,
		})
	if (legalEntity !== undefined && !references.includes(legalEntity)) {
		const own = JSON.stringify(legalEntity)
		const isWritten = values.connections[connection]?.options['legal_entity'] !== undefined
		const [code = 'US'] = Object.keys(values.legal_entities)
		problems.push({
			where: text.locate(isWritten ? path('legal_entity') : ['connections', connection], isWritten ? undefined : 'key'),
			message: isWritten
				? `${path('legal_entity').join('.')} is ${own}, which legal_entities does not name for ${connection}`
				: `the records of connections.${connection} name no legal entity: they are of ${own}, which legal_entities does not name for it`,
			allowed: references,
			next: `let both say the same: legal_entities: { ${code}: { ${connection}: ${own} } }`,
		})
	}
	return problems
}

function currencyProblems(values: ConfigurationValues, text: ConfigurationText): Problem[] {
	const known = [...knownCurrencies(values).keys()]
	const used: [ValuePath, string | undefined][] = [
		[['company', 'reporting_currency'], values.company.reporting_currency],
		[['scope', 'minimum_amount', 'currency'], values.scope.minimum_amount?.currency],
	]
	return used.flatMap(([path, code]) => {
		if (code === undefined || known.includes(code)) return []
		const { where, next } = unknownName(text.locate(path), '', code, known)
		return [
			{
				where,
				message: `${path.map(String).join('.')} is ${JSON.stringify(code)}; allowed: a code of ISO 4217 such as USD, or one under currencies:`,
				...(next && { next }),
			},
		]
	})
}

function calendarProblems({ calendar }: ConfigurationValues, text: ConfigurationText): Problem[] {
	if ('periods' in calendar) return listProblems(calendar.periods, text)
	if (!calendar.to || calendar.from <= calendar.to) return []
	return [
		{
			where: text.locate(['calendar', 'to']),
			message: `calendar.to is ${calendar.to}, before calendar.from, ${calendar.from}`,
		},
	]
}

type ListedPeriod = Extract<ConfigurationValues['calendar'], { periods: unknown }>['periods'][number]

function listProblems(periods: readonly ListedPeriod[], text: ConfigurationText): Problem[] {
	return periods.flatMap((period, index) => {
		const where = text.locate(['calendar', 'periods', index])
		const previous = periods[index - 1]
		if (period.start > period.end)
			return [{ where, message: `period ${period.id} starts on ${period.start}, after its end, ${period.end}` }]
		if (previous && dayAfter(previous.end) !== period.start)
			return [
				{
					where,
					message: `period ${period.id} starts on ${period.start}; expected ${dayAfter(previous.end)}, the day after period ${previous.id}`,
					next: 'periods follow each other without a gap or an overlap',
				},
			]
		if (previous && previous.id >= period.id)
			return [
				{
					where,
					message: `period ${period.id} follows ${previous.id}, but sorts before it as text`,
					next: 'name periods so that their ids sort like their dates: 2026-P09, 2026-P10',
				},
			]
		return []
	})
}

/** Who closes when is said of the legal entities that the configuration has. */
function closeProblems(values: ConfigurationValues, text: ConfigurationText): Problem[] {
	const known = Object.keys(values.legal_entities)
	return Object.keys(values.close_calendar.entities)
		.filter((code) => !known.includes(code))
		.map((code) =>
			unknownName(text.locate(['close_calendar', 'entities', code], 'key'), 'close_calendar.entities', code, known),
		)
}

function tokenProblems(values: ConfigurationValues, text: ConfigurationText): Problem[] {
	return Object.entries(values.server.tokens)
		.filter(([, token]) => token.length < 24)
		.map(([name, token]) => ({
			where: text.locate(['server', 'tokens', name]),
			message: `server.tokens.${name} has ${token.length} characters; expected at least 24`,
			next: 'make one with: openssl rand -base64 32',
		}))
}
