import type { ItemStatus } from '../../reports/pages/close/item-data.ts'
import type { JournalLine } from './journal.ts'

/** A file at an item. `name` is what its sender called it: data, never a path. */
export type Attachment = { sha256: string; name: string; bytes: number; mediaType: string; at: string; byName: string }

/** One thing that was said or done about an item. */
export type ItemEvent = {
	seq: number
	at: string
	paper: string
	userId: string
	name: string
	kind: 'assigned' | 'status' | 'due' | 'commented' | 'attached'
	/** The owner, status, date or comment; the name of an attachment. */
	text: string
	reason: string | null
	attachment: Attachment | null
}

/** What was decided about an item in one paper; null where nothing was. */
export type ItemLife = {
	owner: string | null
	status: ItemStatus
	reason: string | null
	dueDate: string | null
	comments: number
	attachments: number
}

/** An item that nobody has touched. */
export const untouched: ItemLife = {
	owner: null,
	status: 'open',
	reason: null,
	dueDate: null,
	comments: 0,
	attachments: 0,
}

/** The name of an item in the journal: its code and what it is about. */
export function itemName({ code, item_id }: { code: string; item_id: string }): string {
	return `${code}:${item_id}`
}

/** What the lines of one paper say of its items, by item. */
export function itemLives(lines: readonly JournalLine[]): Map<string, ItemLife> {
	const lives = new Map<string, ItemLife>()
	for (const line of lines) {
		if (line.item === null) continue
		lives.set(line.item, live(lives.get(line.item) ?? untouched, eventOf(line)))
	}
	return lives
}

/** A line about an item as an event. */
export function eventOf(line: JournalLine): ItemEvent {
	const body = JSON.parse(line.body)
	const kind = line.kind.slice('item.'.length) as ItemEvent['kind']
	const text = {
		assigned: body.owner,
		status: body.status,
		due: body.due_date,
		commented: body.text,
		attached: body.name,
	}[kind]
	const attachment =
		kind === 'attached'
			? {
					sha256: body.sha256,
					name: body.name,
					bytes: body.bytes,
					mediaType: body.media_type,
					at: line.at,
					byName: line.actor_name,
				}
			: null
	const { seq, at, paper, actor: userId, actor_name: name } = line
	return { seq, at, paper: paper ?? '', userId, name, kind, text: text ?? '', reason: body.reason ?? null, attachment }
}

function live(life: ItemLife, { kind, text, reason }: ItemEvent): ItemLife {
	switch (kind) {
		case 'assigned':
			return { ...life, owner: text }
		case 'status':
			return { ...life, status: text as ItemStatus, reason }
		case 'due':
			return { ...life, dueDate: text }
		case 'commented':
			return { ...life, comments: life.comments + 1 }
		case 'attached':
			return { ...life, attachments: life.attachments + 1 }
	}
}
