import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { createClient } from '../extract/client.ts'
import type { DescribedStreams } from '../extract/schema-diff.ts'
import { declaredQuery } from '../extract/stream-run.ts'
import { vendorCause } from '../extract/vendor-error.ts'
import { TieoutError } from '../models/error.ts'
import type { Config } from './config.ts'
import { extractState } from './extract-state.ts'
import { connectionsOf, sourcesOf } from './sources.ts'
import type { State } from './state.ts'

const description = z.object({
	fields: z.record(z.string(), z.string()),
	labels: z.record(z.string(), z.string()).optional(),
	required: z.array(z.string()).optional(),
	lengths: z.record(z.string(), z.number()).optional(),
	options: z.record(z.string(), z.array(z.string())).optional(),
})

const savedSchema = z.object({
	schema: z.literal('tieout.schema/1'),
	connection: z.string(),
	kind: z.string(),
	saved_at: z.string(),
	streams: z.record(z.string(), description.nullable()),
})

/** The fields of every stream of an environment, as `tieout schema save` writes them. A stream that is not described is null. */
export type EnvironmentSchema = Omit<z.infer<typeof savedSchema>, 'streams'> & { streams: DescribedStreams }

/** Asks the source of a connection for the fields of every stream that it reads. Nothing is loaded. */
export async function describeConnection(
	config: Config,
	state: State,
	name: string,
	{ now, signal }: { now: () => number; signal: AbortSignal },
): Promise<EnvironmentSchema> {
	const connection = connectionsOf(config).find((one) => one.name === name)!
	const source = sourcesOf(config).find((one) => one.kind === connection.kind)!
	const client = createClient(source, connection, extractState(state.db, { now }), { now, signal })
	const streams = source.streams.filter((stream) => !stream.within && connection.streams?.includes(stream.name))
	try {
		const described = await Promise.all(
			streams.map(async (stream) => {
				const found = await source.describe?.(declaredQuery(stream, connection), client.ask).catch((error) => {
					// Not permitted there, or not there at all: that is what the comparison is to show.
					if (['denied', 'drift'].includes(vendorCause(error)?.action ?? '')) return null
					throw error
				})
				return [stream.name, found ?? null] as const
			}),
		)
		return {
			schema: 'tieout.schema/1',
			connection: name,
			kind: connection.kind,
			saved_at: new Date(now()).toISOString(),
			streams: Object.fromEntries(described),
		}
	} finally {
		await client.close()
	}
}

/** A file of `tieout schema save`. Throws `usage` for one that can't be read, or is none. */
export async function readSavedSchema(file: string): Promise<EnvironmentSchema> {
	const text = await readFile(file, 'utf8').catch((cause) => {
		throw new TieoutError('usage', 'schema.no_file', `${file} can't be read: ${cause.message}`, {
			where: file,
			next: 'name a connection of tieout.yml, or a file of tieout schema save CONNECTION --out FILE',
			cause,
		})
	})
	const parsed = savedSchema.safeParse(parsedJson(text))
	if (parsed.success) return parsed.data as EnvironmentSchema
	const issue = parsed.error.issues[0]!
	throw new TieoutError(
		'usage',
		'schema.not_saved',
		`${file} is no saved schema: ${issue.path.join('.')}: ${issue.message}`,
		{
			where: file,
			next: 'write it with tieout schema save CONNECTION --out FILE',
			cause: parsed.error,
		},
	)
}

function parsedJson(text: string): unknown {
	try {
		return JSON.parse(text)
	} catch {
		return null
	}
}
