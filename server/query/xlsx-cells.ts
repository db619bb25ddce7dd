import { identifier } from '../../models/sql-text.ts'
import type { ResultColumn } from '../../models/warehouse.ts'
import { isFormula, isText } from './csv-cells.ts'

/** Digits that a spreadsheet keeps: a number with more of them would be rounded when it is opened. */
export const spreadsheetDigits = 15

/** Characters that a cell can hold (UTF-16 units), and how many of a longer text are kept. */
export const cellCharacters = 32_767
const keptCharacters = 16_000

/** Cell styles, by their place in the workbook's list; decimals with `scale` digits after the point are `decimals + scale`. */
export const cellStyles = {
	header: 1,
	text: 2,
	formulaText: 3,
	date: 4,
	moment: 5,
	whole: 6,
	longNumber: 7,
	decimals: 7,
}

/**
 * One SELECT expression that writes a row of a sheet as XML. Values keep every digit: a number cell only where a double holds it to its
 * last decimal, else text. No cell is a formula, whatever it begins with.
 */
export function rowXml(columns: readonly ResultColumn[]): string {
	return `concat('<row>', ${columns.map(cellXml).join(', ')}, '</row>')`
}

/** Per column a condition that is true where a value stands as text although it is a number; null: never. */
export function isLongNumber({ name, type }: ResultColumn): string | null {
	const column = identifier(name)
	const scale = scaleOf(type)
	if (scale !== null && scale >= spreadsheetDigits) return `${column} is not null`
	if (scale !== null && precisionOf(type) <= spreadsheetDigits) return null
	if (scale !== null || /^U?(BIG|HUGE)INT$/.test(type)) {
		const limit = `1${'0'.repeat(spreadsheetDigits - (scale ?? 0))}`
		return `not (${column} > -${limit} and ${column} < ${limit})`
	}
	return /^(DOUBLE|FLOAT)$/.test(type) ? `not isfinite(${column})` : null
}

/** Per column a condition that is true where a text is longer than a cell can hold; null: never. */
export function isTooLong({ name, type }: ResultColumn): string | null {
	return isNumber(type) || /^(DATE|TIME[^[]*|BOOLEAN|UUID)$/.test(type)
		? null
		: tooLong(`cast(${identifier(name)} as varchar)`)
}

function cellXml(column: ResultColumn): string {
	const name = identifier(column.name)
	return `case when ${name} is null then '<c/>' else ${valueXml(column, name)} end`
}

function valueXml(column: ResultColumn, name: string): string {
	const { type } = column
	if (isNumber(type)) {
		const style = numberStyle(type)
		const number = `concat('<c${style}><v>', cast(${name} as varchar), '</v></c>')`
		const isLong = isLongNumber(column)
		return isLong
			? `case when ${isLong} then ${inline(`cast(${name} as varchar)`, 'longNumber')} else ${number} end`
			: number
	}
	if (type === 'BOOLEAN') return `case when ${name} then '<c t="b"><v>1</v></c>' else '<c t="b"><v>0</v></c>' end`
	if (type === 'DATE') return dateXml(name)
	if (/^TIMESTAMP[^[]*$/.test(type)) return momentXml(`cast(${name} as timestamp)`)
	return textXml(isText(type) ? name : `cast(${name} as varchar)`)
}

/** Days since the spreadsheet's day 0; it counts a 29 February 1900 that never was, so earlier days are text. */
function dateXml(name: string): string {
	const serial = `concat('<c s="${cellStyles.date}"><v>', cast(${name} - date '1899-12-30' as varchar), '</v></c>')`
	return `case when ${name} between date '1900-03-01' and date '9999-12-31' then ${serial} else ${inline(`cast(${name} as varchar)`, 'text')} end`
}

/** To the second, as in CSV; UTC, which the number format says. */
function momentXml(moment: string): string {
	const serial = `(floor(epoch(${moment})) / 86400 + 25569)`
	const cell = `concat('<c s="${cellStyles.moment}"><v>', cast(${serial} as varchar), '</v></c>')`
	return `case when ${moment} >= timestamp '1900-03-01' and ${moment} < timestamp '10000-01-01' then ${cell} else ${inline(`cast(${moment} as varchar)`, 'text')} end`
}

function textXml(text: string): string {
	const shown = `case when ${tooLong(text)} then left(${text}, ${keptCharacters}) || ' …' else ${text} end`
	const xml = escaped(shown)
	return `case when ${isFormula(text)} then ${inline(xml, 'formulaText')} else ${inline(xml, 'text')} end`
}

function inline(xml: string, style: keyof typeof cellStyles): string {
	return `concat('<c t="inlineStr" s="${cellStyles[style]}"><is><t xml:space="preserve">', ${xml}, '</t></is></c>')`
}

/** No text has more characters than bytes, and one in ten thousand is looked at twice. */
function tooLong(text: string): string {
	return `(strlen(${text}) > ${cellCharacters} and length(${text}) + length(regexp_replace(${text}, '[^\\x{10000}-\\x{10FFFF}]', '', 'g')) > ${cellCharacters})`
}

/** XML text. Control characters, which XML has not, are written as the format has it: `_x0007_`; so is what looks like that. */
function escaped(text: string): string {
	const special = `regexp_replace(${text}, '_(x[0-9A-Fa-f]{4}_)', '_x005F_\\1', 'g')`
	const characters = controls.reduce(
		(inner, [character, code]) => `replace(${inner}, ${character}, '${code}')`,
		special,
	)
	const plain = `case when regexp_matches(${text}, '[\\x00-\\x08\\x0B-\\x1F\\x{FFFE}\\x{FFFF}]|_x[0-9A-Fa-f]{4}_') then ${characters} else ${text} end`
	return `replace(replace(replace(${plain}, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')`
}

const controls: [string, string][] = [
	...Array.from({ length: 32 }, (_, code) => code).filter((code) => code !== 9 && code !== 10),
	0xfffe,
	0xffff,
].map((code) => [`chr(${code})`, `_x${code.toString(16).toUpperCase().padStart(4, '0')}_`])

function numberStyle(type: string): string {
	const scale = scaleOf(type)
	if (scale === null) return /^(DOUBLE|FLOAT)/.test(type) ? '' : ` s="${cellStyles.whole}"`
	return ` s="${scale === 0 ? cellStyles.whole : cellStyles.decimals + Math.min(scale, spreadsheetDigits)}"`
}

function isNumber(type: string): boolean {
	return /^(DECIMAL\(\d+,\s*\d+\)|U?(TINY|SMALL|BIG|HUGE)?INT|U?INTEGER|DOUBLE|FLOAT)$/.test(type)
}

function scaleOf(type: string): number | null {
	const match = /^DECIMAL\(\d+,\s*(\d+)\)$/.exec(type)
	return match ? Number(match[1]) : null
}

function precisionOf(type: string): number {
	return Number(/^DECIMAL\((\d+)/.exec(type)![1])
}
