import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Response, Router } from 'express'

/** One file that pages load, under an address that holds its hash: it may be kept for ever. */
type Asset = { path: string; type: string; content: Buffer; hash: string }

const folder = `${import.meta.dirname}/../../reports`

/** The style sheet and the script of all pages. */
export const assets = {
	style: asset('style.css', 'text/css; charset=utf-8'),
	script: asset('script.js', 'text/javascript; charset=utf-8'),
}

/** `/assets/...`: from our own origin, nothing comes from another host. */
export function assetRoutes(): Router {
	const router = Router()
	for (const one of Object.values(assets)) router.get(one.path, (_request, response) => send(response, one))
	router.get('/assets/icon.svg', (_request, response) => {
		response.set('Cache-Control', 'public, max-age=86400').type('image/svg+xml').send(icon)
	})
	router.get('/assets/footer.css', (request, response) => {
		const { text } = request.query
		response.set('Cache-Control', 'private, max-age=86400').type('text/css; charset=utf-8')
		response.send(printFooter(typeof text === 'string' ? text.slice(0, 300) : ''))
	})
	return router
}

/** A style sheet that prints `text` at the foot of each page. Every character but plain ones is escaped: it stays one CSS string. */
function printFooter(text: string): string {
	const escaped = text.replace(/[^A-Za-z0-9 .,:-]/gu, (character) => `\\${character.codePointAt(0)!.toString(16)} `)
	return `@page { @bottom-left { content: "${escaped}"; font: 7.5pt sans-serif; white-space: nowrap } }\n`
}

function send(response: Response, { type, content }: Asset): void {
	response.set('Cache-Control', 'public, max-age=31536000, immutable').type(type).send(content)
}

function asset(name: string, type: string): Asset {
	const content = readFileSync(`${folder}/${name}`)
	const hash = createHash('sha256').update(content).digest('hex').slice(0, 12)
	const [stem, ending] = name.split('.')
	return { path: `/assets/${stem}.${hash}.${ending}`, type, content, hash }
}

/** Two bars of equal height: the books agree. */
const icon =
	'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#0B5CAD"/><path d="M4 3h3v10H4zM9 3h3v10H9z" fill="#fff"/></svg>'
