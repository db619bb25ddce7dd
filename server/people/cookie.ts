import type { Request, Response } from 'express'

/** The session's id from the request's cookie; undefined when it has none. */
export function readSessionCookie(request: Request): string | undefined {
	const wanted = nameFor(request)
	for (const pair of (request.headers.cookie ?? '').split(';')) {
		const [name, value] = pair.trim().split('=')
		if (name === wanted && value && /^[\w-]{20,100}$/.test(value)) return value
	}
	return undefined
}

/**
 * Sets the session's cookie: no script reads it, no other site's form sends it, and with https it never leaves by http. It ends with the
 * browser; the server ends it earlier.
 */
export function setSessionCookie(request: Request, response: Response, id: string): void {
	response.append('Set-Cookie', `${nameFor(request)}=${id}; ${attributes(request)}`)
}

/** Takes the session's cookie away. */
export function clearSessionCookie(request: Request, response: Response): void {
	response.append('Set-Cookie', `${nameFor(request)}=; ${attributes(request)}; Max-Age=0`)
}

/** With https the name makes browsers insist on Secure, this very host and the whole path. */
function nameFor({ secure }: Request): string {
	return secure ? '__Host-tieout_session' : 'tieout_session'
}

function attributes({ secure }: Request): string {
	return `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
}
