import { createRequire } from 'node:module'
import path from 'node:path'
import PDFDocument from 'pdfkit'
import { countText } from '../../../reports/format.ts'
import type { DocumentColumn, DocumentPart, PaperDocument } from './document.ts'
import { type Letters, lettersOf, type PlacedLine } from './pdf-letters.ts'
import { wrapped } from './wrap.ts'

const fonts = path.join(path.dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')), 'ttf')

/** Rows of a table that are printed; the rest is counted: a thousand items, the largest first, are 60 pages. HTML and CSV have all. */
export const printedRows = 1_000

const margin = 36
const size = 7.5

/** The document as PDF on A4, landscape. `made`: its date of creation. The same document has the same bytes. */
export async function paperPdf(paper: PaperDocument, made: Date): Promise<Buffer> {
	const pdf = new PDFDocument({
		size: 'A4',
		layout: 'landscape',
		margin,
		bufferPages: true,
		lang: 'en',
		info: { Title: paper.title, Author: 'tieout', Creator: 'tieout', CreationDate: made, ModDate: made },
	})
	const chunks: Buffer[] = []
	pdf.on('data', (chunk: Buffer) => chunks.push(chunk))
	const ended = new Promise<void>((resolve, reject) => pdf.once('end', resolve).once('error', reject))
	pdf.registerFont('text', path.join(fonts, 'DejaVuSansCondensed.ttf'))
	pdf.registerFont('strong', path.join(fonts, 'DejaVuSansCondensed-Bold.ttf'))
	const letters = { text: lettersOf(pdf, 'text', size), strong: lettersOf(pdf, 'strong', size) }
	const sheet: Sheet = { pdf, has: glyphTest(pdf), lacking: new Set(), letters }
	pdf.font('strong').fontSize(15).text(known(sheet, paper.title))
	pdf.font('text').fontSize(9).text(known(sheet, paper.subtitle))
	for (const part of paper.parts) printPart(sheet, part)
	if (sheet.lacking.size > 0) printPart(sheet, { title: 'Letters', words: [lettersNote] })
	printFeet(sheet, paper.foot)
	pdf.end()
	await ended
	return Buffer.concat(chunks)
}

/** `lacking`: characters that the font has not, as far as the document has them. `letters`: what tables are printed with. */
type Sheet = {
	pdf: PDFKit.PDFDocument
	has: (character: string) => boolean
	lacking: Set<string>
	letters: Record<'text' | 'strong', Letters>
}

const lettersNote =
	'Characters that this file’s font lacks are written by their number in Unicode, such as <U+5E74>: paper.html shows them.'

function printPart(sheet: Sheet, { title, words = [], facts = [], columns = [], rows = [] }: DocumentPart): void {
	const { pdf } = sheet
	if (bottom(pdf) - pdf.y < 60) pdf.addPage()
	pdf.moveDown(1.2).font('strong').fontSize(10.5).text(known(sheet, title), margin, pdf.y)
	pdf.moveDown(0.3).font('text').fontSize(size)
	for (const text of words) pdf.text(known(sheet, text), margin)
	if (facts.length > 0)
		printRows(
			sheet,
			[
				{ title: '', share: 1 },
				{ title: '', share: 5 },
			],
			facts,
			{ hasHeader: false },
		)
	if (rows.length === 0) return
	printRows(sheet, columns, rows.slice(0, printedRows), { hasHeader: true })
	if (rows.length > printedRows)
		pdf
			.font('text')
			.text(
				`and ${countText(rows.length - printedRows)} more, in the HTML and CSV files of this bundle`,
				margin,
				pdf.y + 3,
			)
}

const gap = 6
const padding = 2
const lineHeight = size * 1.22

function printRows(
	sheet: Sheet,
	columns: readonly DocumentColumn[],
	rows: readonly (readonly string[])[],
	{ hasHeader }: { hasHeader: boolean },
): void {
	const { pdf } = sheet
	const shares = columns.reduce((sum, one) => sum + (one.share ?? 1), 0)
	const free = pdf.page.width - 2 * margin - gap * (columns.length - 1)
	const widths = columns.map((one) => (free * (one.share ?? 1)) / shares)
	const inLines = (cells: readonly string[], font: 'text' | 'strong') =>
		cells.map((cell, index) => wrapped(cell, widths[index]!, sheet.letters[font].width))
	const titles = inLines(
		columns.map((one) => known(sheet, one.title)),
		'strong',
	)
	const header = () => {
		if (hasHeader) printRow(sheet, columns, widths, titles, 'strong')
	}
	header()
	for (const row of rows) {
		const cells = inLines(
			row.map((cell) => shortened(known(sheet, cell))),
			'text',
		)
		if (pdf.y + heightOf(cells) > bottom(pdf)) {
			pdf.addPage()
			header()
		}
		printRow(sheet, columns, widths, cells, 'text')
	}
	pdf.x = margin
}

function printRow(
	{ pdf, letters }: Sheet,
	columns: readonly DocumentColumn[],
	widths: readonly number[],
	cells: readonly (readonly string[])[],
	font: 'text' | 'strong',
): void {
	const top = pdf.y + padding
	let left = margin
	const placed: PlacedLine[] = []
	for (const [index, lines] of cells.entries()) {
		const width = widths[index]!
		for (const [number, text] of lines.entries()) {
			if (text === '') continue
			const x = columns[index]?.isNumber ? left + width - letters[font].widthOf(text) : left
			placed.push({ text, x, y: top + number * lineHeight })
		}
		left += width + gap
	}
	letters[font].print(placed)
	pdf.y = top - padding + heightOf(cells)
	pdf
		.moveTo(margin, pdf.y)
		.lineTo(pdf.page.width - margin, pdf.y)
		.lineWidth(0.3)
		.strokeColor('#bbbbbb')
		.stroke()
}

function heightOf(cells: readonly (readonly string[])[]): number {
	return Math.max(1, ...cells.map((lines) => lines.length)) * lineHeight + 2 * padding
}

/** A cell that would fill pages is cut: the other files have it whole. */
function shortened(text: string): string {
	return text.length > 1500 ? `${text.slice(0, 1500)} … (whole in the HTML file)` : text
}

/** The paper's name and hash, and the page's number. */
function printFeet(sheet: Sheet, foot: string): void {
	const { pdf } = sheet
	const letters = lettersOf(pdf, 'text', 6.5)
	const width = pdf.page.width - 2 * margin
	const [text] = wrapped(known(sheet, foot), width - 80, letters.width)
	const { start, count } = pdf.bufferedPageRange()
	for (let page = start; page < start + count; page++) {
		pdf.switchToPage(page)
		pdf.fillColor('#444444')
		const y = pdf.page.height - 24
		const number = `${page - start + 1} of ${count}`
		letters.print([
			{ text: text!, x: margin, y },
			{ text: number, x: margin + width - letters.widthOf(number), y },
		])
	}
}

function bottom(pdf: PDFKit.PDFDocument): number {
	return pdf.page.height - margin - 8
}

/** Characters that the font lacks are written by their number, `<U+5E74>`: none vanishes from a signed paper. */
function known({ has, lacking }: Sheet, text: string): string {
	if (/^[\x20-\x7e\n]*$/.test(text)) return text
	return [...text.normalize('NFC')]
		.map((character) => {
			if (character === '\n') return character
			if (character === '\t' || character === '\r') return ' '
			if (!/\p{Cc}|\p{Cf}/u.test(character) && has(character)) return character
			lacking.add(character)
			return `<U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}>`
		})
		.join('')
}

function glyphTest(pdf: PDFKit.PDFDocument): Sheet['has'] {
	pdf.font('text')
	const { font } = (pdf as unknown as { _font: { font: { hasGlyphForCodePoint(point: number): boolean } } })._font
	const seen = new Map<string, boolean>()
	return (character) => {
		const before = seen.get(character)
		if (before !== undefined) return before
		const found = font.hasGlyphForCodePoint(character.codePointAt(0)!)
		seen.set(character, found)
		return found
	}
}
