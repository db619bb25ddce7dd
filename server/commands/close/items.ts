import { createReadStream, statSync } from 'node:fs'
import path from 'node:path'
import { TieoutError } from '../../../models/error.ts'
import { type ItemStatus, itemStatuses } from '../../../reports/pages/close/item-data.ts'
import { attachFile } from '../../close/attachments.ts'
import { changeItems, type ItemChange, type ItemFilter, listItems, readItem } from '../../close/items.ts'
import { document, line } from '../../command.ts'
import { exitCodes } from '../../errors.ts'
import { type Job, nameAt, paperOf, snakeCase, table, tellDone, textFlag } from './job.ts'

/** Lists the items that filters find, or changes them all. */
export async function items(job: Job): Promise<number> {
	return changeOf(job) ? await changeMany(job) : await tellItems(job)
}

/** Shows one item with its thread, or changes those named. */
export async function item(job: Job): Promise<number> {
	const isChange = changeOf(job) !== undefined || job.flags['attach'] !== undefined
	return isChange ? await changeNamed(job) : await tellItem(job)
}

async function tellItems(job: Job): Promise<number> {
	const { context, closing } = job
	const items = await listItems(closing, paperOf(job), filterOf(job.names.slice(1)))
	if (context.isJson) {
		document(context.out, { schema: 'tieout.items/1', items: items.map(snakeCase) })
		return exitCodes.fine
	}
	const columns = ['item', 'customer', 'entity', 'amount', 'currency', 'age', 'status', 'owner', 'due', 'certified']
	const rows = items.map((one) => [
		one.item,
		one.customer_name,
		one.legal_entity,
		one.amount,
		one.currency,
		one.age_days ?? '-',
		one.status,
		one.owner,
		one.dueDate ?? '-',
		one.certifiedBy ?? '-',
	])
	table(context, columns, rows)
	return exitCodes.fine
}

async function tellItem(job: Job): Promise<number> {
	const { context, closing } = job
	const { rows, events } = await readItem(closing, paperOf(job), nameAt(job, 1, 'an item'))
	if (context.isJson) {
		document(context.out, { schema: 'tieout.item/1', rows: rows.map(snakeCase), events: events.map(snakeCase) })
		return exitCodes.fine
	}
	for (const row of rows)
		line(
			context.out,
			`${row.item}\t${row.customer_name}\t${row.amount} ${row.currency}\t${row.status}\t${row.owner}\t${row.explanation ?? ''}`,
		)
	for (const event of events)
		line(
			context.out,
			`${event.at}\t${event.paper}\t${event.name}\t${event.kind}\t${event.text}${event.reason ? ` (${event.reason})` : ''}`,
		)
	return exitCodes.fine
}

/** Every item that the filters find. */
async function changeMany(job: Job): Promise<number> {
	const { closing, person, now } = job
	const paper = paperOf(job)
	const items = [...new Set((await listItems(closing, paper, filterOf(job.names.slice(1)))).map(({ item }) => item))]
	await changeItems(closing, { paper, items, person, change: changeOf(job)! }, { now })
	return await tellDone(job, paper, `${items.length} items are changed`)
}

async function changeNamed(job: Job): Promise<number> {
	const { closing, person, now } = job
	const paper = paperOf(job)
	const items = job.names.slice(1)
	const change = changeOf(job)
	const file = attachedFile(job)
	if (change) await changeItems(closing, { paper, items, person, change }, { now })
	if (file !== undefined)
		for (const item of items) {
			const incoming = {
				name: path.basename(file),
				mediaType: 'application/octet-stream',
				stream: createReadStream(file),
			}
			await attachFile(closing, { paper, item, person, file: incoming }, { now })
		}
	return await tellDone(job, paper, `${items.length === 1 ? items[0] : `${items.length} items`} changed`)
}

/** Looked for before anything is changed: what is refused has done nothing. */
function attachedFile({ flags }: Job): string | undefined {
	const attached = textFlag(flags, 'attach')
	if (attached === undefined) return undefined
	const file = path.resolve(attached)
	if (statSync(file, { throwIfNoEntry: false })?.isFile()) return file
	throw new TieoutError('usage', 'usage.attach', `there is no file ${file}`, { where: '--attach', next: 'name a file' })
}

function changeOf({ flags }: Job): ItemChange | undefined {
	const [owner, status, reason, dueDate, comment] = ['owner', 'status', 'reason', 'due', 'comment'].map((name) =>
		textFlag(flags, name),
	)
	if (owner === undefined && status === undefined && dueDate === undefined && comment === undefined) return undefined
	return {
		...(owner !== undefined && { owner }),
		...(status !== undefined && { status: status as ItemStatus }),
		...(reason !== undefined && { reason }),
		...(dueDate !== undefined && { dueDate }),
		...(comment !== undefined && { comment }),
	}
}

/** `name=value` filters. */
function filterOf(names: readonly string[]): ItemFilter {
	const allowed = ['owner', 'status', 'code', 'entity', 'customer', 'due', 'search']
	const pairs = names.map((text) => [text.split('=')[0]!, text.slice(text.indexOf('=') + 1)] as const)
	const wrong = pairs.find(([name], index) => !allowed.includes(name) || !names[index]!.includes('='))
	if (wrong)
		throw new TieoutError('usage', 'usage.filter', `items have no filter "${wrong[0]}"`, {
			where: 'filter',
			allowed: [...allowed.map((name) => `${name}=...`), `status: ${[...itemStatuses, 'unsettled'].join(', ')}`],
			next: 'tieout close items 2026-10 code=timing status=open',
		})
	return Object.fromEntries(pairs)
}
