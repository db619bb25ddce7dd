import { people } from '../../company/people.ts'
import { random } from '../../company/random.ts'
import type { RecordVersion } from '../../world.ts'
import { type Emit, emitOnce } from '../emit.ts'

/** The fields whose changes NetSuite notes, as it calls them there (publicly reported; others are called by their script id or column). */
const noted: Readonly<Record<string, string>> = {
	foreigntotal: 'TRANDOC.MAMOUNTMAIN',
	trandate: 'TRANDOC.DDATE',
	postingperiod: 'TRANDOC.KPERIOD',
	entity: 'TRANDOC.KENTITYMAIN',
	status: 'TRANDOC.KSTATUS',
}

/** Transactions with who changed them last, and a note of each change of a field: who, when, from what to what. */
export function withNotes(emit: Emit): Emit {
	const last = new Map<string, { values: NonNullable<RecordVersion['values']>; version: number }>()
	return (record) => {
		const { id, from, values } = record
		if (!values) {
			last.delete(id)
			return emit(record)
		}
		const before = last.get(id)
		const version = (before?.version ?? 0) + 1
		const by = random('bookkeeper', id, version).pick(people).erpId
		values['lastmodifiedby'] = by
		last.set(id, { values, version })
		emit(record)
		if (!before) return
		Object.entries(noted).forEach(([column, field], at) => {
			const [oldvalue, newvalue] = [before.values[column] ?? null, values[column] ?? null]
			if (oldvalue === newvalue) return
			const note = String((Number(id) * 1000 + version) * 10 + at)
			emitOnce(emit, 'netsuite', 'systemnote', note, from, {
				id: note,
				recordid: id,
				recordtypeid: '-30',
				record: values['tranid'] ?? null,
				field,
				type: '4',
				oldvalue,
				newvalue,
				date: values['lastmodifieddate'] ?? null,
				name: by,
				role: null,
				context: 'UIF',
			})
		})
	}
}
