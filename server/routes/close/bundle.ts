import path from 'node:path'
import { Router } from 'express'
import { type Bundle, paperBundle } from '../../close/bundle/write-bundle.ts'
import { type CloseRoutes, partOf } from './closing-request.ts'

/** `/close/<paper>/bundle.zip`: the evidence bundle of the newest signature, written when it is first asked for. */
export function bundleRoutes({ closing }: CloseRoutes): Router {
	const router = Router()
	const underWay = new Map<string, Promise<Bundle>>()
	router.get('/close/:paper/bundle.zip', async (request, response) => {
		const paper = partOf(request, 'paper')
		const writing = underWay.get(paper) ?? paperBundle(closing, paper).finally(() => underWay.delete(paper))
		underWay.set(paper, writing)
		const { file, content } = await writing
		response.set({
			'Content-Type': 'application/zip',
			'Content-Disposition': `attachment; filename="${path.basename(file)}"`,
			'Cache-Control': 'private, no-cache',
			ETag: `"${content}"`,
		})
		await new Promise<void>((resolve, reject) => {
			response.sendFile(file, { dotfiles: 'allow', cacheControl: false, etag: false }, (error) =>
				error && !response.headersSent ? reject(error) : resolve(),
			)
		})
	})
	return router
}
