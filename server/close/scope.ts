import { TieoutError } from '../../models/error.ts'

/** One period of the calendar as a generation has it. Dates `YYYY-MM-DD`, both inside. */
export type PaperPeriod = { periodId: string; startDate: string; endDate: string; isComplete: boolean }

/** What a paper is about: a period of the company, or of one legal entity. */
export type PaperScope = PaperPeriod & {
	/** `2026-10`, or `2026-10:us`. */
	paper: string
	entity: string | null
}

/** Asks a generation; values are exact text, booleans and null. */
export type Rows = (sql: string, parameters?: readonly unknown[]) => Promise<Record<string, unknown>[]>

/** Every paper of a generation, in order of period and entity; the company's last among those of its period. */
export async function paperScopes(rows: Rows, { perEntity }: { perEntity: boolean }): Promise<PaperScope[]> {
	const periods = (await rows(
		`select period_id, cast(start_date as varchar) as start_date, cast(end_date as varchar) as end_date, is_complete
		from marts.periods order by start_date`,
	)) as { period_id: string; start_date: string; end_date: string; is_complete: boolean }[]
	const entities = perEntity
		? ((await rows('select distinct legal_entity from marts.cells order by legal_entity')) as {
				legal_entity: string
			}[])
		: []
	const ended = perEntity ? await endedOf(rows) : new Map<string, boolean>()
	return periods.flatMap((row) => {
		const period = {
			periodId: row.period_id,
			startDate: row.start_date,
			endDate: row.end_date,
			isComplete: row.is_complete,
		}
		const ofEntities = entities.map(({ legal_entity: entity }) => ({
			...period,
			isComplete: ended.get(paperName(period.periodId, entity)) ?? period.isComplete,
			paper: paperName(period.periodId, entity),
			entity,
		}))
		return [...ofEntities, { ...period, paper: paperName(period.periodId, null), entity: null }]
	})
}

/** Whether a legal entity's own period has ended, in its own zone, by the paper's name. */
async function endedOf(rows: Rows): Promise<Map<string, boolean>> {
	const closes = (await rows('select period_id, legal_entity, has_ended from marts.period_closes')) as {
		period_id: string
		legal_entity: string
		has_ended: boolean
	}[]
	return new Map(closes.map((row) => [paperName(row.period_id, row.legal_entity), row.has_ended]))
}

/**
 * The paper of that name. Throws `close.unknown_paper`, and `close.period_gone` for one that was signed (as `lives` say) and of whose
 * period the calendar knows nothing any more.
 */
export function findScope(
	scopes: readonly PaperScope[],
	paper: string,
	lives?: ReadonlyMap<string, { signatures: readonly unknown[] }>,
): PaperScope {
	const found = scopes.find((one) => one.paper === paper)
	if (found) return found
	const allowed = scopes.map((one) => one.paper).slice(-24)
	if ((lives?.get(paper)?.signatures.length ?? 0) > 0)
		throw new TieoutError('not_found', 'close.period_gone', periodGone(paper), {
			...{ where: paper, allowed },
			next: `write calendar, legal_entities and close.per_entity in tieout.yml as they were, then tieout run; what was signed stays: tieout bundle ${paper}`,
		})
	throw new TieoutError('not_found', 'close.unknown_paper', `there is no paper "${paper}"`, {
		...{ where: paper, allowed },
		next: 'name a period, or a period and a legal entity: tieout close status',
	})
}

/** In a sentence, that a signed paper is in no list any more. */
export function periodGone(paper: string): string {
	return `${paper} was signed, and by tieout.yml there is no such paper any more: what changed in it can't be told`
}

/** The name of a paper. */
export function paperName(periodId: string, entity: string | null): string {
	return entity === null ? periodId : `${periodId}:${entity}`
}
