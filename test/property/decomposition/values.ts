import type { Row } from '../../model-cases/book.ts'
import { decimal, money } from './exact.ts'

/** What stands for an empty part of a cell. */
export const none = '(none)'

/** Null: empty. */
export const text = (value: Row[string]) =>
	value === null || value === undefined || value === '' ? null : String(value)
export const number = (value: Row[string], digits: number) => {
	const given = text(value)
	return given === null ? null : decimal(given, digits)
}
export const amount = (value: Row[string]) => money(number(value, 4) ?? decimal('0', 0))
export const moment = (value: Row[string]) => (text(value) ? Date.parse(`${String(value).replace(' ', 'T')}Z`) : null)
