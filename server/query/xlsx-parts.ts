import type { ResultColumn } from '../../models/warehouse.ts'
import { cellStyles, isLongNumber, spreadsheetDigits } from './xlsx-cells.ts'

/** Rows of a sheet, its header included: Excel's own limit. */
export const sheetRows = 1_048_576

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const packaged = 'http://schemas.openxmlformats.org/package/2006'

/** The parts of a workbook whose data sheets, and one more for what is said of them, are `names`. By their path in the archive. */
export function workbookParts(names: readonly string[]): [string, string][] {
	const sheets = names.map((name, index) => ({ name: escapeXml(name), id: index + 1 }))
	const types = sheets.map(
		({ id }) =>
			`<Override PartName="/xl/worksheets/sheet${id}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`,
	)
	const links = sheets.map(
		({ id }) => `<Relationship Id="rId${id}" Type="${relations}/worksheet" Target="worksheets/sheet${id}.xml"/>`,
	)
	const listed = sheets.map(({ name, id }) => `<sheet name="${name}" sheetId="${id}" r:id="rId${id}"/>`)
	return [
		[
			'xl/workbook.xml',
			`${declaration}<workbook xmlns="${main}" xmlns:r="${relations}"><sheets>${listed.join('')}</sheets></workbook>`,
		],
		[
			'xl/_rels/workbook.xml.rels',
			`${declaration}<Relationships xmlns="${packaged}/relationships">${links.join('')}<Relationship Id="rId${sheets.length + 1}" Type="${relations}/styles" Target="styles.xml"/></Relationships>`,
		],
		['xl/styles.xml', styles()],
		[
			'[Content_Types].xml',
			`${declaration}<Types xmlns="${packaged}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>${types.join('')}<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>`,
		],
	]
}

/** The part that names the workbook: first in the archive, by which programs know what the file is. */
export const rootPart: [string, string] = [
	'_rels/.rels',
	`${declaration}<Relationships xmlns="${packaged}/relationships"><Relationship Id="rId1" Type="${relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
]

/** A data sheet up to its first row of data: widths, the frozen header and its cells. */
export function sheetStart(columns: readonly ResultColumn[]): string {
	const widths = columns.map(
		({ name, type }, index) =>
			`<col min="${index + 1}" max="${index + 1}" width="${Math.max(name.length + 4, widthOf(type))}" customWidth="1"/>`,
	)
	const header = columns.map(({ name }) => inlineCell(name, cellStyles.header)).join('')
	return `${declaration}<worksheet xmlns="${main}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>${widths.join('')}</cols><sheetData><row>${header}</row>`
}

/** The end of a data sheet with `rows` rows, its header included: filter arrows, and on headers of numbers what their texts mean. */
export function sheetEnd(columns: readonly ResultColumn[], rows: number): string {
	const last = columnName(columns.length - 1)
	const hints = columns.flatMap((column, index) =>
		isLongNumber(column)
			? `<dataValidation allowBlank="1" showInputMessage="1" promptTitle="Every digit counts" prompt="${hint}" sqref="${columnName(index)}1"/>`
			: [],
	)
	const texts = columns.flatMap((column, index) => (isLongNumber(column) ? [] : columnName(index)))
	const quiet = texts.map((name) => `<ignoredError sqref="${name}1:${name}${rows}" numberStoredAsText="1"/>`)
	return [
		`</sheetData><autoFilter ref="A1:${last}${rows}"/>`,
		hints.length > 0 ? `<dataValidations count="${hints.length}">${hints.join('')}</dataValidations>` : '',
		quiet.length > 0 ? `<ignoredErrors>${quiet.join('')}</ignoredErrors>` : '',
		'</worksheet>',
	].join('')
}

const hint = `Numbers of more than ${spreadsheetDigits} digits stand here as text: a spreadsheet would round them. The last sheet counts them.`

/** A sheet of texts, the first cell of each row being what the others are about. */
export function textSheet(rows: readonly (readonly string[])[]): string {
	const xml = rows.map(
		(cells) => `<row>${cells.map((text, index) => inlineCell(text, index === 0 ? 1 : 2)).join('')}</row>`,
	)
	return `${declaration}<worksheet xmlns="${main}"><cols><col min="1" max="1" width="34" customWidth="1"/><col min="2" max="5" width="28" customWidth="1"/></cols><sheetData>${xml.join('')}</sheetData></worksheet>`
}

/** A name that a sheet may have: 31 characters, none of `[]:*?/\`. */
export function sheetName(title: string, number: number): string {
	const suffix = number === 1 ? '' : ` (${number})`
	const plain =
		title
			.replaceAll(/[[\]:*?/\\\p{Cc}]/gu, ' ')
			.replaceAll(/^'+|'+$/g, '')
			.trim() || 'Rows'
	return `${[...plain].slice(0, 31 - suffix.length).join('')}${suffix}`
}

function styles(): string {
	const scales = Array.from({ length: spreadsheetDigits }, (_, index) => index + 1)
	const formats = scales.map((scale) => {
		const digits = `#,##0.${'0'.repeat(Math.min(scale, 2))}${'#'.repeat(Math.max(0, scale - 2))}`
		return `<numFmt numFmtId="${200 + scale}" formatCode="${digits}_);(${digits})"/>`
	})
	const cells = [
		'<xf xfId="0"/>',
		'<xf xfId="0" fontId="1" fillId="2" applyFont="1" applyFill="1"/>',
		'<xf xfId="0" numFmtId="49" applyNumberFormat="1"/>',
		'<xf xfId="0" numFmtId="49" quotePrefix="1" applyNumberFormat="1"/>',
		'<xf xfId="0" numFmtId="200" applyNumberFormat="1"/>',
		'<xf xfId="0" numFmtId="199" applyNumberFormat="1"/>',
		'<xf xfId="0" numFmtId="1" applyNumberFormat="1"/>',
		'<xf xfId="0" numFmtId="49" applyNumberFormat="1" applyAlignment="1"><alignment horizontal="right"/></xf>',
		...scales.map((scale) => `<xf xfId="0" numFmtId="${200 + scale}" applyNumberFormat="1"/>`),
	]
	return `${declaration}<styleSheet xmlns="${main}"><numFmts count="${formats.length + 2}"><numFmt numFmtId="199" formatCode="yyyy\\-mm\\-dd\\Thh:mm:ss\\Z"/><numFmt numFmtId="200" formatCode="yyyy\\-mm\\-dd"/>${formats.join('')}</numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFEDEDED"/></patternFill></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="${cells.length}">${cells.join('')}</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`
}

function inlineCell(text: string, style: number): string {
	return `<c t="inlineStr" s="${style}"><is><t xml:space="preserve">${escapeXml(text)}</t></is></c>`
}

function escapeXml(text: string): string {
	return text
		.replaceAll(/_(x[0-9A-Fa-f]{4}_)/g, '_x005F_$1')
		.replaceAll(
			/[\x00-\x08\x0b-\x1f\ufffe\uffff]/g,
			(character) => `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`,
		)
		.replaceAll('&', '&amp;')
		.replaceAll('<', '&lt;')
		.replaceAll('>', '&gt;')
		.replaceAll('"', '&quot;')
}

/** `A`, `B`, ... `AA`: by the column's place, from 0. */
function columnName(index: number): string {
	const rest = Math.floor(index / 26)
	return `${rest > 0 ? columnName(rest - 1) : ''}${String.fromCharCode(65 + (index % 26))}`
}

function widthOf(type: string): number {
	if (/^(DATE|BOOLEAN|INTEGER|SMALLINT|TINYINT)/.test(type)) return 11
	return type.startsWith('VARCHAR') ? 22 : 18
}
