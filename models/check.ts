import { createHash } from 'node:crypto'
import { type BuiltStep, builtKinds, builtSteps, completeBuild, prepareBuildFile } from './build-file.ts'
import { type BuildState, type CheckStatus, isConfiguration, type Measured, measureAll } from './check-status.ts'
import { type Model, modelFolders, readModels } from './model.ts'
import type { TreeNode } from './parse-tree.ts'
import { projectFiles } from './project-files.ts'
import type { Session } from './session.ts'
import { identifier } from './sql-text.ts'
import { openDatabase } from './warehouse.ts'
import { isFrugal, usualThreads } from './warehouse-size.ts'
import { roomOf } from './with-room.ts'

export type { CheckStatus } from './check-status.ts'

/** What a check is: a SELECT whose rows are the problems. */
export type Check = Pick<Model, 'owner' | 'severity' | 'isBlocking' | 'description' | 'sql' | 'reads'> & {
	name: string
	file: string
	line: number
	tree?: TreeNode
}

/** What a check found. `sample` has at most 20 problems, values as text. `checkedAt` UTC: when it last ran on these inputs. */
export type CheckResult = {
	name: string
	owner: string | null
	severity: 'error' | 'warning'
	isBlocking: boolean
	status: CheckStatus
	problemCount: number
	/** One sentence: what it proves, and what was found. */
	explanation: string
	sample: Record<string, unknown>[]
	sql: string
	checkedAt: string
}

/**
 * Judges a build file by the project's checks, and by those that headers ask for: every `key:` is unique, every `not_empty: true`
 * has rows. A check that cannot run is `broken`, one that had nothing to look at `not run`; neither passes. Results are kept in the
 * file, and used again while the check and all that it reads are unchanged. `memoryLimit` as that of a build. Throws `data` when the
 * last build did not finish.
 */
export async function check(
	options: { project: string; file?: string; modelFolders?: readonly string[]; memoryLimit?: string },
	{ now = () => new Date() }: { now?: () => Date } = {},
): Promise<CheckResult[]> {
	const files = projectFiles(options.project)
	const { file = files.build } = options
	const room = roomOf(options)
	const database = await openDatabase(file, {
		threads: usualThreads(files.warehouse),
		memoryLimit: room.usual,
		isFrugal: isFrugal(files.warehouse),
	})
	try {
		await prepareBuildFile(database)
		await completeBuild(database)
		const steps = await builtSteps(database)
		const kinds = builtKinds(steps)
		const folders = options.modelFolders ?? modelFolders(options.project)
		const models = await readModels(folders, database, (kind) => kinds.has(kind))
		// Newest versions that need not be copied are read from there, and some checks read raw tables.
		await database.attach(files.warehouse, 'warehouse')
		return await checkModels(database, models, { steps, room }, now)
	} finally {
		await database.close()
	}
}

/** The same on an open build file. Results are in order of name. */
async function checkModels(
	session: Session,
	models: readonly Model[],
	state: BuildState,
	now: () => Date,
): Promise<CheckResult[]> {
	const known = await knownResults(session)
	const kept = new Map<string, Found>()
	const results: CheckResult[] = []
	const checks = applicableChecks(allChecks(models, state.steps), models, state.steps)
	const marks = new Map(checks.map((one) => [one, checkMark(one, state.steps)]))
	const isKnown = (one: Check) => known.has(marks.get(one) ?? '')
	const measured = await measureAll(
		session,
		checks.filter((one) => !isKnown(one)),
		state,
	)
	for (const one of checks) {
		const mark = marks.get(one)
		const found = (mark && known.get(mark)) || { ...measured.get(one)!, checkedAt: timestamp(now()) }
		if (mark && found.status !== 'broken') kept.set(mark, found)
		const { name, owner = null, severity, isBlocking, sql } = one
		results.push({ name, owner, severity, isBlocking, sql, ...found })
	}
	await keepResults(session, known, kept)
	return results.sort((a, b) => (a.name < b.name ? -1 : 1))
}

type Found = Measured & { checkedAt: string }

/** The written checks, and the generated ones of the models that were built. */
function allChecks(models: readonly Model[], built: ReadonlyMap<string, BuiltStep>): Check[] {
	const written = models
		.filter((model) => model.layer === 'checks')
		.map((model) => ({ ...model, name: model.name.slice('checks.'.length) }))
	return [...written, ...models.filter((model) => built.has(model.name)).flatMap(generatedChecks)]
}

/**
 * Those that have something to be about. Left out: what reads a model of a source that is not in use, what stands on nothing but entities
 * that no source in use has, and the key of a staging table without rows (what its stream brought is said by its certificate).
 */
function applicableChecks(
	checks: readonly Check[],
	models: readonly Model[],
	built: ReadonlyMap<string, BuiltStep>,
): Check[] {
	const names = new Set(models.map((model) => model.name))
	const absent = absentTables(built)
	return checks.filter(({ name, reads }) => {
		if (reads.some((read) => names.has(read) && !built.has(read))) return false
		const subjects = reads.filter((read) => built.has(read) && !isConfiguration(read, built))
		if (subjects.length > 0 && subjects.every((read) => absent.has(read))) return false
		const [subject] = subjects
		return !(name.endsWith('.key') && subject?.startsWith('staging.') && built.get(subject)!.rows === '0')
	})
}

/** Canonical entities that no source in use has, and the tables that are made of nothing else. */
function absentTables(built: ReadonlyMap<string, BuiltStep>): Set<string> {
	const absent = new Set<string>()
	const steps = [...built.values()].filter(({ name, rows }) => rows === '0' && !name.startsWith('staging.'))
	for (let before = -1; before < absent.size; ) {
		before = absent.size
		for (const { name, reads } of steps) {
			const inputs = reads.split(', ').filter((read) => read !== '' && !isConfiguration(read, built))
			if (
				name.startsWith('canonical.')
					? inputs.length === 0
					: inputs.length > 0 && inputs.every((read) => absent.has(read))
			)
				absent.add(name)
		}
	}
	return absent
}

function generatedChecks(model: Model): Check[] {
	const common = {
		owner: model.owner,
		severity: model.severity,
		isBlocking: model.severity === 'error',
		reads: [model.name],
		file: model.file,
		line: 1,
	}
	const list = model.key.map(identifier).join(', ')
	const first = model.key[0]
	const missing = model.key.length === 1 ? ` or ${identifier(first!)} is null` : ''
	const key: Check = {
		...common,
		name: `${model.name}.key`,
		description: `One row per ${model.oneRowPer}: ${model.key.join(', ')} of ${model.name} is unique.`,
		sql: `select ${list}, count(*) as row_count from ${model.name} group by ${list} having count(*) > 1${missing}`,
	}
	const rows: Check = {
		...common,
		name: `${model.name}.not_empty`,
		description: `${model.name} has rows.`,
		sql: `select 'no rows' as problem where not exists (select 1 from ${model.name})`,
	}
	return [...(model.key.length > 0 ? [key] : []), ...(model.isNeverEmpty ? [rows] : [])]
}

/** Undefined: it reads something of which the build file keeps no mark (raw tables), so it runs each time. */
function checkMark(one: Check, steps: ReadonlyMap<string, BuiltStep>): string | undefined {
	const inputs = one.reads.map((name) => [name, steps.get(name)?.fingerprint])
	if (inputs.some(([, mark]) => mark === undefined)) return undefined
	return createHash('sha256')
		.update(JSON.stringify([one.name, one.sql, one.severity, one.description, inputs]))
		.digest('hex')
}

async function knownResults(session: Session): Promise<Map<string, Found>> {
	const rows = await session.all<{ mark: string; found: string }>('select mark, found from tieout.results')
	return new Map(rows.map((row) => [row.mark, JSON.parse(row.found)]))
}

/** In one go at the end: a check that breaks would take an open transaction with it. */
async function keepResults(
	session: Session,
	known: ReadonlyMap<string, Found>,
	kept: ReadonlyMap<string, Found>,
): Promise<void> {
	if (known.size === kept.size && kept.keys().every((mark) => known.has(mark))) return
	const marks = [...kept.keys()]
	const found = [...kept.values()].map((one) => JSON.stringify(one))
	await session.transaction(async () => {
		await session.run('delete from tieout.results')
		await session.run('insert into tieout.results select unnest($1), unnest($2)', [marks, found])
	})
}

function timestamp(moment: Date): string {
	return moment.toISOString().replace('T', ' ').slice(0, 19)
}
