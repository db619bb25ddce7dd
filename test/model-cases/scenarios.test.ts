import { beforeAll, describe, expect, test } from 'vitest'
import { breakCodes } from '../../models/break-code.ts'
import { badInput } from './bad-input.ts'
import { causes } from './causes.ts'
import { codes } from './codes.ts'
import { readBreaksPage, withExamples } from './examples.ts'
import { dealsAlone, dealsFirst, links, productsFirst } from './links.ts'
import { rates } from './rates.ts'
import { type Found, findAll, type Scenario } from './scenario.ts'
import { shapes } from './shapes.ts'
import { terms } from './terms.ts'

const files: Record<string, Scenario[]> = { codes, shapes, causes, 'bad input': badInput, links, rates, terms }

/** The files whose stories are told in one world, by what the company has decided: a world takes as long with a hundred as with one. */
const worlds: Record<string, Scenario[]>[] = [
	files,
	{ 'deals first': dealsFirst, 'products first': productsFirst },
	{ 'deals alone': dealsAlone },
]

for (const world of worlds) {
	const found = new Map<Scenario, Found>()
	beforeAll(async () => {
		const told = Object.values(world).flat()
		for (const [at, one] of (await findAll(told)).entries()) found.set(told[at]!, one)
	})
	for (const [title, scenarios] of Object.entries(world))
		describe(title, () => {
			test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', (_, scenario) => {
				const { breaks, causes, exceptions, candidates, differences } = found.get(scenario)!
				expect(breaks).toEqual([...scenario.breaks].sort())
				if (scenario.causes) expect(causes).toMatchObject(scenario.causes)
				if (scenario.exceptions) expect(exceptions).toEqual(scenario.exceptions)
				if (scenario.candidates) expect(candidates).toEqual(scenario.candidates)
				if (scenario.differences) expect(differences).toEqual(scenario.differences)
			})
			if (scenarios === codes)
				test('docs/breaks.md has a worked example of every code, and each says what the models find', () => {
					const page = readBreaksPage()
					for (const code of breakCodes) {
						expect(page).toContain(`### \`${code}\`\n`)
						expect(page).toContain(`<!-- example: ${code} -->`)
					}
					for (const { name } of codes) expect(page).toContain(`<!-- example: ${name} -->`)
					// test/model-cases/write-examples.ts writes them anew.
					const examples = codes.map((scenario) => found.get(scenario)!)
					expect(withExamples(page, examples)).toBe(page)
				})
		})
}
