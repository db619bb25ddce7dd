import { beforeAll, describe, expect, test } from 'vitest'
import { breakCodes } from '../../models/break-code.ts'
import { badInput } from './bad-input.ts'
import { causes } from './causes.ts'
import { codes } from './codes.ts'
import { readBreaksPage, withExamples } from './examples.ts'
import { dealsFirst, links } from './links.ts'
import { rates } from './rates.ts'
import { type Found, findAll, type Scenario } from './scenario.ts'
import { shapes } from './shapes.ts'
import { terms } from './terms.ts'

const files: Record<string, Scenario[]> = {
	codes,
	shapes,
	causes,
	'bad input': badInput,
	links,
	rates,
	terms,
	'deals first': dealsFirst,
}

for (const [title, scenarios] of Object.entries(files))
	describe(title, () => {
		let found: Found[]
		beforeAll(async () => {
			found = await findAll(scenarios)
		})
		test.each(scenarios.map((scenario, at) => [scenario.name, scenario, at] as const))('%s', (_, scenario, at) => {
			const { breaks, causes, exceptions, candidates, differences } = found[at]!
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
				expect(withExamples(page, found)).toBe(page)
			})
	})
