import type { CharacterWidth } from './wrap.ts'

/** A line of text and where it begins, in points from the page's upper left corner. */
export type PlacedLine = { text: string; x: number; y: number }

/** One font at one size. Widths are in points. */
export type Letters = {
	width: CharacterWidth
	widthOf(text: string): number
	/** Prints lines on the current page. */
	print(lines: readonly PlacedLine[]): void
}

/**
 * Scripts whose letters stand one beside the other, each with its own width. Others (joined letters, marks on letters, from right to left)
 * are shaped by pdfkit, which takes ten times as long.
 */
const plain =
	/^[\x20-\x7e\u00a0-\u02af\u0370-\u0482\u048a-\u052f\u1e00-\u1fff\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2100-\u22ff]*$/

/** What pdfkit's font does, as far as it is wanted here: glyphs of the embedded subset, as four hexadecimal digits each. */
type Font = {
	id: string
	ascender: number
	encode(text: string): [glyphs: string[], positions: { advanceWidth: number }[]]
	ref(): unknown
}

/** The letters of a registered font, each asked of it once. */
export function lettersOf(pdf: PDFKit.PDFDocument, name: string, size: number): Letters {
	const font = (pdf.font(name) as unknown as { _font: Font })._font
	const seen = new Map<string, { glyphs: string; width: number }>()
	const letter = (character: string) => {
		const before = seen.get(character)
		if (before !== undefined) return before
		const [glyphs, positions] = font.encode(character)
		const width = (positions.reduce((sum, one) => sum + one.advanceWidth, 0) * size) / 1000
		const found = { glyphs: glyphs.join(''), width }
		seen.set(character, found)
		return found
	}
	const width = (character: string) => letter(character).width
	const widthOf = (text: string) => [...text].reduce((sum, character) => sum + letter(character).width, 0)
	const print = (lines: readonly PlacedLine[]) => {
		const shaped = lines.filter(({ text }) => !plain.test(text))
		for (const { text, x, y } of shaped) pdf.font(name).fontSize(size).text(text, x, y, { lineBreak: false })
		const placed = lines.filter(({ text }) => plain.test(text))
		if (placed.length === 0) return
		const page = pdf.page as unknown as { height: number; fonts: Record<string, unknown> }
		page.fonts[font.id] ??= font.ref()
		// pdfkit's page begins at its upper left corner; text stands upright in a page that begins at the lower left one.
		const height = page.height - (font.ascender * size) / 1000
		const shown = placed.map(
			({ text, x, y }) =>
				`1 0 0 1 ${points(x)} ${points(height - y)} Tm <${[...text].map((one) => letter(one).glyphs).join('')}> Tj`,
		)
		pdf.save()
		pdf.transform(1, 0, 0, -1, 0, page.height)
		pdf.addContent(`BT /${font.id} ${size} Tf\n${shown.join('\n')}\nET`)
		pdf.restore()
	}
	return { width, widthOf, print }
}

/** A number of the page description: up to three decimals. */
function points(value: number): string {
	return String(Math.round(value * 1000) / 1000)
}
