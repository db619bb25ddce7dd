import { expect, test } from 'vitest'
import { caseNames, runCase } from '../model-cases.ts'

for (const name of caseNames()) {
	test(`case: ${name.replaceAll('-', ' ')}`, async () => {
		expect(await runCase(name)).toEqual([])
	})
}
