import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { parseHTML } from 'linkedom'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publishSample } from '../../reports/sample.ts'
import { serve } from './serving.ts'

let folder: string
let served: Awaited<ReturnType<typeof serve>>
beforeAll(async () => {
	folder = await publishSample()
	served = await serve(folder)
})
afterAll(async () => {
	await served.close()
	rmSync(folder, { recursive: true, force: true })
})

const addresses = [
	'/month/2026-10?legal_entity=DE',
	'/breaks?code=timing',
	'/break/b-000002',
	'/customers',
	'/customer/crm:001A000004',
	'/reports',
	'/reports/tie-out',
	'/reports/bridge?in_currency=EUR',
	'/checks',
	'/checks/orders_have_deals',
	'/alerts',
	'/runs',
	'/runs/r-1',
	'/quarantine',
	'/models',
	'/models/marts.breaks',
	'/sql',
	'/search?q=acme',
	'/nothing',
]

const open = async (address: string) => parseHTML(await (await served.get(address)).text()).document

/** What a screen reader says of a link or a button. */
function nameOf(element: Element): string {
	return (element.getAttribute('aria-label') ?? element.textContent ?? '').trim()
}

test('every page names its language, its fields, its links, its tables and what they refer to', async () => {
	for (const address of addresses) {
		const document = await open(address)
		const all = (selector: string) => [...document.querySelectorAll(selector)] as unknown as Element[]
		const found = {
			language: document.documentElement.getAttribute('lang'),
			fieldsWithoutLabel: all('input:not([type=hidden]), select, textarea')
				.filter((field) => !field.closest('label') && !field.getAttribute('aria-label'))
				.filter((field) => !document.querySelector(`label[for="${field.id}"]`))
				.map((field) => field.outerHTML),
			// A chart is one picture with its finding; its numbers are the table's.
			withoutName: all('a[href], button, summary, th')
				.filter((one) => !one.closest('svg') && nameOf(one) === '')
				.map((one) => one.outerHTML),
			picturesWithoutName: all('svg').filter((one) => !one.getAttribute('aria-label')).length,
			headingsWithoutScope: all('th:not([scope])').length,
			tablesWithoutCaption: all('table').filter((table) => !table.querySelector('caption')).length,
			ownTabOrder: all('[tabindex]').filter((one) => Number(one.getAttribute('tabindex')) > 0).length,
			referencesToNothing: all('[aria-describedby], [aria-labelledby], label[for]')
				.flatMap((one) =>
					['aria-describedby', 'aria-labelledby', 'for'].flatMap((name) => one.getAttribute(name)?.split(' ') ?? []),
				)
				.filter((id) => !document.getElementById(id)),
		}
		expect(found, address).toEqual({
			language: 'en',
			fieldsWithoutLabel: [],
			withoutName: [],
			picturesWithoutName: 0,
			headingsWithoutScope: 0,
			tablesWithoutCaption: 0,
			ownTabOrder: 0,
			referencesToNothing: [],
		})
		const ids = all('[id]').map(({ id }) => id)
		expect(ids, address).toEqual([...new Set(ids)])
		const levels = all('h1, h2, h3, h4').map(({ tagName }) => Number(tagName[1]))
		expect(levels[0], address).toBe(1)
		expect(
			levels.filter((level, index) => level > (levels[index - 1] ?? 0) + 1),
			`${address}: ${levels}`,
		).toEqual([])
	}
})

test('a choice by key waits for its button, one by pointer shows at once', async () => {
	const { document, window } = parseHTML(await (await served.get('/month/2026-10')).text())
	const script = readFileSync(path.join(import.meta.dirname, '../../../reports/script.js'), 'utf8')
	const { HTMLElement, HTMLTextAreaElement, Element: OfWindow, Event } = window
	runInContext(script, createContext({ document, HTMLElement, HTMLTextAreaElement, Element: OfWindow }))
	const choice = document.querySelector('form.narrow select')!
	let shown = 0
	Object.defineProperty(choice, 'form', { value: { requestSubmit: () => shown++ } })
	for (const event of ['keydown', 'change']) choice.dispatchEvent(new Event(event))
	expect(shown).toBe(0)
	for (const event of ['pointerdown', 'change']) choice.dispatchEvent(new Event(event))
	expect(shown).toBe(1)
})
