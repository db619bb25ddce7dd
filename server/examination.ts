import { statfs } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { type Client, createClient } from '../extract/client.ts'
import { resolveFields } from '../extract/fields.ts'
import type { Column, Connection, Description, Source, Stream } from '../extract/source.ts'
import { deniedListText } from '../extract/sweep.ts'
import { vendorCause } from '../extract/vendor-error.ts'
import { TieoutError } from '../models/error.ts'
import type { Config } from './config.ts'
import { errorDocument } from './errors.ts'
import { extractState } from './extract-state.ts'
import { nearestName } from './nearest.ts'
import { connectionsRead, sourcesOf } from './sources.ts'
import type { State } from './state.ts'

/** One thing looked at. `fix`: exactly what to do. `skip`: not needed here. */
export type Finding = { subject: string; status: 'ok' | 'warn' | 'fail' | 'skip'; text: string; fix?: string }

/** Longest that one look may take. Milliseconds. */
const patience = 10_000

/** Clocks further apart than this get tokens refused. Milliseconds. */
const clockTolerance = 60_000

/** `now` is the company's clock (epoch ms). */
export type ExaminationEffects = {
	machineNow?: () => number
	now?: () => number
	sources?: readonly Source[]
	fetchSignal?: AbortSignal
}

/**
 * Looks at every connection asked for: credentials, the vendor's clock, permission on each object, custom fields with candidates
 * for those that are missing, the quota. Everything side by side; nothing is loaded. `report` gets each finding as it comes.
 */
export async function examineConnections(
	{ config, state, only }: { config: Config; state: State; only?: string | undefined },
	report: (finding: Finding) => void,
	{ machineNow = Date.now, now = machineNow, sources = sourcesOf(config) }: ExaminationEffects = {},
): Promise<void> {
	const connections = connectionsRead(config, sources).filter(
		(one) => only === undefined || one.name === only || one.kind === only,
	)
	await Promise.all(
		connections.map(async (connection) => {
			const source = sources.find((candidate) => candidate.kind === connection.kind)!
			const client = createClient(source, connection, extractState(state.db), {
				retry: { attempts: 2, base: 200, cap: 1000 },
				longestWait: patience / 2,
				machineNow,
			})
			try {
				await examine(source, connection, client, report, { machineNow, now })
				await quota(state, connection, report)
			} finally {
				await client.close()
			}
		}),
	)
}

/** Free space where the data lies, and below what it warns (1 GB) or fails (200 MB). */
export async function examineDisk(folder: string): Promise<Finding> {
	const { bavail, bsize } = await statfs(folder)
	const free = (bavail * bsize) / 1e9
	const text = `${free.toFixed(1)} GB free at ${folder}`
	if (free < 0.2) return { subject: 'disk', status: 'fail', text, fix: 'free space: a run needs at least 200 MB' }
	return free < 1
		? { subject: 'disk', status: 'warn', text, fix: 'free space before the next full run' }
		: { subject: 'disk', status: 'ok', text }
}

async function examine(
	source: Source,
	connection: Connection,
	client: Client,
	report: (finding: Finding) => void,
	{ machineNow, now }: { machineNow: () => number; now: () => number },
): Promise<void> {
	const login = await look(`${connection.name} credentials`, connection, async () => {
		const probes = (await source.probe?.(connection.options, client.ask)) ?? []
		for (const { name, detail, fix } of probes)
			if (fix) report({ subject: `${connection.name} ${name}`, status: 'warn', text: detail, fix })
		const fine = probes.filter(({ fix }) => !fix)
		return fine.map(({ name, detail }) => `${name} ${detail}`).join(', ') || 'accepted'
	})
	report(login)
	if (login.status === 'fail') {
		report({ subject: `${connection.name} streams`, status: 'skip', text: 'not looked at without credentials' })
		return
	}
	const streams = source.streams.filter((stream) => connection.streams?.includes(stream.name))
	await Promise.all([
		clock(source, connection, client, report, machineNow),
		...streams.map((stream) =>
			stream.within
				? report({
						subject: `${connection.name}.${stream.name}`,
						status: 'ok',
						text: `read within ${stream.within.stream}`,
					})
				: examineStream(source, connection, stream, client, report, now),
		),
	])
}

async function examineStream(
	source: Source,
	connection: Connection,
	stream: Stream,
	client: Client,
	report: (finding: Finding) => void,
	now: () => number,
): Promise<void> {
	const subject = `${connection.name}.${stream.name}`
	let description: Description | null = null
	const seen = await look(subject, connection, async () => {
		const query = {
			stream,
			options: connection.options,
			fields: fieldsOf(stream),
			window: { since: null, until: 0, signature: '' },
		}
		let isAsked = false
		description =
			(await source.describe?.(query, (request) => {
				isAsked = true
				return client.ask(request)
			})) ?? null
		// Where the system describes nothing, what it permits shows in an answer alone: what changed in the last hour.
		if (!isAsked && !stream.follows) {
			const window = { since: now() - 3_600_000, until: now(), signature: '' }
			const asked = client.ask(source.read({ ...query, window, pageSize: 1 }).first)
			// A report of a large company takes its time; a refusal does not.
			const isLate = await Promise.race([asked.then(() => false), delay(patience * 0.8, true, { ref: false })])
			if (isLate) return `${stream.object} was not refused, and takes longer than ${(patience * 0.8) / 1000} s`
		}
		resolveFields(stream, connection, description)
		const missing = description === null ? [] : missingFields(source, connection, stream, description)
		return missing.length === 0
			? `${stream.object} can be read`
			: `${stream.object} can be read, ${missing.length} custom ${missing.length === 1 ? 'field' : 'fields'} missing`
	})
	report(seen)
	if (seen.status === 'ok' && description)
		for (const finding of missingFields(source, connection, stream, description)) report(finding)
	if (seen.status === 'ok') await examineDeletions(source, connection, stream, client, report, now)
}

/** Asks for the last hour of the source's list of deleted records; a list that may not be read is no failure: keys are read instead. */
async function examineDeletions(
	source: Source,
	connection: Connection,
	stream: Stream,
	client: Client,
	report: (finding: Finding) => void,
	now: () => number,
): Promise<void> {
	const window = { since: now() - 3_600_000, until: now(), signature: '' }
	const query = { stream, options: connection.options, fields: fieldsOf(stream), window }
	const list = stream.cursor ? (source.deletes?.(query, window.since) ?? null) : null
	if (!list) return
	const subject = `${connection.name}.${stream.name} deletions`
	let denied: string | null = null
	const seen = await look(subject, connection, async () => {
		await client.ask(list.first).catch((error) => {
			const cause = vendorCause(error)
			if (cause?.action !== 'denied') throw error
			denied = cause.code
		})
		return 'the list of deleted records can be read'
	})
	if (denied === null) return seen.status === 'ok' ? undefined : report(seen)
	report({
		subject,
		status: 'warn',
		text: deniedListText(list, denied),
		fix: `give the integration user the permission${list.permission ? ` ${list.permission}` : ' on it'}: deletions are then known with the next run`,
	})
}

/** A custom field that the company's system lacks under its usual name, with the fields that may be it. */
function missingFields(source: Source, connection: Connection, stream: Stream, description: Description): Finding[] {
	const { fields } = resolveFields(stream, connection, description)
	return expectedFields(source, connection, stream)
		.filter(([name]) => fields[name] === null)
		.map(([name, column]) => {
			const candidates = candidatesFor(name, column.field, description)
			const option = name === 'legal_entity' && source.ownLegalEntity ? ownLegalEntityText(connection) : ''
			return {
				subject: `${connection.name}.${stream.name}`,
				status: 'warn' as const,
				text: `${stream.object} has no field ${column.field}: ${name} stays empty${candidates.length > 0 ? `; candidates: ${candidates.join(', ')}` : ''}`,
				fix: `connections.${connection.name}.fields: { ${stream.name}.${name}: ${candidates[0] ?? '<its name>'} }, if the company has it${option}`,
			}
		})
}

/** The custom fields that a stream should have: not those that only some editions have, nor what the options say for all records. */
export function expectedFields(source: Source, { options }: Connection, { columns }: Stream): [string, Column][] {
	const isSaid = source.ownLegalEntity?.(options) !== undefined
	return Object.entries(columns).filter(
		([name, { isCustom, isOptional }]) => isCustom && !isOptional && !(isSaid && name === 'legal_entity'),
	)
}

function ownLegalEntityText({ name }: Connection): string {
	return `; if all its records belong to one legal entity: connections.${name}.options: { legal_entity: <as legal_entities calls it> }`
}

/** Fields whose name or label shares words with what is looked for, the most alike first; at most three. */
function candidatesFor(name: string, field: string, { fields, labels = {} }: Description): string[] {
	const wanted = words(`${name} ${field}`)
	const scored = Object.keys(fields).map((candidate) => {
		const own = words(`${candidate} ${labels[candidate] ?? ''}`)
		return { candidate, score: [...wanted].filter((word) => own.has(word)).length }
	})
	const alike = scored
		.filter(({ score }) => score > 0)
		.sort((a, b) => b.score - a.score || (a.candidate < b.candidate ? -1 : 1))
	const nearest = nearestName(field, Object.keys(fields))
	return [...new Set([...(nearest ? [nearest] : []), ...alike.map(({ candidate }) => candidate)])].slice(0, 3)
}

const meaningless = new Set(['c', 'id', 'custentity', 'custbody', 'custcol', 'the', 'of'])

function words(text: string): Set<string> {
	const parts = text
		.replaceAll(/([a-z])([A-Z])/g, '$1 $2')
		.toLowerCase()
		.split(/[^a-z0-9]+/)
	return new Set(parts.filter((part) => part.length > 1 && !meaningless.has(part)))
}

/** The vendor's clock, from an answer's Date header. */
async function clock(
	source: Source,
	connection: Connection,
	client: Client,
	report: (finding: Finding) => void,
	machineNow: () => number,
): Promise<void> {
	let date: string | undefined
	await source
		.probe?.(connection.options, async (request) => {
			const answer = await client.ask(request)
			date = answer.headers['date']
			return answer
		})
		.catch(() => {})
	const subject = `${connection.name} clock`
	if (!date) return report({ subject, status: 'skip', text: 'the system does not tell its time' })
	const apart = Math.abs(Date.parse(date) - machineNow())
	const text = `${Math.round(apart / 1000)} s apart from this machine`
	report(
		apart <= clockTolerance
			? { subject, status: 'ok', text }
			: { subject, status: 'fail', text, fix: 'set this machine’s clock: timedatectl set-ntp true' },
	)
}

async function quota(state: State, connection: Connection, report: (finding: Finding) => void): Promise<void> {
	const usage = await state.db.selectFrom('api_usage').selectAll().where('connection', '=', connection.name).execute()
	for (const { quota: name, used, maximum } of usage) {
		const share = maximum > 0 ? used / maximum : 0
		const text = `${used} of ${maximum} ${name} used`
		const subject = `${connection.name} quota`
		if (share >= 0.8)
			report({
				subject,
				status: share >= 1 ? 'fail' : 'warn',
				text,
				fix: 'find who else uses the account, or lower the cadence of streams',
			})
		else report({ subject, status: 'ok', text })
	}
}

async function look(subject: string, connection: Connection, work: () => Promise<string>): Promise<Finding> {
	const { promise: late, reject } = Promise.withResolvers<never>()
	const timer = setTimeout(
		() =>
			reject(
				new TieoutError('vendor', 'doctor.time', `no answer within ${patience / 1000} s`, {
					next: 'check the address and the network',
				}),
			),
		patience,
	)
	try {
		return { subject, status: 'ok', text: await Promise.race([work(), late]) }
	} catch (error) {
		const { message, next } = errorDocument(error).error
		// What the last minutes asked for leaves no room: nothing is wrong with it.
		if (vendorCause(error)?.code === 'window') return { subject, status: 'skip', text: `not asked: ${message}` }
		return {
			subject,
			status: 'fail',
			text: message,
			fix: next ?? `correct connections.${connection.name} in tieout.yml or .env`,
		}
	} finally {
		clearTimeout(timer)
	}
}

function fieldsOf(stream: Stream): Record<string, string | null> {
	return Object.fromEntries(Object.entries(stream.columns).map(([name, column]) => [name, column.field]))
}
