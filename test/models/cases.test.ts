import { beforeAll, expect, test } from 'vitest'
import { caseNames, isOneOfMany, runCase, runTogether } from '../model-cases.ts'

// Most cases are built in one world, for a world takes as long with forty cases as with one.
let together: Map<string, string[]>
beforeAll(async () => {
	together = await runTogether(caseNames().filter(isOneOfMany))
})

for (const name of caseNames())
	test(`case: ${name.replaceAll('-', ' ')}`, async () => {
		expect(together.get(name) ?? (await runCase(name))).toEqual([])
	})
