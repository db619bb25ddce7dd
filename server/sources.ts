import type { Reconcile } from '../extract/reconcile.ts'
import { sources as builtIn, rawColumns } from '../extract/registry.ts'
import type { Connection, Source } from '../extract/source.ts'
import type { PublishedConnection } from '../models/entities.ts'
import type { AccountRead } from './accounts-read.ts'
import type { Config, ConnectionConfig, SourceSummary } from './config.ts'
import type { ConnectionFacts } from './configuration/tables.ts'
import type { StreamLimits } from './freshness.ts'

/** What the configuration is checked against: every source of the registry by kind. */
export function sourceSummaries(sources: readonly Source[] = builtIn): Record<string, SourceSummary> {
	return Object.fromEntries(
		sources.map((source) => [
			source.kind,
			{
				role: source.role,
				options: source.options,
				streams: source.streams.map((stream) => stream.name),
				fields: customFields(source),
				own: (options) => ({
					currency: source.ownCurrency?.(options),
					legalEntity: source.ownLegalEntity?.(options),
				}),
			},
		]),
	)
}

/** The names under `fields:` of a connection: of each custom field, by itself and with its stream before it. */
function customFields({ streams }: Source): string[] {
	const names = streams.flatMap(({ name, columns }) =>
		Object.entries(columns).flatMap(([landing, { isCustom }]) => (isCustom ? [landing, `${name}.${landing}`] : [])),
	)
	return [...new Set(names)].sort()
}

/** Every source that a project can use: the product's, then its own. */
export function sourcesOf({ ownSources }: Pick<Config, 'ownSources'>): readonly Source[] {
	return [...builtIn, ...ownSources]
}

/**
 * The configured connections as extraction takes them; streams switched off are left out, and with them what lies in their records or is
 * asked for by their keys.
 */
export function connectionsOf(config: Config, sources: readonly Source[] = sourcesOf(config)): Connection[] {
	return config.connections.map((connection) => {
		const source = sourceOf(connection.source, sources)
		const off = Object.entries(connection.streams).filter(([, stream]) => stream.enabled === false)
		const hidden = new Set(off.map(([name]) => name))
		const inUse = source.inUse?.(connection.options) ?? source.streams.map((stream) => stream.name)
		const isOn = (name: string): boolean => {
			const { within, follows } = source.streams.find((stream) => stream.name === name)!
			const parents = [within?.stream, follows?.stream].filter((parent) => parent !== undefined)
			return inUse.includes(name) && !hidden.has(name) && parents.every(isOn)
		}
		return {
			name: connection.name,
			kind: connection.source,
			options:
				(connection.isUnset ? undefined : source.located?.(connection.options, config.project.folder)) ??
				connection.options,
			fields: connection.fields,
			streams: inUse.filter(isOn),
		}
	})
}

/** What each connection leads to: a system's own word for the account, else the host that is asked, unless that is this machine (a proxy, a sandbox). */
export function accountsOf(config: Config, sources: readonly Source[] = sourcesOf(config)): AccountRead[] {
	return config.connections.map(({ name, source: kind, options, isUnset }) => {
		const source = sourceOf(kind, sources)
		if (isUnset) return { connection: name, tables: source.tables ?? kind, account: null }
		const account = source.account ? source.account(options) : hostOf(source.origin(options))
		return { connection: name, tables: source.tables ?? kind, account: account ?? null }
	})
}

function hostOf(origin: string): string | undefined {
	const { hostname, host } = new URL(origin)
	return /^(localhost|127\.|\[::1\])/.test(hostname) ? undefined : host
}

/** Those of them that are read: a system that was replaced (`enabled: false`) keeps its records and is asked nothing. */
export function connectionsRead(config: Config, sources: readonly Source[] = sourcesOf(config)): Connection[] {
	const off = new Set(config.connections.filter(({ enabled }) => enabled === false).map(({ name }) => name))
	return connectionsOf(config, sources).filter(({ name }) => !off.has(name))
}

/** How often each stream is read whole, as configured. */
export function reconcileOf({ reconcile, connections }: Pick<Config, 'reconcile' | 'connections'>): Reconcile {
	const own = connections.flatMap(({ name, streams }) =>
		Object.entries(streams).flatMap(([stream, settings]) =>
			settings.reconcile === undefined ? [] : [[`${name}.${stream}`, settings.reconcile] as const],
		),
	)
	return { ...reconcile, streams: Object.fromEntries(own) }
}

/** What a generation says of each connection: what its source is called, and which streams it has. Several sources with the same tables go by the connection's name. */
export function publishedConnections(
	config: Config,
	sources: readonly Source[] = sourcesOf(config),
): PublishedConnection[] {
	return connectionsOf(config, sources).map(({ name, kind, streams = [] }) => {
		const source = sourceOf(kind, sources)
		const url = recordUrlOf(config.connections.find((one) => one.name === name)!, source) ?? {}
		return {
			connection: name,
			kind,
			title: source.tables ? name : source.title,
			role: config.connections.find((one) => one.name === name)!.role,
			tables: source.tables ?? kind,
			streams,
			pages: typeof url === 'string' ? ('all' as const) : Object.keys(url),
		}
	})
}

/** The streams that are asked for by themselves: what lies within other records is landed, and judged, with them. */
export function streamsAsked(
	config: Config,
	sources: readonly Source[] = sourcesOf(config),
): { connection: string; stream: string }[] {
	return connectionsRead(config, sources).flatMap(({ name, kind, streams }) =>
		sourceOf(kind, sources)
			.streams.filter((stream) => streams?.includes(stream.name) && !stream.within)
			.map((stream) => ({ connection: name, stream: stream.name })),
	)
}

/** Every stream that a connection has, read or switched off by the configuration, with the freshness limits that its source declares. */
export function streamLimits(config: Config, sources: readonly Source[] = sourcesOf(config)): StreamLimits[] {
	const isRead = new Set(connectionsRead(config, sources).map(({ name }) => name))
	return connectionsOf(config, sources).flatMap(({ name, kind, options, streams }) => {
		const source = sourceOf(kind, sources)
		const inUse = source.inUse?.(options)
		return source.streams
			.filter((stream) => inUse?.includes(stream.name) ?? true)
			.map((stream) => ({
				connection: name,
				stream: stream.name,
				within: stream.within?.stream,
				// A list inside records comes with them: whoever sees those sees it.
				mayBeEmpty: stream.mayBeEmpty ?? stream.within !== undefined,
				isOff: !isRead.has(name) || !streams?.includes(stream.name),
				...stream.freshness,
			}))
	})
}

/** Where a connection's records open, and how its ids are compared: what the configuration leaves to the source. */
export function connectionFacts(
	config: Config,
	sources: readonly Source[] = sourcesOf(config),
): Record<string, ConnectionFacts> {
	return Object.fromEntries(
		config.connections.map((connection) => {
			const source = sourceOf(connection.source, sources)
			return [
				connection.name,
				{
					referenceForm: formOf(source, connection.options),
					timeZone: connection.time_zone ?? source.zone?.(connection.options),
					recordUrl: recordUrlOf(connection, source),
					hasOrders: source.hasOrders?.(connection.options) ?? true,
					revenueFrom: source.revenueFrom?.(connection.options),
					ownCurrency: source.ownCurrency?.(connection.options),
					ownLegalEntity: source.ownLegalEntity?.(connection.options),
					tables: source.tables ?? connection.source,
					ownStages: source.ownStages?.(connection.options),
				},
			]
		}),
	)
}

/** The kinds in use, by what their raw tables are called before `__`. */
export function kindsInUse(config: Config, sources: readonly Source[] = sourcesOf(config)): string[] {
	return config.connections.map((connection) => sourceOf(connection.source, sources).tables ?? connection.source)
}

/**
 * The declared columns of every stream, by raw table, for models of streams that were never loaded. Of files only those that are mapped:
 * where a file is not, its models are not in use, while a system's models also stand on streams that its options leave out.
 */
export function declaredColumns(
	config: Config,
	sources: readonly Source[] = sourcesOf(config),
): Record<string, string[]> {
	const declared = config.connections.map((connection) => {
		const source = sourceOf(connection.source, sources)
		const inUse = source.tables === 'mapped' ? source.inUse?.(connection.options) : undefined
		return inUse ? { ...source, streams: source.streams.filter(({ name }) => inUse.includes(name)) } : source
	})
	return rawColumns(declared)
}

/** Where records open; undefined: the source has no such address, or what it is made of is not known. */
function recordUrlOf({ record_url: own, options, isUnset }: ConnectionConfig, source: Source) {
	return own ?? (isUnset ? undefined : source.recordUrl?.(options))
}

function formOf({ referenceForm }: Source, options: Record<string, unknown>): 'salesforce' | 'text' {
	return typeof referenceForm === 'function' ? referenceForm(options) : (referenceForm ?? 'text')
}

function sourceOf(kind: string, sources: readonly Source[]): Source {
	return sources.find((source) => source.kind === kind)!
}
