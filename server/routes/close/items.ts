import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { type Request, type Response, Router } from 'express'
import { TieoutError } from '../../../models/error.ts'
import { requireKnownNames } from '../../../reports/known-names.ts'
import { type ItemPage, ItemView } from '../../../reports/pages/close/item.ts'
import type { ItemStatus } from '../../../reports/pages/close/item-data.ts'
import { type ItemsPage, ItemsView } from '../../../reports/pages/close/items.ts'
import {
	fittingItems,
	type ItemFilters,
	itemFacets,
	itemFilters,
	orderedItems,
	readItemFilters,
} from '../../../reports/pages/close/items-filter.ts'
import { paperPath, paperTitle } from '../../../reports/pages/close/words.ts'
import { attachFile, attachmentFile } from '../../close/attachments.ts'
import { scopesOf } from '../../close/closing.ts'
import { changeItems, type ItemChange, listItems, readItem } from '../../close/items.ts'
import { newLife, paperLives } from '../../close/life.ts'
import { findScope } from '../../close/scope.ts'
import { readUpload } from '../../multipart.ts'
import { requireFormToken, requirePerson } from '../../people/request.ts'
import { failureOf } from '../view.ts'
import {
	asked,
	type CloseRoutes,
	fieldOf,
	fieldsOf,
	formBody,
	givenOf,
	listOf,
	partOf,
	sendClose,
	sendDocument,
	todayOf,
	viewerOf,
} from './closing-request.ts'
import { owners } from './paper-items.ts'

/** `/close/<paper>/items`: the list with bulk changes; one item with its thread; its files. */
export function itemRoutes(routes: CloseRoutes): Router {
	const router = Router()
	const { closing } = routes
	router.get('/close/:paper/items', (request, response) => showItems(routes, request, response))
	router.get('/api/close/:paper/items', async (request, response) => {
		const { scope, fitting } = await readItems(routes, request)
		sendDocument(response, { schema: 'tieout.items/1', paper: scope.paper, items: fitting })
	})
	router.post('/close/:paper/items', formBody, (request, response) => takeChange(routes, request, response))
	router.get('/close/:paper/items/:item', (request, response) => showItem(routes, request, response))
	router.get('/api/close/:paper/items/:item', async (request, response) => {
		const found = await readItem(closing, partOf(request, 'paper'), partOf(request, 'item'))
		sendDocument(response, { schema: 'tieout.item/1', ...found })
	})
	router.post('/close/:paper/items/:item/files', (request, response) => takeFile(routes, request, response))
	router.get('/close/:paper/items/:item/files/:seq', (request, response) => sendFile(routes, request, response))
	return router
}

type Shown = { failure?: ItemPage['failure']; given?: Record<string, string>; status?: number }

async function readItems(routes: CloseRoutes, request: Request, query?: URLSearchParams) {
	const { closing } = routes
	const searched = query ?? new URL(request.originalUrl, 'http://host').searchParams
	const [scope, all] = await Promise.all([scopeOf(routes, request), listItems(closing, partOf(request, 'paper'))])
	const address = { path: paperPath(partOf(request, 'paper'), 'items'), query: searched }
	requireKnownNames(address, [...itemFilters, 'sort', 'page', 'done', 'generation'])
	const filters: ItemFilters = readItemFilters(searched)
	const today = todayOf(routes)
	const fitting = orderedItems(fittingItems(all, filters, today), searched.get('sort'))
	return { ...scope, all, filters, today, fitting, searched }
}

async function scopeOf({ closing }: CloseRoutes, request: Request) {
	const [scopes, { lives }] = [await scopesOf(closing), await paperLives(closing.state.db)]
	const scope = findScope(scopes, partOf(request, 'paper'), lives)
	return { scope, state: (lives.get(scope.paper) ?? newLife(scope.paper)).state }
}

async function showItems(
	routes: CloseRoutes,
	request: Request,
	response: Response,
	{ status, ...more }: Shown = {},
): Promise<void> {
	const { all, searched, ...read } = await readItems(routes, request)
	const done = searched.get('done')
	const page: ItemsPage = {
		...read,
		itemCount: all.length,
		facets: itemFacets(all, read.filters, read.today),
		page: /^[1-9]\d{0,5}$/.test(searched.get('page') ?? '') ? Number(searched.get('page')) : 1,
		people: await owners(routes.closing),
		viewer: viewerOf(request),
		done: done && /^\d{1,6}$/.test(done) ? `Changed: ${done} ${done === '1' ? 'item' : 'items'}.` : undefined,
		...more,
	}
	await sendClose(routes, request, response, {
		title: `Items: ${paperTitle(page.scope)}`,
		content: (context) => ItemsView({ page, context }),
		...(status && { status }),
	})
}

async function showItem(
	routes: CloseRoutes,
	request: Request,
	response: Response,
	{ status, ...more }: Shown = {},
): Promise<void> {
	const { closing } = routes
	const item = partOf(request, 'item')
	const [scope, found] = await Promise.all([
		scopeOf(routes, request),
		readItem(closing, partOf(request, 'paper'), item),
	])
	const page: ItemPage = {
		...{ ...scope, ...found, item },
		people: await owners(closing),
		viewer: viewerOf(request),
		largestFile: closing.config.close.attachment_limit,
		done: asked(request, 'done') ? 'Saved.' : undefined,
		...more,
	}
	await sendClose(routes, request, response, {
		title: `Item: ${paperTitle(page.scope)}`,
		content: (context) => ItemView({ page, context }),
		...(status && { status }),
	})
}

/** One or many: those that are ticked, or all of the filter that the page had. */
async function takeChange(routes: CloseRoutes, request: Request, response: Response): Promise<void> {
	const fields = fieldsOf(request)
	const paper = partOf(request, 'paper')
	const person = requirePerson(request, 'preparer')
	const back = backOf(paper, fieldOf(fields, 'back'))
	try {
		const ticked = listOf(fields, 'item')
		const items = fieldOf(fields, 'all') ? await fittingNames(routes, request, back) : [...new Set(ticked)]
		if (items.length === 0) throw nothingTicked()
		await changeItems(routes.closing, { paper, items, person, change: changeOf(fields) }, { now: routes.stamp })
		back.searchParams.set('done', String(items.length))
		response.redirect(303, `${back.pathname}${back.search}`)
	} catch (error) {
		const { failure, status } = failureOf(error)
		const shown = { failure, given: givenOf(fields), status }
		request.url = `${back.pathname}${back.search}`
		request.originalUrl = request.url
		if (back.pathname === paperPath(paper, 'items')) return await showItems(routes, request, response, shown)
		request.params['item'] = fieldOf(fields, 'item')
		await showItem(routes, request, response, shown)
	}
}

function changeOf(fields: Record<string, string | string[]>): ItemChange {
	const given = (name: string) => fieldOf(fields, name).trim() || undefined
	const [owner, status, reason, dueDate, comment] = ['owner', 'status', 'reason', 'due_date', 'comment'].map(given)
	return {
		...(owner && { owner }),
		...(status && { status: status as ItemStatus }),
		...(reason && { reason }),
		...(dueDate && { dueDate }),
		...(comment && { comment }),
	}
}

async function fittingNames(routes: CloseRoutes, request: Request, { searchParams }: URL): Promise<string[]> {
	const { fitting } = await readItems(routes, request, searchParams)
	return [...new Set(fitting.map(({ item }) => item))]
}

/** Where the form was: a page of this paper's items. Anything else is their list. */
function backOf(paper: string, text: string): URL {
	const own = paperPath(paper, 'items')
	const back = new URL(text.startsWith('/') ? text : own, 'http://own')
	return back.host === 'own' && (back.pathname === own || back.pathname.startsWith(`${own}/`))
		? back
		: new URL(own, 'http://own')
}

function nothingTicked(): TieoutError {
	return new TieoutError('usage', 'close.no_items', 'no item is ticked', {
		where: 'item',
		next: 'tick items in the table, or "all of the filter"',
	})
}

/** A file is streamed to disk; what comes behind a refusal is read and thrown away, so that the browser hears the answer. */
async function takeFile(routes: CloseRoutes, request: Request, response: Response): Promise<void> {
	const [paper, item] = [partOf(request, 'paper'), partOf(request, 'item')]
	try {
		const person = requirePerson(request, 'preparer')
		const { fields, file } = await readUpload(request, request.get('content-type'))
		requireFormToken(request, fields['form_token'])
		if (file.name === '') throw nothingChosen()
		await attachFile(routes.closing, { paper, item, person, file }, { now: routes.stamp })
		response.redirect(303, `${paperPath(paper, 'items', item)}?done=1`)
	} catch (error) {
		const { failure, status } = failureOf(error)
		if (failure.code.startsWith('people.')) throw error
		await showItem(routes, request, response, { failure, status })
	} finally {
		request.resume()
	}
}

function nothingChosen(): TieoutError {
	return new TieoutError('usage', 'upload.none', 'no file was chosen', { where: 'file', next: 'choose a file' })
}

/** Always as a download: what a file says it is does not matter. */
async function sendFile({ closing }: CloseRoutes, request: Request, response: Response): Promise<void> {
	const { events } = await readItem(closing, partOf(request, 'paper'), partOf(request, 'item'))
	const attachment = events.find(({ seq }) => String(seq) === partOf(request, 'seq'))?.attachment
	if (!attachment)
		throw new TieoutError('not_found', 'close.no_attachment', 'this item has no such file', {
			where: request.path,
			next: 'open the item for its files',
		})
	const file = attachmentFile(closing.config.project, attachment.sha256)
	response.attachment(attachment.name)
	response.set({
		'Content-Type': 'application/octet-stream',
		'Content-Length': String(attachment.bytes),
		'Content-Security-Policy': "default-src 'none'; sandbox",
		'Cache-Control': 'private, no-store',
	})
	await pipeline(createReadStream(file), response)
}
