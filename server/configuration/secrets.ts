import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseEnv } from 'node:util'
import { TieoutError } from '../../models/error.ts'
import { keepSecret } from '../log.ts'
import type { ConfigurationText, ValuePath } from './text.ts'

/** Option names whose value may only be a reference, so that no secret is committed with the configuration. */
const secretOption = /(secret|password|passphrase|private_key|token|api_key)$/i

/** The environment with the project's `.env` under it: what the process has wins. */
export function environmentOf(folder: string, processEnvironment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
	try {
		return { ...parseEnv(readFileSync(path.join(folder, '.env'), 'utf8')), ...processEnvironment }
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return processEnvironment
		throw new TieoutError('configuration', 'config.env_file', `.env can't be read: ${(error as Error).message}`, {
			where: path.join(folder, '.env'),
			next: 'make it readable for this user, or remove it',
			cause: error,
		})
	}
}

/** Options that say what records mean, so that they are needed of a system that is asked nothing, too. */
const meaning = new Set(['time_zone', 'currency', 'legal_entity', 'ledger'])

/**
 * `value` with `${env:NAME}`, `${file:path}` (relative to `folder`) and `${command:...}` (what a command line prints, so that any vault
 * works; it runs in `folder`) replaced, at any depth; what they give is kept out of logs. Throws `config.missing_variable`,
 * `config.missing_file`, `config.command_failed`, or `config.literal_secret` when a secret stands in the file itself. `off`: connections that are
 * asked nothing; of their options what is not there is undefined, and no command is run.
 */
export function resolveReferences(value: unknown, context: References, at: ValuePath = []): unknown {
	const { text, folder, environment, off } = context
	if (Array.isArray(value)) return value.map((part, index) => resolveReferences(part, context, [...at, index]))
	if (value !== null && typeof value === 'object')
		return Object.fromEntries(
			Object.entries(value).map(([key, part]) => [key, resolveReferences(part, context, [...at, key])]),
		)
	if (typeof value !== 'string') return value
	// `consent` stands for a token that `tieout connect` gets, and is none itself.
	if (mustBeReference(at) && !(at.at(-1) === 'refresh_token' && value === 'consent') && value.search(reference) < 0)
		throw literalSecret(text, at)
	const isOff = at[0] === 'connections' && at[2] === 'options' && off?.has(String(at[1])) === true
	if (isOff && !meaning.has(String(at[3])) && !isThere(value, folder, environment)) return undefined
	return value.replaceAll(reference, (_, kind: string, name: string) => {
		if (kind === 'command') return commandOutput(name, { text, folder, environment }, at)
		const found = kind === 'env' ? environment[name] : readSecretFile(path.resolve(folder, name), text, at)
		if (found === undefined || found === '') throw missingVariable(name, text, at, isOff)
		if (at.includes('options') || at.includes('tokens') || at.includes('webhook')) keepIfSecret(found, at)
		return found
	})
}

type References = {
	text: ConfigurationText
	folder: string
	environment: NodeJS.ProcessEnv
	off?: ReadonlySet<string>
}

const reference = /\$\{(env|file|command):([^}]+)\}/g

function isThere(value: string, folder: string, environment: NodeJS.ProcessEnv): boolean {
	return [...value.matchAll(reference)].every(([, kind, name]) => {
		if (kind === 'file') return existsSync(path.resolve(folder, name!))
		return kind === 'env' && Boolean(environment[name!])
	})
}

function mustBeReference(at: ValuePath): boolean {
	const inOptions = at[0] === 'connections' && at[2] === 'options' && at.some((part) => secretOption.test(String(part)))
	return inOptions || (at[0] === 'server' && at[1] === 'tokens')
}

/** Addresses and account names come by reference too; hiding those would make messages useless. */
function keepIfSecret(found: string, at: ValuePath): void {
	const name = String(at.at(-1))
	if (secretOption.test(name) || at.includes('tokens') || name === 'webhook') keepSecret(found)
}

function readSecretFile(file: string, text: ConfigurationText, at: ValuePath): string {
	try {
		return readFileSync(file, 'utf8').trim()
	} catch (cause) {
		const where = text.locate(at)
		throw new TieoutError(
			'configuration',
			'config.missing_file',
			`${where}: ${at.map(String).join('.')} names the file ${file}, which can't be read (${(cause as NodeJS.ErrnoException).code})`,
			{ where, next: `make the file readable, or correct the path (it is relative to the project's folder)`, cause },
		)
	}
}

/** A vault that asks a person something would wait for ever. Milliseconds. */
const longestCommand = 30_000

/** What a command prints, without the line's end; it is a secret wherever it stands. */
function commandOutput(
	command: string,
	{ text, folder, environment }: { text: ConfigurationText; folder: string; environment: NodeJS.ProcessEnv },
	at: ValuePath,
): string {
	const options = { cwd: folder, env: environment, shell: true, timeout: longestCommand, maxBuffer: 1 << 20 }
	const { status, signal, stdout, stderr, error } = spawnSync(command, {
		...options,
		stdio: ['ignore', 'pipe', 'pipe'],
	})
	const found = String(stdout ?? '').replace(/\r?\n$/, '')
	if (status === 0 && found !== '') {
		keepSecret(found)
		return found
	}
	const where = text.locate(at)
	const said = String(stderr ?? '')
		.trim()
		.split('\n')[0]
	const how = error
		? error.message
		: signal
			? `was ended by ${signal}`
			: status === 0
				? 'printed nothing'
				: `ended with ${status}`
	throw new TieoutError(
		'configuration',
		'config.command_failed',
		`${where}: ${at.map(String).join('.')} comes from a command that ${how}${said ? `: ${said}` : ''}`,
		{ where, next: `run it yourself in the project’s folder: ${command}`, ...(error && { cause: error }) },
	)
}

function missingVariable(name: string, text: ConfigurationText, at: ValuePath, isOff: boolean): TieoutError {
	const where = text.locate(at)
	return new TieoutError(
		'configuration',
		'config.missing_variable',
		`${where}: ${at.map(String).join('.')} needs the environment variable ${name}, which is not set`,
		{
			where,
			next: isOff
				? `write its value here: what was read of this connection still counts, and goes by it`
				: `put ${name}=... into .env beside tieout.yml, or set it where tieout is started`,
		},
	)
}

function literalSecret(text: ConfigurationText, at: ValuePath): TieoutError {
	const where = text.locate(at)
	const variable = at
		.slice(1)
		.map(String)
		.filter((part) => part !== 'options')
		.join('_')
		.toUpperCase()
	return new TieoutError(
		'configuration',
		'config.literal_secret',
		`${where}: ${at.map(String).join('.')} is a secret and stands in the file itself`,
		{
			where,
			allowed: [`\${env:NAME}`, `\${file:path}`, `\${command:...}`],
			next: `write "\${env:${variable}}" here, and ${variable}=... into .env, which is not committed`,
		},
	)
}
