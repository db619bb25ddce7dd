import { z } from 'zod'
import { configurationSchema } from './schema.ts'
import type { ValuePath } from './text.ts'

type JsonSchema = {
	properties?: Record<string, JsonSchema>
	additionalProperties?: JsonSchema | boolean
	anyOf?: JsonSchema[]
	oneOf?: JsonSchema[]
	items?: JsonSchema
	/** The names that a section of names may have. */
	propertyNames?: { enum?: string[] }
	[key: string]: unknown
}

/**
 * JSON Schema (draft 7) of `tieout.yml`, which editors complete and check by, offline. `kinds` are the sources there are.
 * Amounts and other digits may be written as text or as a number; tieout reads the digits either way.
 */
export function configurationJsonSchema(kinds: readonly string[]): JsonSchema {
	const schema = z.toJSONSchema(configurationSchema, {
		target: 'draft-7',
		io: 'input',
		override: ({ jsonSchema }) => {
			if (!('digits' in jsonSchema)) return
			delete jsonSchema['digits']
			Object.assign(jsonSchema, { type: ['string', 'number'] })
		},
	}) as JsonSchema
	const connections = schema.properties?.['connections']?.additionalProperties
	if (typeof connections === 'object') {
		const { type, ...rest } = connections.properties!['source']!
		// A project's own sources have kinds that nobody can know here: editors propose ours and take any.
		connections.properties!['source'] = { ...rest, anyOf: [{ enum: [...kinds] }, { type }] }
	}
	return { ...schema, title: 'tieout.yml' }
}

/** The settings that may stand under `path`; empty where names are free. */
export function settingsAt(path: ValuePath): string[] {
	return keysAt(configurationJsonSchema([]), path)
}

/** The settings that a source's `options:` may have under `path`, by its own schema. */
export function optionsAt(options: z.ZodType, path: ValuePath): string[] {
	return keysAt(z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' }) as JsonSchema, path)
}

function keysAt(root: JsonSchema, path: ValuePath): string[] {
	const found = path.reduce<JsonSchema[]>(
		(schemas, step) => schemas.flatMap((schema) => below(schema, String(step))),
		branches(root),
	)
	return [
		...new Set(
			found.flatMap((schema) => [...Object.keys(schema.properties ?? {}), ...(schema.propertyNames?.enum ?? [])]),
		),
	]
}

function below(schema: JsonSchema, step: string): JsonSchema[] {
	const next = schema.properties?.[step] ?? schema.items ?? schema.additionalProperties
	return typeof next === 'object' ? branches(next) : []
}

function branches(schema: JsonSchema): JsonSchema[] {
	const several = schema.anyOf ?? schema.oneOf
	return several ? several.flatMap(branches) : [schema]
}
