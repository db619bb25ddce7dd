import { afterAll, beforeAll, expect, test } from 'vitest'
import { build } from '../../models/build.ts'
import { currentGeneration } from '../../models/generation.ts'
import { declaredColumns } from '../../server/sources.ts'
import { type SampleProject, startSampleProject } from '../sample-project.ts'
import { differences, type Figures, foundFigures, scores, scoreTable, truthFigures } from '../truth-comparison.ts'

// One project lives through the company's months at full scale, run at each month's end. TIEOUT_LONG_SCALE makes it smaller.
const scale = Number(process.env['TIEOUT_LONG_SCALE'] ?? 1)
const monthEnds = Array.from({ length: 18 }, (_, index) => Date.UTC(2025, 5 + index, 1) - 1000)
const known: { month: string; loadedUntil: string; figures: Figures }[] = []
let project: SampleProject

beforeAll(async () => {
	project = await startSampleProject({ scale, now: monthEnds[0]! })
}, 300_000)
afterAll(() => project?.close())

test.each(monthEnds.map((moment) => [new Date(moment).toISOString().slice(0, 7), moment] as const))(
	'at the end of %s the marts equal the truth as known then',
	{ timeout: 300_000 },
	async (month, moment) => {
		project.setClock(moment)
		const result = await project.run()
		expect(result.extracted).toMatchObject({ failed: [], held: [], totals: { quarantined: 0 } })
		const figures = await foundFigures(currentGeneration(project.config().project.published)!.file)
		const truth = truthFigures({ scale }, moment)
		if (moment === monthEnds.at(-1)) console.log(scoreTable(scores(truth.breaks, figures.breaks)))
		expect(differences(truth.breaks, figures.breaks)).toEqual([])
		expect(differences(truth.cells, figures.cells)).toEqual([])
		known.push({ month, loadedUntil: result.built!.loadedUntil, figures })
	},
)

test('builds as of past month ends say what was known then', { timeout: 600_000 }, async () => {
	const config = project.config()
	for (const { loadedUntil, figures } of [known[0]!, known[8]!, known[16]!]) {
		const { file } = await build({
			project: project.folder,
			kinds: ['salesforce', 'netsuite'],
			rawColumns: declaredColumns(config),
			asOf: loadedUntil,
		})
		const then = await foundFigures(file)
		expect(differences(figures.breaks, then.breaks)).toEqual([])
		expect(differences(figures.cells, then.cells)).toEqual([])
	}
})
