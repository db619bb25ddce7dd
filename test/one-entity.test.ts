import { afterEach, expect, test } from 'vitest'
import { currentGeneration } from '../models/generation.ts'
import { type SampleProject, startSampleProject } from './sample-project.ts'
import { serve } from './server/routes/serving.ts'
import { differences, foundFigures, truthFigures } from './truth-comparison.ts'
import { runAndSee } from './unread.ts'

// What most companies are: one legal entity, one currency, and systems without what only several need. test/pairs.test.ts has every pair.
const scale = 0.03
const pair = { crm: 'hubspot', erp: 'quickbooks' } as const
let project: SampleProject
afterEach(() => project?.close())

test('a company of one legal entity has its breaks, and pages without what there is only one of', {
	timeout: 60_000,
}, async () => {
	project = await startSampleProject({ pair, scale, isOneEntity: true })
	const seen = await runAndSee(project)
	expect(seen.reasons.filter(({ kind }) => kind === 'freshness' || kind === 'empty')).toEqual([])
	const { published } = project.config().project
	const found = await foundFigures(currentGeneration(published)!.file, pair)
	const truth = truthFigures({ scale, pair, isOneEntity: true }, project.sandboxes.now())
	expect(differences(truth.breaks, found.breaks)).toEqual([])
	const served = await serve(published)
	try {
		const page = await (await served.get('/month/2026-10')).text()
		expect(page).toContain('By customer')
		for (const part of ['By currency', 'By legal entity', 'name="currency"', 'name="legal_entity"', 'Exchange rate'])
			expect(page).not.toContain(part)
	} finally {
		await served.close()
	}
})
