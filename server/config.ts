import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Source } from '../extract/source.ts'
import { TieoutError } from '../models/error.ts'
import { optionsAt } from './configuration/json-schema.ts'
import { configurationError, type Problem, problemsOf } from './configuration/problems.ts'
import { ownProblems, referenceProblems } from './configuration/references.ts'
import { type ConfigurationValues, type ConnectionValues, configurationSchema } from './configuration/schema.ts'
import { environmentOf, resolveReferences } from './configuration/secrets.ts'
import { type ConfigurationText, parseConfigurationText } from './configuration/text.ts'
import { type Project, projectIn } from './project.ts'

/** What the configuration must know of a source: the registry's sources have it. */
export type SourceSummary = {
	role: NonNullable<ConnectionValues['role']>
	/** Checks `options:` of a connection. */
	options: z.ZodType
	streams: readonly string[]
	/** What may stand under `fields:`; anything, if absent. */
	fields?: readonly string[]
	/** The currency and the legal entity that checked options give to records which name none. */
	own?(options: Record<string, unknown>): { currency?: string | undefined; legalEntity?: string | undefined }
}

/** A connection, ready to be used: its role known, its options as the source's schema gives them. */
export type ConnectionConfig = Omit<ConnectionValues, 'role'> & {
	name: string
	role: NonNullable<ConnectionValues['role']>
	/** Of a system that is asked nothing: where it is or who asks is not known, since a variable, a file or a command is not there. */
	isUnset?: boolean
}

/** `tieout.yml`, complete: secrets resolved, connections checked against their sources. Durations are minutes. */
export type Config = Omit<ConfigurationValues, 'connections'> & {
	project: Project
	connections: ConnectionConfig[]
	/** The sources of the project's own folder `sources/`; they add to the product's. */
	ownSources: readonly Source[]
}

/**
 * Reads and checks the configuration of the project in `folder`. Throws `config.missing` when there is none, and
 * `config.syntax`, `config.invalid`, `config.missing_variable` or `config.literal_secret` with file:line:column.
 */
export function loadConfig(
	folder: string,
	sources: Readonly<Record<string, SourceSummary>>,
	{
		environment = process.env,
		ownSources = [],
	}: { environment?: NodeJS.ProcessEnv; ownSources?: readonly Source[] } = {},
): Config {
	const project = projectIn(folder)
	const text = parseConfigurationText(readConfiguration(project), 'tieout.yml')
	const problems = referencesChecked(text, sources)
	if (problems.length > 0) throw configurationError(problems)
	const resolved = resolveReferences(text.value, {
		text,
		folder: project.folder,
		environment: environmentOf(project.folder, environment),
		off: connectionsOff(text.value),
	})
	const parsed = configurationSchema.safeParse(resolved)
	if (!parsed.success) throw configurationError(problemsOf(parsed.error, text))
	const late = referenceProblems(parsed.data, text, sources)
	if (late.length > 0) throw configurationError(late)
	return { ...parsed.data, project, connections: connectionsOf(parsed.data, text, sources), ownSources }
}

function readConfiguration(project: Project): string {
	try {
		return readFileSync(project.configuration, 'utf8')
	} catch (cause) {
		const { code } = cause as NodeJS.ErrnoException
		const isMissing = code === 'ENOENT' || code === 'ENOTDIR'
		throw new TieoutError(
			'configuration',
			isMissing ? 'config.missing' : 'config.unreadable',
			isMissing
				? code === 'ENOTDIR'
					? `${project.folder} is no folder`
					: `there is no tieout.yml in ${project.folder}`
				: `tieout.yml can't be read: ${(cause as Error).message}`,
			{
				where: project.configuration,
				next: isMissing
					? 'tieout init DIR makes a project; --project DIR names one; tieout demo needs none'
					: 'make it readable for this user',
				cause,
			},
		)
	}
}

/** Problems that can be told without any secret, so that a mistyped source isn't hidden behind a variable that isn't set yet. */
function referencesChecked(text: ConfigurationText, sources: Readonly<Record<string, SourceSummary>>): Problem[] {
	const parsed = configurationSchema.safeParse(text.value)
	if (!parsed.success) return problemsOf(parsed.error, text)
	return referenceProblems({ ...parsed.data, server: { ...parsed.data.server, tokens: {} } }, text, sources)
}

function connectionsOf(
	values: ConfigurationValues,
	text: ConfigurationText,
	sources: Readonly<Record<string, SourceSummary>>,
): ConnectionConfig[] {
	const problems: Problem[] = []
	const connections = Object.entries(values.connections).map(([name, connection]) => {
		const source = sources[connection.source]!
		const isUnset = connection.enabled === false && Object.values(connection.options).some(isIncomplete)
		const { options, error } = isUnset
			? parseEachOption(source.options, connection.options)
			: parseOptions(source.options, connection.options)
		if (error) {
			const at = ['connections', name, 'options']
			problems.push(...problemsOf(error, text, at, (path) => optionsAt(source.options, path)))
		} else problems.push(...ownProblems(name, source.own?.(options) ?? {}, values, text))
		return { ...connection, name, role: connection.role ?? source.role, options, ...(isUnset && { isUnset }) }
	})
	if (problems.length > 0) throw configurationError(problems)
	return connections
}

/** The names of connections that are switched off, before anything else of the file is checked. */
function connectionsOff(value: unknown): ReadonlySet<string> {
	const { connections } = (value ?? {}) as { connections?: Record<string, { enabled?: unknown } | null> }
	return new Set(
		Object.entries(connections ?? {}).flatMap(([name, connection]) => (connection?.enabled === false ? [name] : [])),
	)
}

function isIncomplete(value: unknown): boolean {
	if (value !== null && typeof value === 'object') return Object.values(value).some(isIncomplete)
	return value === undefined
}

/** Options of which some are not known: those that are there, checked one by one, and the defaults of others. */
function parseEachOption(
	schema: z.ZodType,
	options: Record<string, unknown>,
): { options: Record<string, unknown>; error?: z.ZodError } {
	if (!(schema instanceof z.ZodObject)) return { options }
	const known = Object.fromEntries(Object.entries(options).filter(([, value]) => !isIncomplete(value)))
	const absent = Object.entries(schema.shape).flatMap(([name, one]) =>
		name in known || (one as z.ZodType).safeParse(undefined).success ? [] : [name],
	)
	const shape = Object.fromEntries(Object.entries(schema.shape).filter(([name]) => !absent.includes(name)))
	return parseOptions(z.strictObject(shape), known)
}

/** Numbers come from YAML as their digits; where a source wants a number, the digits are turned into one. */
function parseOptions(
	schema: z.ZodType,
	options: Record<string, unknown>,
): { options: Record<string, unknown>; error?: z.ZodError } {
	let current = options
	for (let attempt = 0; attempt < 2; attempt++) {
		const parsed = schema.safeParse(current)
		if (parsed.success) return { options: parsed.data as Record<string, unknown> }
		const wanted = parsed.error.issues.filter((issue) => issue.code === 'invalid_type' && issue.expected === 'number')
		if (attempt > 0 || wanted.length === 0) return { options, error: parsed.error }
		current = structuredClone(options)
		for (const issue of wanted) replaceByNumber(current, issue.path)
	}
	return { options }
}

function replaceByNumber(root: Record<string, unknown>, path: PropertyKey[]): void {
	let parent: Record<PropertyKey, unknown> = root
	for (const step of path.slice(0, -1)) parent = parent[step] as Record<PropertyKey, unknown>
	const last = path.at(-1)!
	const text = parent[last]
	if (typeof text === 'string' && /^-?\d+(\.\d+)?$/.test(text)) parent[last] = Number(text)
}
