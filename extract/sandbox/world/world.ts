import { lastMoment } from './company/calendar.ts'
import { accountOf, erpOnlyCount } from './company/parties.ts'
import { settingOf } from './company/setting.ts'
import { projectedStory } from './projection.ts'
import type { Emit } from './records/emit.ts'
import { asTheStoryHasThem } from './records/identifiers.ts'
import { lacksOf, recordsOf, type SystemRecords } from './records/records.ts'
import { storyCount } from './story/tell.ts'
import { type Pair, type System, usualPair } from './systems.ts'

export type { System } from './systems.ts'

/**
 * One version of one record, valid from `from` (the commit's moment, epoch ms) until the next version of the same id.
 * `id` is the record's key: the parts joined with ':' where a table has several key columns. `values` null: gone without
 * a trace (hard delete, purge). Money, prices, quantities and rates are exact decimal text; booleans are booleans;
 * datetimes ISO UTC text 'YYYY-MM-DDTHH:MM:SSZ'; dates 'YYYY-MM-DD'.
 */
export type RecordVersion = {
	system: System
	object: string
	id: string
	from: number
	values: Record<string, string | boolean | null> | null
}

export type WorldOptions = {
	seed?: number
	/** 1: the sample company with about 15,000 opportunity lines; 70: about a million. */
	scale?: number
	/** How often people make mistakes, as a multiple of the usual; 0: never. */
	faults?: number
	/** The systems that the company keeps its books in. */
	pair?: Pair
	/** One legal entity, in the United States, that sells in US dollars alone, in place of four in as many countries. */
	isOneEntity?: boolean
}

/** 2026-11-04T09:00:00Z: the moment at which the company's clock stands when the demo starts. */
export const companyStart = Date.UTC(2026, 10, 4, 9)

/**
 * Every version of every record of the sample company up to 2026-11-11, chapter by chapter: what was set up, the parties, then
 * story by story. The versions of one record come in the order of their time; nothing else is sorted. The same options give the
 * same versions on every machine, and memory does not grow with `scale`.
 */
export function* recordVersions(options: WorldOptions = {}): Iterable<RecordVersion> {
	const setting = settingOf(options)
	const { crm, erp } = options.pair ?? usualPair
	const lacks = lacksOf({ crm, erp })
	const keepers = [
		{ records: recordsOf(crm), other: recordsOf(erp) },
		{ records: recordsOf(erp), other: recordsOf(crm) },
	]
	yield* chapter(keepers, (records, emit) => records.setup(emit, setting))
	for (let index = 0; index < setting.accountCount + erpOnlyCount(setting); index++) {
		const account = accountOf(setting, index)
		yield* chapter(keepers, (records, emit) => records.party(emit, setting, account))
	}
	for (let index = 0; index < storyCount(setting); index++) {
		const story = projectedStory(setting, index, lacks)
		yield* chapter(keepers, (records, emit) => records.story(emit, setting, story))
	}
	yield* chapter(keepers, (records, emit) => records.end?.(emit, setting))
}

type Keeper = { records: SystemRecords; other: SystemRecords }

function chapter(keepers: Keeper[], tell: (records: SystemRecords, emit: Emit) => void): RecordVersion[] {
	const versions: RecordVersion[] = []
	for (const { records, other } of keepers) {
		tell(records, (version) => {
			if (version.from < lastMoment) versions.push(withReferences(version, records, other))
		})
	}
	return versions
}

/** The ids of the other system, in its own form. */
function withReferences(version: RecordVersion, { references }: SystemRecords, { identifiers }: SystemRecords) {
	const fields = references[version.object]
	if (!fields || !version.values || identifiers === asTheStoryHasThem) return version
	const values = { ...version.values }
	for (const field of fields) {
		const text = values[field]
		if (typeof text === 'string') values[field] = identifiers.text(text)
	}
	return { ...version, values }
}
