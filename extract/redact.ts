/**
 * Takes secrets out of a text, the one place where that is done. Knows the values given, and what looks like a credential whoever
 * wrote it: bearer tokens, signed tokens, keys and passwords in forms, queries and JSON.
 */
export function redactor(secrets: Iterable<string>): { add(secret: string): void; redact(text: string): string } {
	const known = new Set<string>()
	const add = (secret: string) => {
		// Short values would tear ordinary words apart.
		if (secret.length >= 6) known.add(secret)
	}
	for (const secret of secrets) add(secret)
	return {
		add,
		redact(text) {
			let clean = text
			for (const secret of known) {
				clean = clean.replaceAll(secret, '[secret]').replaceAll(encodeURIComponent(secret), '[secret]')
			}
			return patterns.reduce((current, [pattern, replacement]) => current.replace(pattern, replacement), clean)
		},
	}
}

const patterns: [RegExp, string][] = [
	[/\b(Bearer|Basic|OAuth|token)\s+[A-Za-z0-9._~+/!=:-]{12,}/gi, '$1 [secret]'],
	[/\b(oauth_(?:signature|token|nonce)=")[^"]*/gi, '$1[secret]'],
	[/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g, '[secret]'],
	[/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, '[secret]'],
	[
		/("?(?:client_secret|consumer_secret|token_secret|refresh_token|access_token|client_assertion|assertion|password|api_?key|secret)"?\s*[=:]\s*"?)[^\s"&,}]+/gi,
		'$1[secret]',
	],
]
