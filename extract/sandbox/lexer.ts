/** A word, literal or sign of a query. `at` counts characters from 0; a string's `text` is without quotes and escapes. */
export type Token = { kind: 'word' | 'string' | 'number' | 'moment' | 'sign' | 'end'; text: string; at: number }

/** How a query language writes its tokens. Each pattern is sticky (`y`). */
export type Lexicon = { string: RegExp; unescape(inner: string): string; moment?: RegExp; signs: RegExp }

/** The tokens of a query, an `end` last; `at` of the first character that fits no token is thrown by `refuse`. */
export function tokens(query: string, lexicon: Lexicon, refuse: (at: number, text: string) => Error): Token[] {
	const found: Token[] = []
	let at = 0
	const match = (pattern: RegExp): string | null => {
		pattern.lastIndex = at
		return pattern.exec(query)?.[0] ?? null
	}
	while (true) {
		at += match(/\s*/y)?.length ?? 0
		if (at >= query.length) break
		const token = readToken(match, lexicon)
		if (!token) throw refuse(at, query[at] ?? '')
		found.push({
			kind: token.kind,
			at,
			text: token.kind === 'string' ? lexicon.unescape(token.text.slice(1, -1)) : token.text,
		})
		at += token.text.length
	}
	return [...found, { kind: 'end', text: '', at }]
}

function readToken(
	match: (pattern: RegExp) => string | null,
	lexicon: Lexicon,
): { kind: Token['kind']; text: string } | null {
	const patterns: [Token['kind'], RegExp | undefined][] = [
		['string', lexicon.string],
		['moment', lexicon.moment],
		['number', /\d+(\.\d+)?(?![\w.])/y],
		['word', /[A-Za-z_][A-Za-z0-9_]*/y],
		['sign', lexicon.signs],
	]
	for (const [kind, pattern] of patterns) {
		const text = pattern && match(pattern)
		if (text) return { kind, text }
	}
	return null
}

/** Reads tokens one after the other. Words are compared without case. */
export type TokenReader = {
	peek(): Token
	take(): Token
	/** Takes the next token if it is this word or sign. */
	accept(text: string): boolean
	/** Takes the next token, which must be this word or sign. */
	expect(text: string): Token
	/** Takes the next token, which must be a word. */
	word(): Token
}

/** A reader over tokens; what it does not expect is thrown by `refuse`. */
export function readTokens(list: Token[], refuse: (token: Token) => Error): TokenReader {
	let position = 0
	const peek = () => list[position] as Token
	const take = () => {
		const token = peek()
		if (token.kind !== 'end') position++
		return token
	}
	const isNext = (text: string) =>
		(peek().kind === 'word' || peek().kind === 'sign') && peek().text.toLowerCase() === text.toLowerCase()
	return {
		peek,
		take,
		accept: (text) => isNext(text) && take() !== undefined,
		expect: (text) => {
			if (!isNext(text)) throw refuse(peek())
			return take()
		},
		word: () => {
			if (peek().kind !== 'word') throw refuse(peek())
			return take()
		},
	}
}
