import { afterEach, expect, test } from 'vitest'
import type { Pair } from '../../extract/sandbox/world/systems.ts'
import { currentGeneration } from '../../models/generation.ts'
import { projectFiles } from '../../models/project-files.ts'
import { openDatabase } from '../../models/warehouse.ts'
import { projectOn, type SampleProject, startSampleProject } from '../sample-project.ts'
import { differences, foundFigures, truthFigures } from '../truth-comparison.ts'

// A project that reads every few days only what changed, for months, beside one that reads everything at the end of each. No stream has
// its turn to be read whole, which would hide what is missed. TIEOUT_LIFE_PAIRS=hubspot+xero,espocrm+sap names the pairs, TIEOUT_LIFE_SCALE
// makes the company larger, TIEOUT_LIFE_MONTHS the life longer.
const pairs = (process.env['TIEOUT_LIFE_PAIRS'] ?? 'hubspot+erpnext')
	.split(',')
	.map((name) => name.split('+') as [Pair['crm'], Pair['erp']])
const scale = Number(process.env['TIEOUT_LIFE_SCALE'] ?? 0.01)
const months = Number(process.env['TIEOUT_LIFE_MONTHS'] ?? 1)
/** Midnight in New York, where the company is: the first moment of each month, and every few days in it. */
const moments = Array.from({ length: months * 6 + 1 }, (_, at) =>
	Date.UTC(2026, 6 + Math.floor(at / 6), 1 + (at % 6) * 5, 4),
)
let project: SampleProject | undefined
afterEach(async () => {
	await project?.close()
	project = undefined
})

type Configuration = ReturnType<SampleProject['config']>

/** Nothing is read whole for its own sake, and nobody waits for a vendor's pace. */
function ofChanges(config: Configuration): Configuration {
	const pace = ['requests_per_minute', 'requests_per_second', 'requests_per_day']
	const connections = config.connections.map((one) => {
		const known = pace.filter((name) => name in one.options).map((name) => [name, 1_000_000])
		return { ...one, options: { ...one.options, ...Object.fromEntries(known) } }
	})
	return { ...config, reconcile: { ...config.reconcile, every: null }, connections }
}

/** How many rows of each canonical entity only one of two build files has; what is deleted only the longer life knows. */
async function unlike(lived: string, fresh: string): Promise<Record<string, { lived: string; fresh: string }>> {
	const database = await openDatabase(':memory:')
	const found: Record<string, { lived: string; fresh: string }> = {}
	try {
		await database.run(`attach '${lived}' as lived (read_only); attach '${fresh}' as fresh (read_only)`)
		const tables = await database.all<{ name: string; columns: string }>(
			`select table_name as name, string_agg(column_name, ', ' order by column_index) as columns from duckdb_columns()
			where database_name = 'lived' and schema_name = 'canonical' and column_name not in ('reported_at') group by 1 order by 1`,
		)
		for (const { name, columns } of tables) {
			const rows = (of: string) =>
				`select ${columns} from ${of}.canonical.${name}${/\bis_deleted\b/.test(columns) ? ' where not is_deleted' : ''}`
			const [counted] = await database.all<{ lived: string; fresh: string }>(
				`select (select count(*) from (${rows('lived')} except all ${rows('fresh')})) as lived,
					(select count(*) from (${rows('fresh')} except all ${rows('lived')})) as fresh`,
			)
			if (counted!.lived !== '0' || counted!.fresh !== '0') found[name] = counted!
		}
		return found
	} finally {
		await database.close()
	}
}

test.each(pairs)(
	'%s and %s: what was read by changes for months is what a first read brings',
	{
		timeout: 600_000 + months * 600_000,
	},
	async (crm, erp) => {
		const pair = { crm, erp }
		project = await startSampleProject({
			pair,
			scale,
			now: moments[0]!,
			requestsPerMinute: 1_000_000,
			dailyRequests: { limit: 1_000_000, usedByOthers: 0 },
			serviceMilliseconds: 0,
		})
		for (const at of moments) {
			project.setClock(at)
			const isCompared = new Date(at).getUTCDate() === 1 && at > moments[0]!
			// Merging an account there moves contacts and deals without a stamp (docs/systems/espocrm.md): a whole read finds it.
			if (isCompared && crm === 'espocrm')
				await project.run({
					config: ofChanges(project.config()),
					steps: ['extract'],
					streams: ['crm.contacts', 'crm.opportunities'],
					full: true,
				})
			const steps = isCompared ? (['extract', 'build', 'check', 'publish'] as const) : (['extract'] as const)
			const { extracted } = await project.run({ config: ofChanges(project.config()), steps })
			expect(extracted).toMatchObject({ failed: [], held: [], totals: { quarantined: 0 } })
			if (!isCompared) continue
			const figures = await foundFigures(currentGeneration(project.config().project.published)!.file, pair)
			const truth = truthFigures({ scale, pair }, at)
			expect(differences(truth.breaks, figures.breaks)).toEqual([])
			expect(differences(truth.cells, figures.cells)).toEqual([])
			const fresh = projectOn(project.sandboxes)
			try {
				await fresh.run({ config: ofChanges(fresh.config()), steps: ['extract', 'build'] })
				expect(await unlike(projectFiles(project.folder).build, projectFiles(fresh.folder).build)).toEqual({})
			} finally {
				fresh.remove()
			}
		}
	},
)
