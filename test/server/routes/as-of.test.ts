import { rmSync } from 'node:fs'
import { parseHTML } from 'linkedom'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publishSample } from '../../reports/sample.ts'
import { serve } from './serving.ts'

let folder: string
let served: Awaited<ReturnType<typeof serve>>

beforeAll(async () => {
	folder = await publishSample({ breaks: 40, customers: 5 }, 141)
	await publishSample({ breaks: 60, customers: 5 }, 142, folder)
	served = await serve(folder)
})

afterAll(async () => {
	await served.close()
	rmSync(folder, { recursive: true, force: true })
})

const page = async (address: string) => {
	const body = await (await served.get(address)).text()
	return { body, document: parseHTML(body).document }
}

const pages = ['/month/2026-10', '/breaks', '/break/b-000002', '/customers', '/checks', '/models/marts.breaks', '/sql']

test('a page of an earlier generation says so on top and leads back to now', async () => {
	const { document } = await page('/month/2026-10?generation=141&legal_entity=US')
	expect(document.querySelector('body.past')).not.toBeNull()
	const banner = document.querySelector('.past-banner')!
	expect(banner.textContent).toContain('You are looking at generation 141, as of 2026-11-04 08:39 UTC')
	expect(banner.textContent).toContain('generation 142 is in service')
	expect(banner.querySelector('a')?.getAttribute('href')).toBe('/month/2026-10?legal_entity=US')
	expect((await page('/month/2026-10')).body).not.toContain('You are looking at')
})

test('every link and form of an earlier generation stays on it', async () => {
	for (const address of pages) {
		const { document } = await page(`${address}?generation=141`)
		const links = [...document.querySelectorAll('a[href]')].filter((link) => !link.hasAttribute('data-now'))
		const left = links
			.map((link) => link.getAttribute('href')!)
			.filter((href) => /^[/?]/.test(href) && !href.includes('generation=141'))
		expect(left, address).toEqual([])
		for (const form of document.querySelectorAll('form')) {
			const isKept =
				form.getAttribute('method') === 'post'
					? form.getAttribute('action')?.includes('generation=141')
					: form.querySelector('input[name="generation"]')?.getAttribute('value') === '141'
			expect(isKept, `${address}: a form`).toBe(true)
		}
	}
})

test('the picker lists the kept generations, the one in service without a trace in its address', async () => {
	const { document } = await page('/breaks?generation=141&code=timing')
	const items = [...document.querySelectorAll('.as-of li a')].map((link) => [
		link.textContent,
		link.getAttribute('href'),
	])
	expect(items).toEqual([
		['generation 142, in service', '/breaks?code=timing'],
		['generation 141', '/breaks?code=timing&generation=141'],
	])
	expect(document.querySelector('.as-of .another')?.textContent).toContain('tieout build --as-of')
})

test('documents, files, redirects and SQL read the generation that was asked for', async () => {
	const month = await (await served.get('/api/month/2026-10?generation=141')).json()
	expect(month).toMatchObject({ generation: '141' })
	const file = await served.get('/breaks.csv?generation=141')
	expect(file.headers.get('content-disposition')).toContain('generation-141')
	expect((await file.text()).trim().split('\n').length).toBeLessThan(42)
	expect((await served.get('/?generation=141')).headers.get('location')).toBe('/month/2026-10?generation=141')
	const answer = await served.get('/api/sql?generation=141', {
		method: 'POST',
		body: new URLSearchParams({ q: 'select generation from tieout.generation' }),
	})
	expect(await answer.json()).toMatchObject({ generation: '141', rows: [['141']] })
})

test('a generation that is not kept is an error that names those that are', async () => {
	const response = await served.get('/api/month/2026-10?generation=7')
	expect(response.status).toBe(404)
	expect(await response.json()).toMatchObject({ error: { code: 'query.generation_gone', allowed: ['142', '141'] } })
	const { document } = await page('/month/2026-10?generation=7')
	expect(document.querySelector('h1')?.textContent).toBe('Not found')
	expect(document.querySelector('.as-of summary')?.textContent).toContain('generation 142')
})
