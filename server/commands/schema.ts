import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { compareDescriptions, type SchemaDifference } from '../../extract/schema-diff.ts'
import { TieoutError } from '../../models/error.ts'
import { countOf } from '../../reports/format.ts'
import type { DriftEffect } from '../../reports/health-history.ts'
import { companyClock } from '../clock.ts'
import { type Command, type CommandContext, type CommandInput, document, line } from '../command.ts'
import type { Config } from '../config.ts'
import { environmentOf } from '../configuration/secrets.ts'
import { describeConnection, type EnvironmentSchema, readSavedSchema } from '../environment-schema.ts'
import { exitCodes } from '../errors.ts'
import { loadProject } from '../load-project.ts'
import { effects } from '../schema-effects.ts'
import { connectionsOf, sourcesOf } from '../sources.ts'
import { openState } from '../state.ts'

/**
 * `tieout schema save` writes what a connection's source says of its fields; `tieout schema diff` compares two environments (connections,
 * or saved files) and ends with 1 when reading the second as the first is read would break.
 */
export const schema: Command = async (context, input) => {
	const config = await loadProject(context.folder, context)
	const [action, ...names] = input.names
	if (action === 'save' && names.length === 1) return await save(names[0]!, config, context, input)
	if (action === 'diff' && names.length === 2) return await diff(names as [string, string], config, context)
	throw new TieoutError('usage', 'usage.schema', `tieout schema ${input.names.join(' ')}: that is not understood`, {
		allowed: ['save CONNECTION', 'diff ENVIRONMENT ENVIRONMENT'],
		next: 'tieout schema save CONNECTION --out FILE, then tieout schema diff FILE CONNECTION',
	})
}

async function save(name: string, config: Config, context: CommandContext, { flags }: CommandInput): Promise<number> {
	if (!connectionsOf(config).some((one) => one.name === name)) throw unknownEnvironment(name, config)
	const described = await environment(name, config, context)
	const text = `${JSON.stringify(described, null, '\t')}\n`
	const file = flags['out']
	if (typeof file !== 'string') context.out.write(text)
	else {
		await writeFile(path.resolve(file), text)
		line(context.notes, `next: tieout schema diff ${file} ${name}`)
	}
	return exitCodes.fine
}

async function diff([first, second]: [string, string], config: Config, context: CommandContext): Promise<number> {
	const [before, after] = [await environment(first, config, context), await environment(second, config, context)]
	if (before.kind !== after.kind)
		throw new TieoutError('usage', 'schema.kinds', `${first} is ${before.kind} and ${second} is ${after.kind}`, {
			next: 'compare two environments of one system',
		})
	const differences = await withEffects(before, after, [first, second], config)
	const breaking = differences.filter((one) => one.breaks)
	if (context.isJson)
		document(context.out, {
			schema: 'tieout.schema_diff/1',
			before: first,
			after: second,
			breaks: breaking.length,
			differences,
		})
	else tell(differences, breaking.length, context)
	return breaking.length > 0 ? exitCodes.notTrusted : exitCodes.fine
}

type Told = SchemaDifference & { effect: DriftEffect | null }

/** The configuration of the environment that will be read says which fields fill which columns: the second's, else the first's. */
async function withEffects(
	before: EnvironmentSchema,
	after: EnvironmentSchema,
	names: [string, string],
	config: Config,
): Promise<Told[]> {
	const connections = connectionsOf(config)
	const connection =
		connections.find((one) => one.name === names[1]) ??
		connections.find((one) => one.name === names[0]) ??
		connections.find((one) => one.name === after.connection) ??
		connections.find((one) => one.kind === after.kind)
	const source = sourcesOf(config).find((one) => one.kind === after.kind)
	if (!source || !connection)
		throw new TieoutError('usage', 'schema.no_connection', `tieout.yml has no connection of ${after.kind}`, {
			next: 'add one, so that it is known which fields are read',
		})
	const found = compareDescriptions(before.streams, after.streams, { streams: source.streams, connection })
	const effectOf = found.some((one) => one.isRead) ? await effects(config) : null
	return found.map((one) => ({
		...one,
		effect:
			one.isRead && effectOf
				? effectOf({
						connection: connection.name,
						stream: one.stream,
						field: one.field,
						change: one.change === 'added' || one.change === 'removed' ? one.change : 'retyped',
						type_before: one.before,
						type_after: one.after,
					})
				: null,
	}))
}

function tell(differences: Told[], breaking: number, { out, notes, outStyle: style }: CommandContext) {
	const read = differences.filter((one) => one.isRead)
	for (const one of read) {
		const mark = one.breaks ? style.red(`${style.bad} breaks`) : `  differs`
		line(out, `${mark}  ${one.stream}.${one.field} ${changeText(one)}${readersText(one.effect)}`)
	}
	const others = Map.groupBy(
		differences.filter((one) => !one.isRead),
		(one) => one.stream,
	)
	for (const [stream, list] of others)
		line(out, style.dim(`  unread   ${stream}: ${countOf(list.length, 'difference')} in fields that nothing reads`))
	if (differences.length === 0) line(out, 'no difference')
	line(
		notes,
		breaking > 0
			? `next: ${countOf(breaking, 'difference')} would break: change the second environment, or fields: of its connection in tieout.yml`
			: 'next: nothing breaks; tieout doctor tests the rest',
	)
}

function changeText({ change, before, after }: SchemaDifference): string {
	if (change === 'removed') return 'is not there'
	if (change === 'added') return `is there (${after})`
	if (change === 'option added') return `has the value "${after}" more`
	if (change === 'option removed') return `has no value "${before}" any more`
	if (change === 'required') return 'must be filled'
	if (change === 'optional') return 'may be empty'
	if (change === 'not there') return 'is not described: it may not be read, or is not there'
	if (change === 'not described') return 'is described in the second only'
	return `is ${after}, it was ${before}${change === 'retyped' ? '' : ' characters'}`
}

function readersText(effect: DriftEffect | null): string {
	const direct = effect?.readers.filter(({ by }) => by !== null) ?? []
	if (!effect || effect.columns.length === 0) return ''
	const fills = `: it fills ${effect.columns.join(', ')}`
	const rest = effect.readers.length - direct.length
	const names = direct.map(({ model, by }) => `${model} reads ${by}`)
	return `${fills}${names.length > 0 ? `; ${names.join(', ')}` : ''}${rest > 0 ? `; ${rest} models and checks stand on it` : ''}`
}

/** A connection is asked, a file is read. */
async function environment(name: string, config: Config, context: CommandContext): Promise<EnvironmentSchema> {
	if (!connectionsOf(config).some((one) => one.name === name)) {
		if (existsSync(path.resolve(name))) return await readSavedSchema(path.resolve(name))
		throw unknownEnvironment(name, config)
	}
	const clock = companyClock(environmentOf(config.project.folder, context.environment))
	const state = await openState(config.project.state)
	try {
		const now = () => clock.now().getTime()
		return await describeConnection(config, state, name, { now, signal: context.signal })
	} finally {
		await state.close()
	}
}

function unknownEnvironment(name: string, config: Config): TieoutError {
	return new TieoutError('usage', 'schema.unknown', `"${name}" is no connection of tieout.yml, and no file`, {
		allowed: connectionsOf(config).map((one) => one.name),
		next: 'name a connection, or a file of tieout schema save CONNECTION --out FILE',
	})
}
