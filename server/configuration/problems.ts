import type { z } from 'zod'
import { TieoutError } from '../../models/error.ts'
import { nearestName } from '../nearest.ts'
import { settingsAt } from './json-schema.ts'
import type { ConfigurationText, ValuePath } from './text.ts'

/** One thing wrong with the configuration, ready to be read. */
export type Problem = { where: string; message: string; allowed?: string[]; next?: string }

/** What zod found, each with its place: `tieout.yml:4:13: connections.crm.source is "salesfroce"; allowed: ...`. */
export function problemsOf(
	error: z.ZodError,
	text: ConfigurationText,
	prefix: ValuePath = [],
	allowedAt: (path: ValuePath) => string[] = settingsAt,
): Problem[] {
	return error.issues.flatMap((issue) => problemsOfIssue(issue, text, prefix, allowedAt))
}

/** The first problem as an error; the message names the others, one a line, as far as they help. */
export function configurationError(problems: readonly Problem[]): TieoutError {
	const [first, ...others] = [...problems].sort(byPlace)
	const message = [first!, ...others.slice(0, 9)].map((problem) => `${problem.where}: ${problem.message}`).join('\n')
	const more = others.length > 9 ? `\nand ${others.length - 9} more` : ''
	return new TieoutError('configuration', 'config.invalid', message + more, {
		where: first!.where,
		...(first!.allowed && { allowed: first!.allowed }),
		next: first!.next ?? 'correct it; an editor that reads tieout.schema.json marks such places as you type',
	})
}

/** A name that isn't one of `allowed`: the message, the list, and the nearest name as the next step. */
export function unknownName(where: string, subject: string, value: string, allowed: readonly string[]): Problem {
	const nearest = nearestName(value, allowed)
	return {
		where,
		message: `${subject} is ${JSON.stringify(value)}; allowed: ${allowed.join(', ')}`,
		allowed: [...allowed],
		...(nearest !== undefined && { next: `write ${nearest}` }),
	}
}

function problemsOfIssue(
	issue: z.core.$ZodIssue,
	text: ConfigurationText,
	prefix: ValuePath,
	allowedAt: (path: ValuePath) => string[],
): Problem[] {
	const path = [...prefix, ...issue.path]
	const name = path.map(String).join('.') || 'the file'
	if (issue.code === 'unrecognized_keys')
		return issue.keys.map((key) => unknownKey(key, path, text, allowedAt(issue.path)))
	if (issue.code === 'invalid_union') return problemsOfUnion(issue, text, path, allowedAt)
	if (issue.code === 'invalid_key')
		return [
			{
				where: text.locate(path, 'key'),
				message: `${name}: the name is not allowed; expected ${issue.issues[0]?.message}`,
			},
		]
	const value = valueAt(text.value, path)
	if (value === undefined)
		return [{ where: text.locate(path), message: `${name} is missing; expected ${expectation(issue)}` }]
	if (issue.code === 'invalid_value' && typeof value === 'string')
		return [unknownName(text.locate(path), name, value, issue.values.map(String))]
	return [{ where: text.locate(path), message: `${name} is ${shown(value)}; expected ${expectation(issue)}` }]
}

function unknownKey(key: string, parent: ValuePath, text: ConfigurationText, allowed: string[]): Problem {
	const where = text.locate([...parent, key], 'key')
	const nearest = nearestName(key, allowed)
	return {
		where,
		message: `${[...parent, key].map(String).join('.')} is not a setting; allowed: ${allowed.join(', ')}`,
		allowed,
		next: nearest ? `write ${nearest}` : 'remove it',
	}
}

/** The branch of a union that got furthest says best what was meant. */
function problemsOfUnion(
	issue: z.core.$ZodIssueInvalidUnion,
	text: ConfigurationText,
	path: ValuePath,
	allowedAt: (path: ValuePath) => string[],
): Problem[] {
	const branches = issue.errors.map((issues) =>
		issues.flatMap((inner) => problemsOfIssue(inner, text, path, (at) => allowedAt([...issue.path, ...at]))),
	)
	return (
		branches.sort((a, b) => a.length - b.length)[0] ?? [
			{ where: text.locate(path), message: `${path.map(String).join('.')} fits no form` },
		]
	)
}

function expectation(issue: z.core.$ZodIssue): string {
	if (issue.code === 'invalid_type')
		return (
			{ object: 'a section of settings', record: 'a section of names', string: 'text' }[String(issue.expected)] ??
			String(issue.expected)
		)
	if (issue.code === 'invalid_value') return issue.values.map(String).join(' or ')
	if (issue.code === 'too_small') return issue.origin === 'string' ? 'text, not empty' : `at least ${issue.minimum}`
	return issue.message
}

function valueAt(value: unknown, path: ValuePath): unknown {
	let found = value
	for (const step of path) {
		if (found === null || typeof found !== 'object') return undefined
		found = (found as Record<PropertyKey, unknown>)[step]
	}
	return found
}

/** A value for a message: text in quotes and cut, anything else by its form. Secrets never get here: they are references. */
function shown(value: unknown): string {
	if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value)
	if (Array.isArray(value)) return `a list of ${value.length}`
	return typeof value === 'object' ? 'a section' : String(value)
}

function byPlace(a: Problem, b: Problem): number {
	const numbers = (problem: Problem) => problem.where.split(':').slice(-2).map(Number) as [number, number]
	const [lineA, columnA] = numbers(a)
	const [lineB, columnB] = numbers(b)
	return lineA - lineB || columnA - columnB
}
