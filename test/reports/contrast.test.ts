import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const style = readFileSync(path.join(import.meta.dirname, '../../reports/style.css'), 'utf8')

/** The colours of the first block of variables behind `selector`, by name. */
function coloursOf(selector: string): Record<string, string> {
	const block = style.slice(style.indexOf(selector)).split('}')[0]!
	return Object.fromEntries(
		[...block.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value!]),
	)
}

const themes = {
	light: coloursOf(':root {'),
	dark: { ...coloursOf(':root {'), ...coloursOf('@media screen and (prefers-color-scheme: dark)') },
}

/** Relative luminance of a colour, as https://www.w3.org/TR/WCAG22/#dfn-relative-luminance has it. */
function luminance(colour: string): number {
	const [red, green, blue] = [1, 3, 5].map((at) => {
		const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
		return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
	})
	return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one: string, other: string): number {
	const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a)
	return (light! + 0.05) / (dark! + 0.05)
}

const grounds = ['background', 'surface']
const texts: [string, string[]][] = [
	['text', [...grounds, 'selected', 'warn-tint', 'bad-tint', 'ok-tint']],
	['muted', [...grounds, 'warn-tint']],
	['link', [...grounds, 'selected', 'warn-tint', 'bad-tint', 'ok-tint']],
	...['ok', 'warn', 'bad', 'neutral'].map((tone): [string, string[]] => [tone, [`${tone}-tint`]]),
]
const marks = ['control', 'total', 'lowers', 'raises', 'unexplained']

test('a contrast is what the standard says it is', () => {
	expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5)
	expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2)
})

test.each(Object.entries(themes))('texts stand out by 4.5, marks and controls by 3, in the %s theme', (_, colours) => {
	const pairs = [
		...texts.flatMap(([name, on]) => on.map((ground) => ({ name, ground, least: 4.5 }))),
		...marks.flatMap((name) => grounds.map((ground) => ({ name, ground, least: 3 }))),
	]
	const low = pairs
		.map((pair) => ({ ...pair, ratio: contrast(colours[pair.name]!, colours[pair.ground]!) }))
		.filter(({ ratio, least }) => !(ratio >= least))
	expect(low).toEqual([])
})

test('nothing moves, so nothing has to be held still for who asked for it', () => {
	expect(style).not.toMatch(/\b(animation|transition)(-[a-z]+)?:|@keyframes|scroll-behavior/)
})
