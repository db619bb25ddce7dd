import path from 'node:path'
import type { z } from 'zod'
import { defineSource, type SourceRequest } from '../../source.ts'
import { type FilesOptions, filesOptions } from './options.ts'
import { fileStreams } from './streams.ts'
import { filesTransport } from './transport.ts'

/** Never asked: the folder answers in its place. */
const origin = 'https://files.invalid'
const asked = (question: string, entity: string): SourceRequest => ({ method: 'GET', path: `/${question}/${entity}` })

/** A folder of CSV files, any system's export, mapped to canonical columns. Its records land in `raw.mapped__<entity>`. */
export const files = defineSource<FilesOptions>({
	kind: 'files',
	tables: 'mapped',
	title: 'Files',
	role: 'erp',
	options: filesOptions as unknown as z.ZodType<FilesOptions>,
	secrets: () => [],
	origin: () => origin,
	// A folder may be moved.
	account: () => undefined,
	origins: () => [origin],
	allow: ['records', 'count', 'describe', 'said'].map((question) => ({
		method: 'GET' as const,
		path: `/${question}/*`,
	})),
	auth: () => async () => ({ headers: () => ({}) }),
	verdict: () => ({ action: 'ok' }),
	budget: () => ({ concurrency: 4 }),
	streams: fileStreams,
	inUse: ({ entities }) => Object.keys(entities),
	located: (options, folder) => ({ ...options, folder: path.resolve(folder, options.folder) }),
	transport: filesTransport,
	saidAt: async (ask) => Number(((await ask(asked('said', 'at'))).json as { at: string }).at),
	hasOrders: ({ entities }) => 'orders' in entities,
	referenceForm: ({ ids }) => ids,
	zone: (options) => options.time_zone,
	// One page: a file has one moment, and half of it is none.
	read: ({ stream }) => ({
		first: asked('records', stream.name),
		records: 'records',
		next: () => null,
		total: (envelope) => Number((envelope as { total: string }).total),
	}),
	describe: async ({ stream }, ask) => {
		const { json } = await ask(asked('describe', stream.name))
		const declared = Object.fromEntries(Object.entries(stream.columns).map(([name, { type }]) => [name, type]))
		return { fields: { ...declared, ...(json as { fields: Record<string, string> }).fields } }
	},
	count: async ({ stream }, ask) => {
		const { json } = await ask(asked('count', stream.name))
		const { rows, money } = json as { rows: string; money: Record<string, string> }
		return { rows: Number(rows), money }
	},
	probe: async (options, ask) =>
		await Promise.all(
			Object.keys(options.entities).map(async (entity) => {
				const { json } = await ask(asked('count', entity))
				return { name: entity, detail: `${(json as { rows: string }).rows} records in ${path.resolve(options.folder)}` }
			}),
		),
})

export { filesTransport }
