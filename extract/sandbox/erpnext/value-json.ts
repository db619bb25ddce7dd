import type { Field } from './doctypes.ts'

/** A stored value as frappe writes it into JSON: decimals have gone through a float of Python's, stamps and texts are texts. */
export function valueJson(value: unknown, type: Field['type']): string {
	if (value === null || value === undefined) return 'null'
	if (type === 'Currency' || type === 'Float' || type === 'Percent') return floatText(String(value))
	return type === 'Int' || type === 'Check' ? String(value) : JSON.stringify(String(value))
}

/** `repr` of Python's float nearest to a decimal text: `10.0`, `1e+16`, `1e-05`. */
export function floatText(decimal: string): string {
	const number = Number(decimal)
	const size = Math.abs(number)
	if (size !== 0 && (size >= 1e16 || size < 1e-4)) return number.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
	return Number.isInteger(number) ? `${number}.0` : String(number)
}
