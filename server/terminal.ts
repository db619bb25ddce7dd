/** A stream that text is written to, as far as the command line needs to know it. */
export type TextStream = { write(text: string): unknown; isTTY?: boolean; columns?: number }

/** How text may look on one stream. A sign always stands beside its word; colour is never the only mark. */
export type Style = {
	isTerminal: boolean
	ok: string
	bad: string
	warn: string
	none: string
	green(text: string): string
	red(text: string): string
	yellow(text: string): string
	dim(text: string): string
	bold(text: string): string
}

/** Whether colour, and which signs, fit a stream: none for NO_COLOR, TERM=dumb, `--no-color` or no terminal; ASCII without UTF-8. */
export function styleOf(stream: TextStream, environment: NodeJS.ProcessEnv, { noColor = false } = {}): Style {
	const isTerminal = stream.isTTY === true
	const hasColor = isTerminal && !noColor && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb'
	const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || ''
	const hasUnicode = /utf-?8/i.test(locale) || (locale === '' && !isTerminal)
	const paint = (code: number) => (text: string) => (hasColor ? `\u001B[${code}m${text}\u001B[0m` : text)
	return {
		isTerminal,
		ok: hasUnicode ? '✓' : 'ok',
		bad: hasUnicode ? '✗' : 'x',
		warn: '!',
		none: '-',
		green: paint(32),
		red: paint(31),
		yellow: paint(33),
		dim: paint(2),
		bold: paint(1),
	}
}
