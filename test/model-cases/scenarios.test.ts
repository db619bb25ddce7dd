import { beforeAll, describe, expect, test } from 'vitest'
import { badInput } from './bad-input.ts'
import { causes } from './causes.ts'
import { type Found, findAll, type Scenario } from './scenario.ts'
import { shapes } from './shapes.ts'

const files: Record<string, Scenario[]> = { shapes, causes, 'bad input': badInput }

for (const [title, scenarios] of Object.entries(files))
	describe(title, () => {
		let found: Found[]
		beforeAll(async () => {
			found = await findAll(scenarios)
		})
		test.each(scenarios.map((scenario, at) => [scenario.name, scenario, at] as const))('%s', (_, scenario, at) => {
			const { breaks, causes, exceptions, differences } = found[at]!
			expect(breaks).toEqual([...scenario.breaks].sort())
			if (scenario.causes) expect(causes).toMatchObject(scenario.causes)
			if (scenario.exceptions) expect(exceptions).toEqual(scenario.exceptions)
			if (scenario.differences) expect(differences).toEqual(scenario.differences)
		})
	})
