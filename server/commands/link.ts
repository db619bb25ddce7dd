import { readFileSync } from 'node:fs'
import path from 'node:path'
import { TieoutError } from '../../models/error.ts'
import { type Command, type CommandContext, document, line } from '../command.ts'
import { exitCodes } from '../errors.ts'
import { decideLink, decideLinks, type LinkDecision, type LinkVerb } from '../links/decisions.ts'
import { readLinkFile } from '../links/file.ts'
import { type LinksRead, readLinks } from '../links/reading.ts'
import { type AsPerson, asPerson } from './as-person.ts'
import { snakeCase, table, textFlag } from './close/job.ts'

type Job = AsPerson & { context: CommandContext; ids: string[]; reason: string }

/** What may stand behind `tieout link`. */
const actions: Readonly<Record<string, (job: Job) => Promise<void>>> = {
	list: async (job) => tellDecisions(job, await readLinks(job.closing, {})),
	candidates: async (job) => tellPairs(job, await readLinks(job.closing, { record: job.ids[0] })),
	join: async (job) => await decide(job, 'link'),
	reject: async (job) => await decide(job, 'reject'),
	withdraw: async (job) => await decide(job, 'withdraw'),
	import: async (job) => await decideByFile(job),
}

/** `tieout link`: which records belong together, where they don't say so themselves. Acts as the person of `TIEOUT_TOKEN`. */
export const link: Command = async (context, { names: [name = 'list', ...ids], flags }) => {
	const action = Object.hasOwn(actions, name) ? actions[name] : undefined
	if (!action)
		throw new TieoutError('usage', 'usage.link', `tieout link knows no "${name}"`, {
			where: 'tieout link',
			allowed: Object.keys(actions),
			next: 'tieout link --help',
		})
	await asPerson(context, (given) => action({ ...given, context, ids, reason: textFlag(flags, 'reason') ?? '' }))
	return exitCodes.fine
}

async function decide({ context, closing, person, now, ids, reason }: Job, verb: LinkVerb): Promise<void> {
	const [crmId, erpId] = ids
	if (crmId === undefined || erpId === undefined || ids.length > 2)
		throw new TieoutError('usage', 'usage.link', `two ids are wanted, and ${ids.length} came`, {
			where: 'tieout link',
			allowed: ['<deal> <order>', '<account> <ERP customer>'],
			next: 'tieout link candidates   (shows the ids)',
		})
	const made = await decideLink(closing, { verb, crmId, erpId, reason, person }, { now })
	if (context.isJson) return document(context.out, { schema: 'tieout.link/1', ...snakeCase(made) })
	line(context.out, `${crmId} and ${erpId}: ${words[verb]} by ${made.decidedBy} (line ${made.line} of the journal)`)
	line(context.notes, 'next: tieout build   (decisions hold from the next build on)')
}

async function decideByFile({ context, closing, person, now, ids, reason }: Job): Promise<void> {
	const [file] = ids
	if (file === undefined || ids.length > 1)
		throw new TieoutError('usage', 'usage.link', `one file is wanted, and ${ids.length} came`, {
			where: 'tieout link import',
			allowed: ['<file.csv>'],
			next: 'tieout export customer-candidates --out links.csv, then keep the rows that are right',
		})
	const lines = readLinkFile(path.basename(file), fileBytes(file))
	const { made, heldAlready } = await decideLinks(
		closing,
		{ file: path.basename(file), lines, reason, person },
		{ now },
	)
	if (context.isJson)
		return document(context.out, {
			schema: 'tieout.link_import/1',
			made: made.map(snakeCase),
			held_already: heldAlready,
		})
	const held = heldAlready > 0 ? `; ${heldAlready} held already` : ''
	line(context.out, `${file}: ${made.length} of ${lines.length} pairs written${held}`)
	line(context.notes, 'next: tieout build   (decisions hold from the next build on)')
}

function fileBytes(file: string): Uint8Array {
	try {
		return readFileSync(file)
	} catch (cause) {
		throw new TieoutError('usage', 'links.file', `${file} can't be read`, {
			where: file,
			next: 'name a CSV file',
			cause,
		})
	}
}

const words: Record<LinkVerb, string> = { link: 'linked', reject: 'rejected', withdraw: 'withdrawn' }

function tellDecisions({ context }: Job, { decisions }: LinksRead): void {
	if (context.isJson) {
		document(context.out, { schema: 'tieout.link_decisions/1', decisions: decisions.map(snakeCase) })
		return
	}
	const rows = (decisions as readonly LinkDecision[]).map((one) => [
		words[one.verb],
		one.crmId,
		one.erpId,
		one.decidedBy,
		one.decidedAt,
		one.reason,
	])
	table(context, ['said', 'crm', 'erp', 'who', 'when', 'why'], rows)
}

function tellPairs({ context }: Job, { pairs }: LinksRead): void {
	if (context.isJson) {
		document(context.out, { schema: 'tieout.link_pairs/1', pairs })
		return
	}
	const columns = ['state', 'crm_id', 'crm_name', 'crm_date', 'erp_id', 'erp_name', 'erp_date', 'evidence'] as const
	table(
		context,
		columns,
		pairs.map((row) => columns.map((name) => row[name] ?? '-')),
	)
}
