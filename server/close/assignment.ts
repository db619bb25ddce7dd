import { Temporal } from 'temporal-polyfill'
import { absoluteDecimal, compareDecimals } from '../../reports/decimal.ts'
import type { Config } from '../config.ts'

/** What an assignment rule looks at. */
export type Assignable = { code: string; legal_entity: string; reporting_amount: string | null }

/** Whose an item is while nobody has said otherwise, and until when. `rule`: its number in `close.assign` from 1; null: none fitted. */
export type Assignment = { owner: string; dueDate: string | null; rule: number | null }

/** The first rule of `close.assign` that fits; else who answers for the code. `paperDue`: the paper's own date. */
export function assignmentOf(
	{ close, owners }: Pick<Config, 'close' | 'owners'>,
	item: Assignable,
	{ endDate, paperDue }: { endDate: string; paperDue: string | null },
): Assignment {
	const index = close.assign.findIndex((rule) => fits(rule, item))
	const rule = close.assign[index]
	if (!rule) return { owner: owners.breaks[item.code] ?? owners.default, dueDate: paperDue, rule: null }
	const dueDate =
		rule.days === undefined ? paperDue : Temporal.PlainDate.from(endDate).add({ days: rule.days }).toString()
	return { owner: rule.owner, dueDate, rule: index + 1 }
}

/** An item without a rate is above any amount: how much it is nobody knows. */
function fits(rule: Config['close']['assign'][number], { code, legal_entity, reporting_amount }: Assignable): boolean {
	const isAbove =
		rule.above === undefined ||
		reporting_amount === null ||
		compareDecimals(absoluteDecimal(reporting_amount), rule.above) > 0
	return isAbove && (rule.codes?.includes(code as never) ?? true) && (rule.entities?.includes(legal_entity) ?? true)
}
