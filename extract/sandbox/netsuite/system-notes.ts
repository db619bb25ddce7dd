import { NetsuiteRefusal } from './refusal.ts'
import type { Expression, Select } from './suiteql-syntax.ts'

/** The table in which NetSuite keeps who changed what. */
export const systemNoteTable = 'systemnote'

/**
 * Reported of accounts in production: whatever else is asked, a query of this table without the type of record runs into its time limit,
 * and one that adds up ends with an unexpected error. Throws NetsuiteRefusal.
 */
export function refuseSlowNotes({ sources, where, groupBy }: Select, hasAggregate: boolean): void {
	if (!sources.some(({ table }) => table === systemNoteTable)) return
	if (groupBy.length > 0 || hasAggregate) throw unexpected('An unexpected error occurred. Error ID: sandbox')
	if (!where || !names(where, 'recordtypeid')) throw unexpected('The request has timed out.')
}

function unexpected(detail: string): NetsuiteRefusal {
	return new NetsuiteRefusal(500, 'UNEXPECTED_ERROR', detail)
}

/** Is every row that the condition lets through one that it compared by this column? */
function names(condition: Expression, column: string): boolean {
	if (condition.kind === 'in') return !condition.isNegated && isColumn(condition.value, column)
	if (condition.kind !== 'binary') return false
	const { operator, left, right } = condition
	if (operator === 'and') return names(left, column) || names(right, column)
	if (operator === 'or') return names(left, column) && names(right, column)
	return operator === '=' && isColumn(left, column)
}

function isColumn(expression: Expression, name: string): boolean {
	return expression.kind === 'column' && expression.name === name
}
