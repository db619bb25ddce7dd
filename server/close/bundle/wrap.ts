/** How wide a character is. */
export type CharacterWidth = (character: string) => number

/**
 * A text in lines that are at most `width` wide: broken at spaces, and within words that are wider than a line. Line feeds stay. Pairs
 * of letters that stand closer make a line a little narrower than this has it, never wider.
 */
export function wrapped(text: string, width: number, widthOf: CharacterWidth): string[] {
	return text.split('\n').flatMap((line) => wrappedLine(line, width, widthOf))
}

function wrappedLine(text: string, width: number, widthOf: CharacterWidth): string[] {
	const lines: string[] = []
	let line = ''
	let used = 0
	for (const word of text.split(' ')) {
		const own = widthOfText(word, widthOf)
		const space = line === '' ? 0 : widthOf(' ')
		if (used + space + own <= width) {
			line = line === '' ? word : `${line} ${word}`
			used += space + own
			continue
		}
		if (line !== '') lines.push(line)
		const pieces = own <= width ? [word] : brokenWord(word, width, widthOf)
		lines.push(...pieces.slice(0, -1))
		line = pieces.at(-1)!
		used = widthOfText(line, widthOf)
	}
	return [...lines, line]
}

function brokenWord(word: string, width: number, widthOf: CharacterWidth): string[] {
	const pieces: string[] = []
	let piece = ''
	let used = 0
	for (const character of word) {
		const own = widthOf(character)
		if (piece !== '' && used + own > width) {
			pieces.push(piece)
			piece = ''
			used = 0
		}
		piece += character
		used += own
	}
	return [...pieces, piece]
}

function widthOfText(text: string, widthOf: CharacterWidth): number {
	let width = 0
	for (const character of text) width += widthOf(character)
	return width
}
